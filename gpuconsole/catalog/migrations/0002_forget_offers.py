"""Forget the offers: what a row must hold from now on only the provider can tell, and workers ask it at once."""

from typing import Any

from django.db import migrations


def forget(apps: Any, schema_editor: Any) -> None:
    for name in ("Offer", "OfferList"):
        apps.get_model("catalog", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
