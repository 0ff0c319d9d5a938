"""Days and months as a team counts them: from midnight to midnight in its zone. Pure."""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.core import formats

_LONG_MONTHS = (
    *(gettext_noop("January"), gettext_noop("February"), gettext_noop("March"), gettext_noop("April")),
    *(gettext_noop("May"), gettext_noop("June"), gettext_noop("July"), gettext_noop("August")),
    *(gettext_noop("September"), gettext_noop("October"), gettext_noop("November"), gettext_noop("December")),
)
_DAY = timedelta(days=1)


def midnight(day: date, zone: str) -> datetime:
    """The moment at which the day begins there, in UTC; where midnight is skipped, the first moment after it."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day_of(moment: datetime, zone: str) -> date:
    """The day that the moment is in, there."""
    return moment.astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True)
class Span:
    """Whole days, both ends included, in a zone."""

    first: date
    last: date
    zone: str

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[date]:
        return (self.first + _DAY * step for step in range(len(self)))

    @cached_property
    def bounds(self) -> list[datetime]:
        """The midnights between the days, and those at both ends; a day has 23, 24 or 25 hours."""
        return [midnight(self.first + _DAY * step, self.zone) for step in range(len(self) + 1)]

    @cached_property
    def start(self) -> datetime:
        return midnight(self.first, self.zone)

    @cached_property
    def end(self) -> datetime:
        """The first moment that is not in it any more."""
        return midnight(self.last + _DAY, self.zone)

    @property
    def name(self) -> str:
        """Of the month that it begins in."""
        return _(_LONG_MONTHS[self.first.month - 1])

    def share_gone(self, now: datetime) -> Decimal:
        """How much of it is over: 0 to 1, the even pace of a budget."""
        gone = Decimal((now - self.start).total_seconds()) / Decimal((self.end - self.start).total_seconds())
        return min(max(gone, Decimal(0)), Decimal(1))

    def cut(self, start: datetime, end: datetime) -> Iterator[tuple[date, datetime, datetime]]:
        """The days that a stretch touches, each with the part of the day that is in the span's day."""
        at = max(bisect_right(self.bounds, start) - 1, 0)
        while at < len(self) and (self.bounds[at] < end or self.bounds[at] <= start):
            yield self.first + _DAY * at, self.bounds[at], self.bounds[at + 1]
            at += 1


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> Month | None:
        """``2026-11``; None for anything else."""
        year, dash, number = text.partition("-")
        if not (
            dash and len(year) == 4 and len(number) == 2 and (year + number).isascii() and (year + number).isdigit()
        ):
            return None
        return cls(int(year), int(number)) if 1 <= int(number) <= 12 and 1970 <= int(year) <= 9998 else None

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def name(self) -> str:
        return _(_LONG_MONTHS[self.number - 1])

    @property
    def short(self) -> str:
        return formats.month(self.number)

    @property
    def label(self) -> str:
        return f"{self.name} {self.year}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.number, self.length)

    @property
    def length(self) -> int:
        """Days in it."""
        return monthrange(self.year, self.number)[1]

    @property
    def before(self) -> Month:
        return Month.of(self.first - _DAY)

    @property
    def after(self) -> Month:
        return Month.of(self.last + _DAY)

    def span(self, zone: str) -> Span:
        return Span(self.first, self.last, zone)

    @property
    def utc(self) -> Span:
        """As providers bill it."""
        return self.span("UTC")
