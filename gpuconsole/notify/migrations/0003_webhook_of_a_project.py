"""Lets a project have a webhook of its own beside the team's."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("notify", "0002_news_and_webhooks"),
        ("projects", "0007_ask_first_above"),
    ]

    operations = [
        migrations.AddField(
            model_name="webhook",
            name="project",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="webhooks",
                to="projects.project",
            ),
        ),
        migrations.AlterField(
            model_name="webhook",
            name="team",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="webhooks", to="accounts.team"
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.UniqueConstraint(
                fields=("team", "project"), name="webhook_once_a_place", nulls_distinct=False
            ),
        ),
    ]
