from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workloads", "0023_stop_everything"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="workload", name="workload_deadline"),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(
                condition=models.Q(
                    ("ends_by__isnull", False),
                    models.Q(("state__in", ["succeeded", "failed", "cancelled"]), _negated=True),
                ),
                fields=["ends_by"],
                name="workload_open_deadline",
            ),
        ),
    ]
