"""The field that a provider refused is kept apart from its words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workloads", "0004_forget_plain_ways"),
    ]

    operations = [
        migrations.AddField(
            model_name="workload",
            name="reason_field",
            field=models.CharField(blank=True, max_length=300),
        ),
    ]
