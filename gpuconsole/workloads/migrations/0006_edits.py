"""Room for edits of running work, and for the end of a record at the provider."""

from django.db import migrations, models

import gpuconsole.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("workloads", "0005_reason_field"),
    ]

    operations = [
        migrations.AddField(
            model_name="workload",
            name="edit",
            field=gpuconsole.core.fields.ExactJSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="workload",
            name="edit_errors",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="workload",
            name="edit_key",
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AddField(
            model_name="workload",
            name="edit_sent_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="workload",
            name="removed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="workload",
            name="intent",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Nothing"),
                    ("launch", "Launch"),
                    ("stop", "Stop"),
                    ("start", "Start"),
                    ("restart", "Restart"),
                    ("end", "End"),
                    ("retry", "Retry"),
                    ("edit", "Edit"),
                    ("delete", "Delete at the provider"),
                ],
                default="launch",
                max_length=10,
            ),
        ),
    ]
