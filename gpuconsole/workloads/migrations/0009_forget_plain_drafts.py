from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workloads", "0008_seal_drafts")]
    operations = [
        migrations.AlterField("draft", "fields", models.JSONField(default=dict)),  # so that the way back has a value
        migrations.RemoveField("draft", "fields"),
    ]
