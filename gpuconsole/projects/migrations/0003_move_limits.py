"""Make a row of each limit and budget that a project had in its own columns, and back again."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from gpuconsole.core.ids import new_id

_MEASURES = {
    "max_gpus": "gpus",
    "max_workloads": "workloads",
    "max_hourly_price": "hourly_price",
    "max_run_s": "run_s",
}


def into_rows(apps: Any, schema_editor: Any) -> None:
    project, quota, budget = (apps.get_model("projects", name) for name in ("Project", "Quota", "Budget"))
    quotas, budgets = [], []
    for row in project.objects.order_by("pk").iterator():
        for column, measure in _MEASURES.items():
            limit = getattr(row, column)
            if limit is not None:
                at = {"public_id": new_id("quo"), "team_id": row.team_id, "project_id": row.pk}
                quotas.append(quota(measure=measure, limit=limit, consequence="block", **at))
        if row.budget_amount is not None:
            money = {"amount": row.budget_amount, "currency": row.budget_currency.upper()}
            budgets.append(budget(team_id=row.team_id, project_id=row.pk, when_spent="block", **money))
    quota.objects.bulk_create(quotas, batch_size=1000)
    budget.objects.bulk_create(budgets, batch_size=1000)


def into_columns(apps: Any, schema_editor: Any) -> None:
    """What a project's own columns can hold; other limits are lost."""
    project, quota, budget = (apps.get_model("projects", name) for name in ("Project", "Quota", "Budget"))
    plain = {"member": None, "each_member": False, "kind": "", "gpu_model": "", "project__isnull": False}
    for column, measure in _MEASURES.items():
        for row in quota.objects.filter(measure=measure, **plain).iterator():
            project.objects.filter(pk=row.project_id).update(**{column: row.limit})
    for row in budget.objects.filter(project__isnull=False).iterator():
        project.objects.filter(pk=row.project_id).update(budget_amount=row.amount, budget_currency=row.currency)
    quota.objects.all().delete()
    budget.objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_quota_rows")]

    operations = [migrations.RunPython(into_rows, into_columns)]
