"""The budgets of a month, as the costs page measures spend against them. The only place here that reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from gpuconsole.projects.models import Budget, Project
from gpuconsole.spend.currencies import Rates


@dataclass(frozen=True, slots=True)
class Budgets:
    """Amounts in the team's currency; a project without a budget, or without a rate for it, is not in ``each``."""

    each: dict[int, Decimal] = field(default_factory=dict)
    whole: Decimal | None = None
    """Of the scope; None where a project of it that is not archived has none."""


def of(projects: Sequence[Project], rates: Rates, day: date) -> Budgets:
    """What the projects of a scope may spend in a month, at the rates of a day. One query."""
    each: dict[int, Decimal] = {}
    for budget in Budget.objects.filter(project__in=[project.pk for project in projects]):
        amount = rates.convert(budget.amount, budget.currency, day)
        if budget.project_id is not None and amount is not None:
            each[budget.project_id] = amount
    current = [project.pk for project in projects if project.archived_at is None]
    is_whole = bool(current) and all(pk in each for pk in current)
    return Budgets(each, sum((each[pk] for pk in current), Decimal(0)) if is_whole else None)
