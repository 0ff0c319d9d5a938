"""The database holds that what is billed is billed on a tariff."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("workloads", "0013_billed_on_a_tariff"),
    ]

    operations = [
        migrations.AddConstraint(
            "workload",
            models.CheckConstraint(
                condition=Q(billed_tariff="", billed_since__isnull=True)
                | Q(billed_tariff__in=["run", "rest"], billed_since__isnull=False),
                name="billed_on_a_tariff",
            ),
        ),
    ]
