"""Amounts in one currency, each at the rate of its own day; what has no rate is kept apart and said."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from gpuconsole.projects.models import ExchangeRate


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit was worth, since when, and who says so."""

    value: Decimal
    on: date
    source: str


Table = Mapping[str, Mapping[date, Rate]]


@dataclass(frozen=True)
class Rates:
    """Rates to one currency by day, read once; what was told towards it counts before what was told from it."""

    to_currency: str
    forth: Table = field(default_factory=dict)
    back: Table = field(default_factory=dict)

    def at(self, currency: str, day: date) -> Rate | None:
        """The newest that is not after the day; None where there is none. An amount without a currency has no rate."""
        if currency == self.to_currency:
            return Rate(Decimal(1), day, "")
        return _newest(self.forth.get(currency, {}), day) or _newest(self.back.get(currency, {}), day)

    def convert(self, amount: Decimal, currency: str, day: date) -> Decimal | None:
        """Unrounded; nothing is nothing in every currency."""
        if not amount:
            return Decimal(0)
        rate = self.at(currency, day)
        return None if rate is None else amount * rate.value


def rates_to(currency: str) -> Rates:
    """All rates to and from a currency. Two queries."""
    forth: dict[str, dict[date, Rate]] = defaultdict(dict)
    back: dict[str, dict[date, Rate]] = defaultdict(dict)
    for row in ExchangeRate.objects.filter(to_currency=currency).order_by("on"):
        forth[row.currency][row.on] = Rate(row.rate, row.on, row.source)
    for row in ExchangeRate.objects.filter(currency=currency).order_by("on"):
        back[row.to_currency][row.on] = Rate(1 / row.rate, row.on, row.source)
    return Rates(currency, forth, back)


def _newest(rates: Mapping[date, Rate], day: date) -> Rate | None:
    days = list(rates)
    place = bisect_right(days, day)
    return rates[days[place - 1]] if place else None


@dataclass(slots=True)
class Total:
    """A sum in one currency, and beside it, by currency, what could not be converted."""

    amount: Decimal = Decimal(0)
    unconverted: dict[str, Decimal] = field(default_factory=dict)

    def add(self, amount: Decimal, currency: str, day: date, rates: Rates) -> None:
        """Count an amount of a day."""
        converted = rates.convert(amount, currency, day)
        if converted is None:
            self.unconverted[currency] = self.unconverted.get(currency, Decimal(0)) + amount
        else:
            self.amount += converted

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing in the amount."""
        return not self.unconverted


def total(amounts: Iterable[tuple[Decimal, str, date]], rates: Rates) -> Total:
    """All of them together."""
    found = Total()
    for amount, currency, day in amounts:
        found.add(amount, currency, day, rates)
    return found
