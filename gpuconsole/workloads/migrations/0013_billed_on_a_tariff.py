"""What is billed just now is billed on a tariff: what was open until now is billed for running."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def tell_tariff(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("workloads", "Workload").objects.filter(billed_since__isnull=False).update(billed_tariff="run")


class Migration(migrations.Migration):
    dependencies = [
        ("workloads", "0012_usage_by_state"),
    ]

    operations = [
        migrations.RunPython(tell_tariff, migrations.RunPython.noop),
    ]
