"""The form of a project's plain limits and its budget; an empty field means no limit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django import forms
from django.db import transaction

from gpuconsole.accounts.models import User
from gpuconsole.projects.forms import hours, plain, seconds
from gpuconsole.projects.models import Budget, Consequence, Measure, Project, Quota
from gpuconsole.workloads.limits import services
from gpuconsole.workloads.limits.terms import BudgetTerms, LimitTerms

_LONGEST_H = 24 * 365
_MEASURES = {
    "gpus": Measure.GPUS,
    "workloads": Measure.WORKLOADS,
    "hourly_price": Measure.HOURLY_PRICE,
    "run_h": Measure.RUN_S,
}


class LimitsForm(forms.Form):
    """Limits of the whole project and its budget."""

    gpus = forms.IntegerField(min_value=0, max_value=100_000, required=False, label="GPUs at once")
    workloads = forms.IntegerField(min_value=0, max_value=100_000, required=False, label="Active workloads")
    hourly_price = forms.DecimalField(
        min_value=0, max_digits=12, decimal_places=4, required=False, label="Price per hour, all together"
    )
    run_h = forms.DecimalField(
        min_value=Decimal("0.1"), max_value=_LONGEST_H, decimal_places=2, required=False, label="Hours of one workload"
    )
    budget = forms.DecimalField(min_value=0, max_digits=13, decimal_places=4, required=False, label="Monthly budget")
    why = forms.CharField(max_length=300, required=False, label="Reason", help_text="Kept in the audit log.")

    @classmethod
    def of(cls, project: Project) -> dict[str, object]:
        """What the form shows of a project."""
        rows, budget = _rows(project), Budget.objects.filter(project=project).first()
        shown = {name: plain(rows[measure].limit) for name, measure in _MEASURES.items() if measure in rows}
        if Measure.RUN_S in rows:
            shown["run_h"] = hours(int(rows[Measure.RUN_S].number))
        return {**shown, "budget": plain(budget.amount) if budget else None}

    @transaction.atomic
    def save(self, project: Project, by: User) -> None:
        """Set what was filled in and lift what was emptied; consequences stay. Raises Refused."""
        given, rows, why = self.cleaned_data, _rows(project), self.cleaned_data["why"]
        for name, measure in _MEASURES.items():
            number = seconds(given[name]) if measure is Measure.RUN_S else given[name]
            row = rows.get(measure)
            if number is not None:
                kept = row.consequence if row else Consequence.BLOCK
                terms = LimitTerms(measure=measure, limit=Decimal(number), consequence=kept)
                services.put_quota(team=project.team, project=project, terms=terms, by=by, why=why)
            elif row is not None:
                services.remove_quota(quota=row, by=by, why=why)
        _save_budget(project, given["budget"], by, why)


def _save_budget(project: Project, amount: Decimal | None, by: User, why: str) -> None:
    row = Budget.objects.select_related("team", "project").filter(project=project).first()
    if amount is None:
        if row is not None:
            services.remove_budget(budget=row, by=by, why=why)
        return
    money = BudgetTerms(amount=amount, currency=row.currency if row else project.team.currency)
    if row is not None:
        money = BudgetTerms(
            amount=amount,
            currency=row.currency,
            when_spent=row.when_spent,
            stops_at_120=row.stops_at_120,
            grace_s=row.grace_s,
        )
    services.put_budget(team=project.team, project=project, money=money, by=by, why=why)


def _rows(project: Project) -> Mapping[Measure, Quota]:
    """The limits of the whole project by measure."""
    whole = {"member": None, "each_member": False, "kind": "", "gpu_model": ""}
    rows = Quota.objects.select_related("team", "project").filter(project=project, **whole)
    return {Measure(row.measure): row for row in rows}
