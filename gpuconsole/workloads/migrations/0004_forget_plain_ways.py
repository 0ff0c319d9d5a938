"""Ways in that were kept in plain, passwords among them, are forgotten: the next look at the provider tells them anew."""

from django.db import migrations

FORGET = "UPDATE workloads_workload SET connect = '{}' WHERE connect <> '{}'"


class Migration(migrations.Migration):
    dependencies = [("workloads", "0003_hidden_ways")]
    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
