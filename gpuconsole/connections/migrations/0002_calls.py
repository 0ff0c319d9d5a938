"""How long calls take, by classes of time; and when a person last wanted to know how things stand."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Three columns, all cheap to add."""

    dependencies = [("connections", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="healthtick",
            name="spread",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveIntegerField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="look_asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="connection",
            name="look_answered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
