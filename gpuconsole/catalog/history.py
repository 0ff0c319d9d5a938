"""How prices moved: thirty days as a line and a change in per cent, and every change by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import DateTimeField, QuerySet
from django.db.models.functions import TruncDay
from django.utils.translation import gettext as _

from gpuconsole.catalog.models import Offer, OfferPrice
from gpuconsole.core import formats

DAYS = 30
_SERIES = {-1: 2, 0: 6, 1: 3}
"""Colour of the line when the price fell, stood or rose."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A price over the last thirty days, or since it was first seen."""

    values: Sequence[Decimal] = ()
    """One a day; the last is the price now."""
    since: datetime | None = None

    @property
    def percent(self) -> Decimal | None:
        """Change from the first day to now; None where there is nothing to compare."""
        if len(self.values) < 2 or not self.values[0]:
            return None
        return (self.values[-1] - self.values[0]) / self.values[0] * 100

    @property
    def series(self) -> int:
        """Number of the colour."""
        percent = self.percent or 0
        return _SERIES[(percent > 0) - (percent < 0)]

    @property
    def text(self) -> str:
        """``−4 %``, ``+12 %``, ``0 %``; "new" for what was first seen today."""
        if self.percent is None:
            return _("new") if self.values else formats.MISSING
        sign = "+" if self.percent > 0 else ""
        return f"{sign}{formats.percent(float(self.percent), fine=True)}"


@dataclass(frozen=True, slots=True)
class Change:
    """One price, when it came, and by how much it differs from the one before (in per cent; None: no telling)."""

    at: datetime
    hourly_price: Decimal | None
    currency: str
    percent: Decimal | None


def trends(offers: Iterable[Offer], now: datetime) -> dict[int, Trend]:
    """The last thirty days of each, by primary key. Two queries."""
    pks = [offer.pk for offer in offers]
    start = now - timedelta(days=DAYS)
    prices = OfferPrice.objects.filter(offer__in=pks)
    before = {row.offer_id: row for row in prices.filter(at__lte=start).order_by("offer", "-at").distinct("offer")}
    day = TruncDay("at", output_field=DateTimeField())
    since = prices.filter(at__gt=start).annotate(day=day).order_by("offer", "day", "-at").distinct("offer", "day")
    later: dict[int, list[OfferPrice]] = defaultdict(list)
    for row in since:
        later[row.offer_id].append(row)
    return {pk: _trend([*([before[pk]] if pk in before else []), *later[pk]], start, now) for pk in pks}


def prices(offer: Offer) -> QuerySet[OfferPrice]:
    """Every price that it had, to be paged."""
    return OfferPrice.objects.filter(offer=offer)


def changes(offer: Offer, most: int = 50) -> list[Change]:
    """The newest prices, newest first, each beside the one before. One query."""
    rows = list(prices(offer).order_by("-at")[: most + 1])
    pairs = zip(rows, [*rows[1:], None], strict=False)
    return [Change(row.at, row.hourly_price, row.currency, _change(before, row)) for row, before in pairs][:most]


def _change(before: OfferPrice | None, row: OfferPrice) -> Decimal | None:
    if before is None or not before.hourly_price or row.hourly_price is None or before.currency != row.currency:
        return None
    return (row.hourly_price - before.hourly_price) / before.hourly_price * 100


def _trend(rows: Sequence[OfferPrice], start: datetime, now: datetime) -> Trend:
    """The price at the end of each day; another currency or an unknown price begins the line anew."""
    known = list[OfferPrice]()
    for row in rows:
        if known and row.currency != known[-1].currency:
            known.clear()
        known = [] if row.hourly_price is None else [*known, row]
    if not known:
        return Trend()
    first = max(known[0].at, start)
    values, at = list[Decimal](), 0
    for step in range((now - first).days + 1):
        until = now - timedelta(days=(now - first).days - step)
        while at + 1 < len(known) and known[at + 1].at <= until:
            at += 1
        price = known[at].hourly_price
        assert price is not None
        values.append(price)
    opening = known[0].hourly_price
    assert opening is not None
    return Trend([opening, *values] if values[0] != opening else values, first)
