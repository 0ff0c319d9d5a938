"""Converts money with the exchange rates that admins keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from gpuconsole.core.money import Money
from gpuconsole.projects.models import ExchangeRate


def rate(currency: str, to_currency: str, *, on: date | None = None) -> ExchangeRate | None:
    """The newest rate of the pair, or the newest not after ``on``; None where nobody has set one."""
    found = ExchangeRate.objects.filter(currency=currency, to_currency=to_currency)
    if on is not None:
        found = found.filter(on__lte=on)
    return found.order_by("-on").first()


def convert(money: Money, to_currency: str, *, on: date | None = None) -> Money | None:
    """The amount in another currency, unrounded; None where no rate is known: two are never taken for the same."""
    if money.currency == to_currency:
        return money
    forth = rate(money.currency, to_currency, on=on)
    if forth is not None:
        return Money(money.amount * forth.rate, to_currency)
    back = rate(to_currency, money.currency, on=on)
    return None if back is None else Money(money.amount / back.rate, to_currency)


@dataclass(frozen=True, slots=True)
class Worth:
    """What one unit of a currency is worth in another, since which day, and who says so."""

    rate: Decimal
    on: date
    source: str


def into(to_currency: str) -> dict[str, Worth]:
    """What each currency is worth in this one by the newest rate, as ``convert`` has it; one query."""
    pairs = ExchangeRate.objects.filter(Q(to_currency=to_currency) | Q(currency=to_currency))
    newest = pairs.order_by("currency", "to_currency", "-on").distinct("currency", "to_currency")
    found: dict[str, Worth] = {}
    for row in sorted(newest, key=lambda row: row.to_currency == to_currency):  # a rate forth comes over one back
        if row.to_currency == to_currency:
            found[row.currency] = Worth(row.rate, row.on, row.source)
        else:
            found[row.to_currency] = Worth(1 / row.rate, row.on, row.source)
    return found | {to_currency: Worth(Decimal(1), date.max, "")}
