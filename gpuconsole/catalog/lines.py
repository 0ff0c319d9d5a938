"""An offer as it is shown: its prices in the chosen currency, its age and source, and how the team's own work fared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.models import Team
from gpuconsole.catalog import history, records, sanity
from gpuconsole.catalog.models import Offer, Source
from gpuconsole.catalog.scope import Scope
from gpuconsole.catalog.search import MEASURES
from gpuconsole.connections.models import Connection
from gpuconsole.core import formats
from gpuconsole.core.money import Money
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider

AVAILABILITY = {
    True: (gettext_noop("Now"), "circle-check", "ok-text"),
    False: (gettext_noop("None"), "circle-x", "muted"),
    None: (gettext_noop("Unknown"), "circle-help", "muted"),
}
"""Word, icon and colour; None: the provider does not tell."""


@dataclass(frozen=True, slots=True)
class Price:
    """One measure of a price: as the provider has it, and in the team's currency (None: unknown, or no rate)."""

    native: Money | None
    team: Money | None
    is_native_shown: bool
    is_small: bool = False
    """Whether it is of so small a unit that cents say too little."""

    @property
    def shown(self) -> Money | None:
        """What stands in front."""
        return self.native if self.is_native_shown or self.team is None else self.team

    @property
    def beside(self) -> Money | None:
        """The provider's own figure, where another stands in front."""
        return self.native if self.native and self.shown and self.native.currency != self.shown.currency else None

    @property
    def text(self) -> str:
        """What stands in front, in words; empty for an unknown."""
        return self._written(self.shown)

    @property
    def note(self) -> str:
        """What stands beside it, in words; mostly empty."""
        return self._written(self.beside)

    def times(self, factor: Decimal) -> Price:
        """For so many hours."""
        native, team = (money * factor if money else None for money in (self.native, self.team))
        return replace(self, native=native, team=team)

    def _written(self, money: Money | None) -> str:
        write = formats.unit_price if self.is_small else formats.money
        return write(money.amount, money.currency) if money else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One offer with all that a page says of it."""

    offer: Offer
    provider: Provider
    connection: Connection | None
    seen_at: datetime | None
    prices: Mapping[str, Price]
    trend: history.Trend = field(default_factory=history.Trend)
    record: records.Record | None = None

    @property
    def price(self) -> Price:
        return self.prices["price"]

    @property
    def gpu_price(self) -> Price:
        return self.prices["gpu_price"]

    @property
    def gb_price(self) -> Price:
        return self.prices["gb_price"]

    @property
    def name(self) -> str:
        """``2 × H100``."""
        return formats.gpus(self.offer.gpu_count, self.offer.gpu)

    @property
    def title(self) -> str:
        """For links and buttons: ``2 × H100 at Provider``."""
        return _("{hardware} at {provider}").format(hardware=self.name, provider=self.provider.name)

    @property
    def is_published(self) -> bool:
        return self.offer.source == Source.PUBLISHED

    @property
    def is_sandbox(self) -> bool:
        return self.connection is not None and self.connection.is_sandbox

    @property
    def source(self) -> str:
        """Who says what it costs."""
        if self.connection is None:
            return self.offer.source_text
        return _("{provider}, by {connection}").format(provider=self.provider.name, connection=self.connection.name)

    @property
    def doubt(self) -> str:
        """Why its price is not believed; empty where it is."""
        return sanity.sentence(self.offer.doubt, self.offer.believed_price, self.offer.currency)

    @property
    def availability(self) -> tuple[str, str, str]:
        """Word, icon and colour."""
        word, icon, css = AVAILABILITY[self.offer.is_available]
        return _(word), icon, css

    @property
    def billing(self) -> str:
        """The unit that is billed, in words; empty: unknown."""
        return _(self.offer.billing) if self.offer.billing else ""

    @property
    def region(self) -> str:
        """The region, or how many there are."""
        regions = self.offer.regions
        return regions[0] if len(regions) == 1 else formats.plural(len(regions), "region", "regions") if regions else ""

    @property
    def url(self) -> str:
        return f"{_root()}{self.offer.public_id}/"

    @property
    def launch_url(self) -> str:
        """The launch form with this offer filled in; empty without a connection, or once the offer is gone."""
        if self.connection is None or self.offer.gone_at is not None:
            return ""
        query = {"connection": self.connection.public_id, "offer": self.offer.public_id}
        return f"{_form(self.provider.slug, self.provider.kind)}?{urlencode(query)}"

    @property
    def can_launch_now(self) -> bool:
        """Whether a launch has a chance: there is a connection, and its provider does not say that none is left."""
        return bool(self.launch_url) and self.offer.is_available is not False


@cache
def _root() -> str:
    return reverse("catalogue:list")


@cache
def _form(slug: str, kind: str) -> str:
    return reverse("launch:form", args=(slug, kind))


def of(
    scope: Scope, offers: Iterable[Offer], now: datetime, *, team: Team | None = None, is_native: bool = False
) -> list[Line]:
    """All lines, in the order of the offers; a fixed number of queries."""
    rows = list(offers)
    trends, own = history.trends(rows, now), records.of(team)
    lines = []
    for offer in rows:
        line = plain(scope, offer, is_native=is_native)
        record = own.get(records.key_of(offer, is_sandbox=line.is_sandbox))
        trend = history.Trend() if line.is_published else trends[offer.pk]
        lines.append(Line(offer, line.provider, line.connection, line.seen_at, line.prices, trend, record))
    return lines


def plain(scope: Scope, offer: Offer, *, is_native: bool = False) -> Line:
    """The line without history and record; no query."""
    connection = scope.connections.get(offer.connection_id) if offer.connection_id else None
    figures = prices(scope, offer, is_native=is_native)
    return Line(offer, registry.get(offer.provider), connection, scope.seen_at(offer), figures)


def prices(scope: Scope, offer: Offer, *, is_native: bool = False) -> dict[str, Price]:
    """The price of all of it per hour, of one GPU-hour, and of one hour of one GB of GPU memory."""
    parts = {"price": 1, "gpu_price": offer.gpu_count, "gb_price": offer.gpu_count * (offer.memory_gb or 0)}
    worth = scope.worth.get(offer.currency)
    rate = worth.value if worth else None
    return {name: _price(offer, parts[name], rate, scope.currency, is_native, name == "gb_price") for name in MEASURES}


def _price(offer: Offer, parts: int, rate: Decimal | None, currency: str, is_native: bool, is_small: bool) -> Price:
    if offer.hourly_price is None or not parts:
        return Price(None, None, is_native, is_small)
    native = Money(offer.hourly_price / parts, offer.currency)
    team = None if rate is None else Money(native.amount * rate, currency)
    return Price(native, team, is_native, is_small)


def cheapest(lines: Iterable[Line], measure: str = "price") -> set[str]:
    """Public ids of those with the lowest believed price in the team's currency; none where fewer than two have one."""
    known = {
        line.offer.public_id: line.prices[measure].team
        for line in lines
        if not line.offer.doubt and line.offer.gone_at is None
    }
    amounts = {public_id: money.amount for public_id, money in known.items() if money is not None}
    lowest = min(amounts.values(), default=None)
    return {public_id for public_id, amount in amounts.items() if amount == lowest} if len(amounts) > 1 else set()
