"""Budgets: the month in the team's zone, whether a launch still fits into it, and when its money will end. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import mean, stdev
from zoneinfo import ZoneInfo

from gpuconsole.core.money import Money
from gpuconsole.projects.models import AlertKind, Budget

STOP_AT = Decimal("1.2")
"""The share of a budget at which work is stopped, where that was chosen."""
_MARKS = ((Decimal("0.5"), AlertKind.HALF), (Decimal("0.8"), AlertKind.MOST), (Decimal(1), AlertKind.SPENT))
_DAY_S = Decimal(86_400)
_OF_TEN_EIGHT = Decimal("1.2816")
"""Standard deviations on either side of a normal mean between which 80 % lie."""


@dataclass(frozen=True, slots=True)
class Month:
    """From the first midnight to the next month's, in the team's zone; both ends in UTC, ``first`` as a local day."""

    start: datetime
    end: datetime
    name: str
    first: date

    def share_gone(self, now: datetime) -> Decimal:
        """How much of the month is over: 0 to 1, the even pace of a budget."""
        gone = Decimal((now - self.start).total_seconds()) / Decimal((self.end - self.start).total_seconds())
        return min(max(gone, Decimal(0)), Decimal(1))


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

    def has_room_for(self, most: Money) -> bool:
        """Whether something that costs at most ``most`` still fits."""
        return most <= self.left


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the month will have cost at the pace of the last days; 8 times in 10 it lies between ``low`` and ``high``.

    ``low`` and ``high`` are None after less than two days. The days say when a budget will be spent: as expected, and
    at the earliest and latest of the same range; None: not in this month.
    """

    total: Decimal
    low: Decimal | None
    high: Decimal | None
    spent_on: date | None = None
    earliest: date | None = None
    latest: date | None = None


def month_of(moment: datetime, zone: str) -> Month:
    """The month that the moment is in, as the zone counts it."""
    local = moment.astimezone(ZoneInfo(zone))
    start = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    last = local.month == 12
    end = start.replace(year=start.year + 1, month=1) if last else start.replace(month=start.month + 1)
    return Month(start.astimezone(UTC), end.astimezone(UTC), f"{local:%B}", start.date())


def months_until(now: datetime, end: datetime | None, zone: str) -> Iterator[Month]:
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


def forecast(
    month: Month, now: datetime, spent: Decimal, days: Sequence[Decimal], *, zone: str, amount: Decimal | None = None
) -> Forecast | None:
    """Where the month ends at the pace of the last whole ``days`` (oldest first); None without a day to go by.

    ``spent`` is what the month has cost so far, ``amount`` its budget; all in one currency. The range grows with the
    spread of the days and with the time that is left; what is spent is never spent less.
    """
    if not days:
        return None
    pace = Decimal(mean(days))
    spread = Decimal(stdev(days)) if len(days) > 1 else None
    left_days = Decimal((month.end - now).total_seconds()) / _DAY_S

    def at(later_days: Decimal, side: int) -> Decimal:
        wide = Decimal(0)
        if side and spread is not None:
            wide = _OF_TEN_EIGHT * spread * (later_days + later_days**2 / len(days)).sqrt()
        return max(spent, spent + pace * later_days + side * wide)

    def first_day(side: int) -> date | None:
        if amount is None:
            return None
        if spent >= amount:
            return now.astimezone(ZoneInfo(zone)).date()
        return next((day for day, end in _days_left(month, now, zone) if at(_days(end - now), side) >= amount), None)

    has_range = spread is not None
    return Forecast(
        total=at(left_days, 0),
        low=at(left_days, -1) if has_range else None,
        high=at(left_days, 1) if has_range else None,
        spent_on=first_day(0),
        earliest=first_day(1) if has_range else None,
        latest=first_day(-1) if has_range else None,
    )


def last_days(now: datetime, zone: str, count: int = 7) -> list[tuple[datetime, datetime]]:
    """The last whole days before today as the zone counts them, oldest first: from midnight to midnight, in UTC."""
    tz = ZoneInfo(zone)
    today = now.astimezone(tz).date()
    edges = [_midnight(today - timedelta(days=back), tz) for back in range(count, -1, -1)]
    return list(pairwise(edges))


def _days_left(month: Month, now: datetime, zone: str) -> Iterator[tuple[date, datetime]]:
    tz = ZoneInfo(zone)
    day = now.astimezone(tz).date()
    while (end := _midnight(day + timedelta(days=1), tz)) <= month.end:
        yield day, end
        day += timedelta(days=1)


def _midnight(day: date, tz: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=tz).astimezone(UTC)


def _days(length: timedelta) -> Decimal:
    return Decimal(length.total_seconds()) / _DAY_S
