import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0006_keep_output_days"),
        ("workloads", "0026_labels"),
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
        migrations.RemoveIndex(model_name="workload", name="workload_list"),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["project", "kind", "-id"],
                name="workload_list",
            ),
        ),
        migrations.RemoveIndex(model_name="workload", name="workload_team_list"),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["team", "kind", "-id"],
                name="workload_team_list",
            ),
        ),
    ]
