"""What budgets have to tell: 50, 80, 100 % spent, money that will end early, work about to be stopped; once a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from gpuconsole.projects import budgets
from gpuconsole.projects.forecast import Ahead
from gpuconsole.projects.models import AlertKind, BudgetAlert
from gpuconsole.workloads.limits import ahead
from gpuconsole.workloads.limits.money import Standing


def raise_due(standings: Sequence[Standing], now: datetime) -> list[BudgetAlert]:
    """Record what is so now and was not told this month; gives what is new, still to be sent. Twice records once."""
    told = _told(standings)
    found = [alert for one in standings for alert in _of(one, told.get(one.budget.pk, set()), now)]
    BudgetAlert.objects.bulk_create(found, ignore_conflicts=True)
    return found


def passed(standing: Standing) -> list[AlertKind]:
    """The marks that the month has passed; none where a rate is missing."""
    return [] if standing.balance is None else budgets.marks_passed(standing.budget, standing.balance.spent.amount)


def outlook(standing: Standing, now: datetime) -> Ahead | None:
    """Where the budget's month ends; None where too few days or a rate are missing to tell."""
    found = None if standing.balance is None else ahead.of(standing.budget, now)
    return None if found is None else found.against(standing.budget.amount)


def _of(standing: Standing, told: set[str], now: datetime) -> list[BudgetAlert]:
    if standing.balance is None:
        return []
    spent, kinds = standing.balance.spent.amount, passed(standing)
    found = [_alert(standing, kind, spent, now) for kind in kinds if kind not in told]
    if AlertKind.FORECAST in told or AlertKind.SPENT in kinds or not _is_first_look_of_the_hour(standing, now):
        return found
    foretold = outlook(standing, now)
    if foretold is not None and foretold.spent_on is not None:
        alert = _alert(standing, AlertKind.FORECAST, spent, now)
        alert.forecast_on = foretold.spent_on
        found.append(alert)
    return found


def _alert(standing: Standing, kind: AlertKind, spent: Decimal, now: datetime) -> BudgetAlert:
    return BudgetAlert(budget=standing.budget, month=standing.month.first, kind=kind, at=now, spent=spent)


def _is_first_look_of_the_hour(standing: Standing, now: datetime) -> bool:
    """It reads two months of days, so it is made once an hour; ``looked_at`` is still that of the look before."""
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
