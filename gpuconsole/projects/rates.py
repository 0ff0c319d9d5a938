"""Converts money with the exchange rates that admins keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from gpuconsole.core.money import Money
from gpuconsole.projects.models import ExchangeRate


@dataclass(frozen=True, slots=True)
class Quote:
    """What one unit of a currency is worth in another: since which day that is told, and by whom."""

    currency: str
    to_currency: str
    value: Decimal
    on: date
    source: str

    def convert(self, money: Money) -> Money:
        """An amount in ``currency``, unrounded."""
        return Money(money.amount * self.value, self.to_currency)

    def __str__(self) -> str:
        """For the line below a converted amount."""
        return f"1 {self.currency} = {self.value:.4f} {self.to_currency} on {self.on:%F}, {self.source}"


def rate(currency: str, to_currency: str, *, on: date | None = None) -> ExchangeRate | None:
    """The newest rate of the pair, or the newest not after ``on``; None where nobody has set one."""
    found = ExchangeRate.objects.filter(currency=currency, to_currency=to_currency)
    if on is not None:
        found = found.filter(on__lte=on)
    return found.order_by("-on").first()


def quote(currency: str, to_currency: str, *, on: date | None = None) -> Quote | None:
    """The rate of the pair, else the other way round; None where nobody has set one."""
    forth = rate(currency, to_currency, on=on)
    if forth is not None:
        return Quote(currency, to_currency, forth.rate, forth.on, forth.source)
    back = rate(to_currency, currency, on=on)
    return None if back is None else Quote(currency, to_currency, 1 / back.rate, back.on, back.source)


def convert(money: Money, to_currency: str, *, on: date | None = None) -> Money | None:
    """The amount in another currency, unrounded; None where no rate is known: two are never taken for the same."""
    if money.currency == to_currency:
        return money
    found = quote(money.currency, to_currency, on=on)
    return None if found is None else found.convert(money)


def into(to_currency: str) -> dict[str, Quote]:
    """What each currency is worth in this one by the newest rate, as ``convert`` has it; one query."""
    pairs = ExchangeRate.objects.filter(Q(to_currency=to_currency) | Q(currency=to_currency))
    newest = pairs.order_by("currency", "to_currency", "-on").distinct("currency", "to_currency")
    found: dict[str, Quote] = {}
    for row in sorted(newest, key=lambda row: row.to_currency == to_currency):  # a rate forth comes over one back
        if row.to_currency == to_currency:
            found[row.currency] = Quote(row.currency, to_currency, row.rate, row.on, row.source)
        else:
            found[row.to_currency] = Quote(row.to_currency, to_currency, 1 / row.rate, row.on, row.source)
    return found | {to_currency: Quote(to_currency, to_currency, Decimal(1), date.max, "")}
