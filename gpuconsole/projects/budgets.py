"""Budgets: the month in the team's zone, and whether a launch still fits into it. Pure, as quotas are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from gpuconsole.core.money import Money
from gpuconsole.projects.models import Project


@dataclass(frozen=True, slots=True)
class Month:
    """From the first midnight to the next month's, in the team's zone; both ends in UTC."""

    start: datetime
    end: datetime
    name: str

    def share_gone(self, now: datetime) -> Decimal:
        """How much of the month is over: 0 to 1, the even pace of a budget."""
        gone = Decimal((now - self.start).total_seconds()) / Decimal((self.end - self.start).total_seconds())
        return min(max(gone, Decimal(0)), Decimal(1))


@dataclass(frozen=True, slots=True)
class Balance:
    """A month's budget: what was spent, what active work may still cost, and what is left for launches."""

    budget: Money
    spent: Money
    reserved: Money

    @property
    def left(self) -> Money:
        """Never below zero."""
        rest = self.budget.amount - self.spent.amount - self.reserved.amount
        return Money(max(rest, Decimal(0)), self.budget.currency)

    def has_room_for(self, most: Money) -> bool:
        """Whether something that costs at most ``most`` still fits."""
        return most <= self.left


def month_of(moment: datetime, zone: str) -> Month:
    """The month that the moment is in, as the zone counts it."""
    local = moment.astimezone(ZoneInfo(zone))
    start = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    last = local.month == 12
    end = start.replace(year=start.year + 1, month=1) if last else start.replace(month=start.month + 1)
    return Month(start.astimezone(UTC), end.astimezone(UTC), f"{local:%B}")


def balance(project: Project, *, spent: Money, reserved: Money) -> Balance | None:
    """The month's balance from sums in the budget's currency; None for a project without a budget."""
    if project.budget_amount is None:
        return None
    return Balance(Money(project.budget_amount, project.budget_currency), spent, reserved)
