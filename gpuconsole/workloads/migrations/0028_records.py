import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Coalesce


def _shown(name: str, *fields: str) -> list[migrations.operations.base.Operation]:
    """The index anew, of what is not deleted alone."""
    index = models.Index(condition=models.Q(("deleted_at__isnull", True)), fields=list(fields), name=name)
    return [
        migrations.RemoveIndex(model_name="workload", name=name),
        migrations.AddIndex(model_name="workload", index=index),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0006_keep_output_days"),
        ("workloads", "0027_views"),
    ]

    operations = [
        migrations.AddField(
            model_name="workload",
            name="deleted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="workload",
            name="launched_in",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="projects.project",
            ),
        ),
        migrations.AddField(
            model_name="workload",
            name="terminate_after_s",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="workload",
            name="warn_before_s",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="workload",
            name="warned_for",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(
                condition=models.Q(("state", "stopped"), ("terminate_after_s__isnull", False)),
                fields=["state_at"],
                name="workload_rest_guard",
            ),
        ),
        migrations.RemoveConstraint(model_name="workload", name="idempotency_key_once_a_project"),
        migrations.AddConstraint(
            model_name="workload",
            constraint=models.UniqueConstraint(
                Coalesce("launched_in", "project"),
                models.F("idempotency_key"),
                condition=models.Q(("idempotency_key__isnull", False)),
                name="idempotency_key_once_a_project",
            ),
        ),
        *_shown("workload_list", "project", "kind", "-id"),
        *_shown("workload_team_list", "team", "kind", "-id"),
        *_shown("workload_owner_list", "owner", "kind", "-id"),
        *_shown("workload_state_list", "team", "kind", "state", "-id"),
        *_shown("workload_provider_list", "team", "kind", "provider", "-id"),
        *_shown("workload_gpu_list", "team", "kind", "gpu_model", "-id"),
        migrations.RemoveIndex(model_name="workload", name="workload_cost_list"),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(
                models.F("team"),
                models.F("kind"),
                models.F("cost_closed").desc(),
                models.F("id").desc(),
                condition=models.Q(("deleted_at__isnull", True), ("state__in", ["succeeded", "failed", "cancelled"])),
                name="workload_cost_list",
            ),
        ),
        migrations.RemoveIndex(model_name="workload", name="workload_duration_list"),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(
                models.F("team"),
                models.F("kind"),
                models.ExpressionWrapper(
                    models.F("ended_at") - models.F("created_at"), output_field=models.DurationField()
                ).desc(),
                models.F("id").desc(),
                condition=models.Q(
                    ("deleted_at__isnull", True),
                    ("ended_at__isnull", False),
                    ("state__in", ["succeeded", "failed", "cancelled"]),
                ),
                name="workload_duration_list",
            ),
        ),
    ]
