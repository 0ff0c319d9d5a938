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
    """Of the scope: the team's own for a whole team, else those of its projects together; None where one has none."""


def of(projects: Sequence[Project], rates: Rates, day: date, *, is_whole_team: bool = False) -> Budgets:
    """What the projects of a scope may spend in a month, at the rates of a day. One query."""
    if not projects:
        return Budgets()
    rows = Budget.objects.filter(team=projects[0].team_id)
    amounts = {row.project_id: rates.convert(row.amount, row.currency, day) for row in rows}
    known = {pk: amount for pk, amount in amounts.items() if amount is not None}
    each = {project.pk: known[project.pk] for project in projects if project.pk in known}
    if is_whole_team and None in amounts:
        return Budgets(each, known.get(None))
    current = [project.pk for project in projects if project.archived_at is None]
    is_whole = bool(current) and all(pk in each for pk in current)
    return Budgets(each, sum((each[pk] for pk in current), Decimal(0)) if is_whole else None)
