"""Converts money with the exchange rates that admins keep."""

from __future__ import annotations

from datetime import date

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
