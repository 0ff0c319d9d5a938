"""What budgets have to tell: 50, 80, 100 % spent, money that will end early, work about to be stopped; once a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from gpuconsole.projects import budgets
from gpuconsole.projects.budgets import Forecast
from gpuconsole.projects.models import AlertKind, BudgetAlert
from gpuconsole.workloads.limits import money
from gpuconsole.workloads.limits.money import Standing

FEWEST_DAYS = 3
"""Days with a cost behind a forecast that is worth an alert."""


def raise_due(standings: Sequence[Standing], now: datetime) -> list[BudgetAlert]:
    """Record what is so now and was not told this month; gives what is new, still to be sent. Twice records once."""
    told = _told(standings)
    found = [alert for one in standings for alert in _of(one, told.get(one.budget.pk, set()), now)]
    BudgetAlert.objects.bulk_create(found, ignore_conflicts=True)
    return found


def passed(standing: Standing) -> list[AlertKind]:
    """The marks that the month has passed; none where a rate is missing."""
    return [] if standing.balance is None else budgets.marks_passed(standing.budget, standing.balance.spent.amount)


def outlook(
    standing: Standing, now: datetime, *, fewest_days: int = 1, days: Sequence[Decimal] | None = None
) -> Forecast | None:
    """Where the budget's month ends at the pace of the last days; None where that can't be told, or by too few.

    ``days`` are what ``money.days_spent`` gives, for a caller that has them.
    """
    if standing.balance is None:
        return None
    days = money.days_spent(standing.budget, now) if days is None else days
    if len(days) < fewest_days:
        return None
    return budgets.forecast(
        standing.month,
        now,
        standing.balance.spent.amount,
        days,
        zone=standing.budget.team.time_zone,
        amount=standing.budget.amount,
    )


def _of(standing: Standing, told: set[str], now: datetime) -> list[BudgetAlert]:
    if standing.balance is None:
        return []
    spent, kinds = standing.balance.spent.amount, passed(standing)
    found = [_alert(standing, kind, spent, now) for kind in kinds if kind not in told]
    if AlertKind.FORECAST in told or AlertKind.SPENT in kinds or not _is_first_look_of_the_hour(standing, now):
        return found
    ahead = outlook(standing, now, fewest_days=FEWEST_DAYS)
    if ahead is not None and ahead.spent_on is not None:
        alert = _alert(standing, AlertKind.FORECAST, spent, now)
        alert.forecast_on = ahead.spent_on
        found.append(alert)
    return found


def _alert(standing: Standing, kind: AlertKind, spent: Decimal, now: datetime) -> BudgetAlert:
    return BudgetAlert(budget=standing.budget, month=standing.month.first, kind=kind, at=now, spent=spent)


def _is_first_look_of_the_hour(standing: Standing, now: datetime) -> bool:
    """A forecast reads a week of usage, so it is made once an hour; ``looked_at`` is still that of the look before."""
    before = standing.budget.looked_at
    return before is None or before.replace(minute=0, second=0, microsecond=0) < now.replace(
        minute=0, second=0, microsecond=0
    )


def _told(standings: Sequence[Standing]) -> dict[int, set[str]]:
    """Kinds by budget that were recorded this month."""
    months = {one.budget.pk: one.month.first for one in standings}
    rows = BudgetAlert.objects.filter(budget__in=months, month__in=set(months.values()))
    found: dict[int, set[str]] = {}
    for pk, month, kind in rows.values_list("budget", "month", "kind"):
        if months[pk] == month:
            found.setdefault(pk, set()).add(kind)
    return found
