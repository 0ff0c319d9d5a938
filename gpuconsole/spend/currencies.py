"""Amounts in one currency, each at the rate of its own day; what has no rate is kept apart and said."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q

from gpuconsole.projects.models import ExchangeRate


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit was worth, since when, and who says so."""

    value: Decimal
    on: date
    source: str


@dataclass(frozen=True)
class Rates:
    """Rates to one currency by day, read once; what was told towards it counts before what was told from it."""

    to_currency: str
    forth: Mapping[str, Sequence[Rate]] = field(default_factory=dict)
    """By currency, oldest first."""
    back: Mapping[str, Sequence[Rate]] = field(default_factory=dict)
    _found: dict[tuple[str, date], Rate | None] = field(default_factory=dict, repr=False, compare=False)

    def at(self, currency: str, day: date) -> Rate | None:
        """The newest that is not after the day; None where there is none. An amount without a currency has no rate."""
        place = (currency, day)
        if place not in self._found:
            self._found[place] = self._look_up(currency, day)
        return self._found[place]

    def convert(self, amount: Decimal, currency: str, day: date) -> Decimal | None:
        """Unrounded; nothing is nothing in every currency."""
        if currency == self.to_currency or not amount:
            return amount
        rate = self.at(currency, day)
        return None if rate is None else amount * rate.value

    def _look_up(self, currency: str, day: date) -> Rate | None:
        if currency == self.to_currency:
            return Rate(Decimal(1), day, "")
        return _newest(self.forth.get(currency, ()), day) or _newest(self.back.get(currency, ()), day)


def rates_to(currency: str) -> Rates:
    """All rates to and from a currency. One query."""
    forth: dict[str, list[Rate]] = defaultdict(list)
    back: dict[str, list[Rate]] = defaultdict(list)
    for row in ExchangeRate.objects.filter(Q(to_currency=currency) | Q(currency=currency)).order_by("on"):
        if row.to_currency == currency:
            forth[row.currency].append(Rate(row.rate, row.on, row.source))
        else:
            back[row.to_currency].append(Rate(1 / row.rate, row.on, row.source))
    return Rates(currency, forth, back)


def _newest(rates: Sequence[Rate], day: date) -> Rate | None:
    place = bisect_right(rates, day, key=lambda rate: rate.on)
    return rates[place - 1] if place else None


@dataclass(slots=True)
class Total:
    """A sum in one currency, and beside it, by currency, what could not be converted."""

    amount: Decimal = Decimal(0)
    unconverted: dict[str, Decimal] = field(default_factory=dict)

    @property
    def face_value(self) -> Decimal:
        """To order by: what could not be converted counts as it stands, so that it shows."""
        return self.amount + sum(self.unconverted.values(), Decimal(0))

    def add(self, amount: Decimal, currency: str, day: date, rates: Rates) -> None:
        """Count an amount of a day."""
        self.count(amount, currency, rates.convert(amount, currency, day))

    def count(self, amount: Decimal, currency: str, converted: Decimal | None) -> None:
        """Count an amount that was converted already; None: there is no rate."""
        if converted is None:
            self.unconverted[currency] = self.unconverted.get(currency, Decimal(0)) + amount
        else:
            self.amount += converted

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing in the amount."""
        return not self.unconverted
