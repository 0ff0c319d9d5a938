"""Published ports are told apart from the other ways in; the next look at the provider fills them in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workloads", "0009_forget_plain_drafts")]
    operations = [migrations.AddField("workload", "ports", models.JSONField(blank=True, default=list))]
