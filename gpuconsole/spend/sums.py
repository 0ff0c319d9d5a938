"""Cells added up by key: what each spent in a month and in the same days of the month before. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from gpuconsole.core.days import Month, day_of, midnight
from gpuconsole.spend.cells import Cell
from gpuconsole.spend.currencies import Rates, Total

_HOUR_S = Decimal(3600)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The month that is looked at, and how far it has come: ``until`` is today, or its last day."""

    month: Month
    today: date
    share_gone: Decimal
    """How much of today is over, 0 to 1."""

    @property
    def until(self) -> date:
        return min(max(self.today, self.month.first), self.month.last)

    @property
    def is_over(self) -> bool:
        return self.today > self.month.last

    @property
    def pace(self) -> Decimal:
        """How much of the month is over, 0 to 1."""
        if self.is_over:
            return Decimal(1)
        return (Decimal((self.today - self.month.first).days) + self.share_gone) / self.month.length

    @property
    def before_until(self) -> date:
        """The day of the month before to which it is compared: as many days, all of them for a month that is over."""
        before = self.month.before
        return before.last if self.is_over else min(before.first + (self.until - self.month.first), before.last)


def period_of(month: Month, zone: str, now: datetime) -> Period:
    """The month as the team's zone has it now."""
    today = day_of(now, zone)
    start, end = midnight(today, zone), midnight(today + timedelta(days=1), zone)
    return Period(month, today, Decimal((now - start) / (end - start)))


@dataclass(slots=True)
class Part:
    """Sums of one month up to a day."""

    spent: Total = field(default_factory=Total)
    failed: Total = field(default_factory=Total)
    gpu_s: Decimal = Decimal(0)
    unpriced_s: Decimal = Decimal(0)
    unpriced_gpu_s: Decimal = Decimal(0)

    @property
    def gpu_hours(self) -> Decimal:
        return self.gpu_s / _HOUR_S

    @property
    def unpriced_gpu_hours(self) -> Decimal:
        return self.unpriced_gpu_s / _HOUR_S

    @property
    def per_gpu_hour(self) -> Decimal | None:
        """Over the hours that have a price; None where there are none, or where a rate is missing."""
        priced = (self.gpu_s - self.unpriced_gpu_s) / _HOUR_S
        return self.spent.amount / priced if priced > 0 and self.spent.is_whole else None

    @property
    def failed_percent(self) -> Decimal | None:
        """Of spend; None where nothing was spent, or where a rate is missing."""
        is_known = self.spent.is_whole and self.spent.amount > 0
        return self.failed.amount / self.spent.amount * 100 if is_known else None


@dataclass(slots=True)
class Sums:
    """One key's month, the same days of the month before, and every day of both."""

    now: Part = field(default_factory=Part)
    before: Part = field(default_factory=Part)
    per_day: dict[date, Decimal] = field(default_factory=dict)
    """In one currency; what has no rate is not in it."""
    lacks_rate: bool = False
    """Whether a day of either month has an amount that could not be converted, so that nothing can be foretold."""
    has_sandbox: bool = False

    def add(self, cell: Cell, since: date, before_until: date, rates: Rates) -> None:
        """Count one cell of the month that begins with ``since``, or of the one before up to ``before_until``.

        Days of neither count for ``per_day`` alone.
        """
        converted = rates.convert(cell.cost, cell.currency, cell.day)
        self.lacks_rate = self.lacks_rate or converted is None
        self.per_day[cell.day] = self.per_day.get(cell.day, Decimal(0)) + (converted or 0)
        if cell.day >= since:
            self.has_sandbox = self.has_sandbox or cell.has_sandbox
            _count(self.now, cell, converted, rates)
        elif cell.day <= before_until:
            _count(self.before, cell, converted, rates)

    def trend(self, until: date, length: int = 14) -> list[Decimal]:
        """Spend on each of the last days."""
        return [self.per_day.get(until - _DAY * back, Decimal(0)) for back in range(length - 1, -1, -1)]

    @property
    def change_percent(self) -> Decimal | None:
        """To the same days of the month before; None where nothing was spent then, or a rate is missing."""
        before = self.before.spent
        if not before.amount or not before.is_whole or not self.now.spent.is_whole:
            return None
        return (self.now.spent.amount - before.amount) / before.amount * 100


def added_up(
    cells: Iterable[Cell], period: Period, rates: Rates, key: Callable[[Cell], Hashable] = lambda cell: cell.key
) -> dict[Hashable, Sums]:
    """By key, the dearest of the month first."""
    found: dict[Hashable, Sums] = {}
    since, before_until = period.month.first, period.before_until
    for cell in cells:
        found.setdefault(key(cell), Sums()).add(cell, since, before_until, rates)
    return dict(sorted(found.items(), key=lambda item: (-item[1].now.spent.amount, str(item[0]))))


def _count(part: Part, cell: Cell, converted: Decimal | None, rates: Rates) -> None:
    part.spent.count(cell.cost, cell.currency, converted)
    if cell.failed_cost:
        part.failed.add(cell.failed_cost, cell.currency, cell.day, rates)
    part.gpu_s += cell.gpu_s
    if cell.unpriced_s:
        part.unpriced_s += cell.unpriced_s
        part.unpriced_gpu_s += cell.unpriced_gpu_s
