import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models
from django.db.models import DurationField, ExpressionWrapper, F, Q

ENDED = ["succeeded", "failed", "cancelled"]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_references"),
        ("workloads", "0026_labels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("job", "Job"), ("instance", "Instance")], max_length=10),
                ),
                ("slug", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=40)),
                ("query", models.JSONField(default=dict)),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.team"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "team", "kind", "slug"), name="saved_view_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="workload",
            index=GinIndex(fields=["name"], name="workload_name_parts", opclasses=["gin_trgm_ops"]),
        ),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(fields=["remote_id"], name="workload_remote_begin", opclasses=["varchar_pattern_ops"]),
        ),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(fields=["owner", "kind", "-id"], name="workload_owner_list"),
        ),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(fields=["team", "kind", "state", "-id"], name="workload_state_list"),
        ),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(fields=["team", "kind", "provider", "-id"], name="workload_provider_list"),
        ),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(fields=["team", "kind", "gpu_model", "-id"], name="workload_gpu_list"),
        ),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(
                F("team"),
                F("kind"),
                F("cost_closed").desc(),
                F("id").desc(),
                condition=Q(("state__in", ENDED)),
                name="workload_cost_list",
            ),
        ),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(
                F("team"),
                F("kind"),
                ExpressionWrapper(F("ended_at") - F("created_at"), output_field=DurationField()).desc(),
                F("id").desc(),
                condition=Q(("ended_at__isnull", False), ("state__in", ENDED)),
                name="workload_duration_list",
            ),
        ),
    ]
