"""Work keeps the provider's defaults of its launch, and presets these and their price, to tell what changed since."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workloads", "0010_ports")]
    operations = [
        migrations.AddField("workload", "defaults", models.JSONField(blank=True, default=dict)),
        migrations.AddField("preset", "defaults", models.JSONField(blank=True, default=dict)),
        migrations.AddField("preset", "hardware_id", models.CharField(blank=True, max_length=100)),
        migrations.AddField(
            "preset", "hourly_price", models.DecimalField(blank=True, decimal_places=6, max_digits=16, null=True)
        ),
        migrations.AddField("preset", "currency", models.CharField(blank=True, max_length=3)),
    ]
