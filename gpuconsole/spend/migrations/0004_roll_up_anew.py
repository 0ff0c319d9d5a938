"""Cost days have another shape: without a team's note none of them counts, and the next rollup makes them anew."""

from typing import Any

from django.db import migrations


def forget(apps: Any, schema_editor: Any) -> None:
    apps.get_model("spend", "TeamRollup").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("spend", "0003_cost_days_by_axis")]

    operations = [migrations.RunPython(forget, forget)]
