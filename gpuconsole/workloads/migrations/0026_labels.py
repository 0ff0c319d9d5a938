from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("workloads", "0025_guards"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="workload",
            index=GinIndex(fields=["labels"], name="workload_labels"),
        ),
    ]
