"""Usage is kept by state and tariff, and what is kept while work is off has a price of its own."""

from django.db import migrations, models
from django.db.models import Q

STATES = [
    ("draft", "Draft"),
    ("submitting", "Submitting"),
    ("queued", "Queued"),
    ("starting", "Starting"),
    ("running", "Running"),
    ("stopping", "Stopping"),
    ("succeeded", "Succeeded"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
    ("stopped", "Stopped"),
    ("lost", "Lost"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("workloads", "0011_what_was_then"),
    ]

    operations = [
        migrations.AddField(
            "usageinterval", "state", models.CharField(choices=STATES, default="running", max_length=12)
        ),
        migrations.AddField("usageinterval", "tariff", models.CharField(default="run", max_length=4)),
        migrations.AddField(
            "usageinterval", "before_s", models.DecimalField(decimal_places=6, default=0, max_digits=18)
        ),
        migrations.AddField("workload", "billed_tariff", models.CharField(blank=True, max_length=4)),
        migrations.AddField(
            "workload", "billed_before_s", models.DecimalField(decimal_places=6, default=0, max_digits=18)
        ),
        migrations.AddField(
            "workload", "resting_hourly_price", models.DecimalField(decimal_places=6, default=0, max_digits=16)
        ),
        migrations.AddConstraint(
            "usageinterval", models.CheckConstraint(condition=Q(tariff__in=["run", "rest"]), name="tariff_known")
        ),
        migrations.AddConstraint(
            "workload",
            models.CheckConstraint(condition=Q(resting_hourly_price__gte=0), name="resting_price_not_negative"),
        ),
    ]
