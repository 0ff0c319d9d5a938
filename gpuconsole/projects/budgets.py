"""Budgets: the month in the team's zone, and whether a launch still fits into it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from gpuconsole.core.days import Month, Span, day_of
from gpuconsole.core.money import Money
from gpuconsole.projects.models import AlertKind, Budget

STOP_AT = Decimal("1.2")
"""The share of a budget at which work is stopped, where that was chosen."""
_MARKS = ((Decimal("0.5"), AlertKind.HALF), (Decimal("0.8"), AlertKind.MOST), (Decimal(1), AlertKind.SPENT))


@dataclass(frozen=True, slots=True)
class Balance:
    """A month's budget: what was spent, what active work may still cost in that month, and what is left."""

    budget: Money
    spent: Money
    reserved: Money

    @property
    def left(self) -> Money:
        """Never below zero."""
        rest = self.budget.amount - self.spent.amount - self.reserved.amount
        return Money(max(rest, Decimal(0)), self.budget.currency)


def month_of(moment: datetime, zone: str) -> Span:
    """The month that the moment is in, as the zone counts it."""
    return Month.of(day_of(moment, zone)).span(zone)


def months_until(now: datetime, end: datetime | None, zone: str) -> Iterator[Span]:
    """The running month and those after it that begin before ``end``; without an end the running and the next one."""
    month = month_of(now, zone)
    yield month
    end = end or month.end + timedelta(seconds=1)
    while month.end < end:
        month = month_of(month.end, zone)
        yield month


def balance(budget: Budget, *, spent: Money, reserved: Money) -> Balance:
    """The month's balance from sums in the budget's currency."""
    return Balance(Money(budget.amount, budget.currency), spent, reserved)


def marks_passed(budget: Budget, spent: Decimal) -> list[AlertKind]:
    """Which of 50, 80 and 100 % are spent, and whether 120 % are where work is to be stopped then.

    A budget of nothing has passed them all with the first money.
    """
    if not spent:
        return []
    found = [kind for share, kind in _MARKS if spent >= budget.amount * share]
    return [*found, AlertKind.STOP] if budget.stops_at_120 and spent >= budget.amount * STOP_AT else found
