"""Ways in that must be hidden get a sealed column of their own."""

from django.db import migrations

import gpuconsole.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("workloads", "0002_preset"),
    ]

    operations = [
        migrations.AddField(
            model_name="workload",
            name="hidden_ways",
            field=gpuconsole.core.fields.SealedField(blank=True, bound_to="public_id", default=b""),
        ),
    ]
