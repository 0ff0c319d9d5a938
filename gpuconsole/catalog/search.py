"""Narrows and orders offers: prices in one currency, unknown ones behind the known, doubted ones last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    DecimalField,
    Expression,
    F,
    IntegerField,
    Q,
    SmallIntegerField,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, NullIf

from gpuconsole.catalog import gpus
from gpuconsole.catalog.contents import UNITS
from gpuconsole.catalog.models import Offer, OfferQuerySet, Source
from gpuconsole.catalog.sanity import Doubt
from gpuconsole.catalog.scope import Scope

MEASURES = ("price", "gpu_price", "gb_price")
"""Price per hour: of the whole offer, of one GPU, of one GB of GPU memory."""
SORTS = (*MEASURES, "gpu", "gpus", "vram", "region", "provider", "billing", "available")
DEFAULT_SORT = "gpu_price"
AVAILABLE = ("now", "maybe", "unknown", "none")
ORDER = ("rank", "sort_key", "id")
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the list is narrowed to, all that is given together, and its order (a minus: the other way round).

    Prices are at most, GPUs and memory of one GPU (GB) at least; ``available``: now, maybe (now or not told),
    unknown, none.
    """

    text: str = ""
    gpu: str = ""
    gpus: int | None = None
    vram_gb: int | None = None
    region: str = ""
    provider: str = ""
    connection: str = ""
    billing: str = ""
    available: str = ""
    source: str = ""
    is_spot: bool | None = None
    price: Decimal | None = None
    gpu_price: Decimal | None = None
    gb_price: Decimal | None = None
    sort: str = DEFAULT_SORT


def found(scope: Scope, asked: Asked) -> OfferQuerySet:
    """Offers that stand and fit, ready to be paged in the order of ``order``."""
    rows = scope.offers().standing().filter(_fits(scope, asked))
    prices = _measures(scope)
    for name in MEASURES:
        if (most := getattr(asked, name)) is not None:
            rows = rows.alias(**{f"at_{name}": prices[name]}).filter(**{f"at_{name}__lte": most})
    key, unknown, is_price = _key(asked.sort.removeprefix("-"), prices)
    ranks = [When(unknown, then=Value(1))]
    if is_price:
        ranks.insert(0, When(~Q(doubt=Doubt.NONE), then=Value(2)))
        rows = rows.alias(measure=prices[asked.sort.removeprefix("-")])
    return rows.annotate(rank=Case(*ranks, default=Value(0), output_field=SmallIntegerField()), sort_key=key)


def order(asked: Asked) -> tuple[str, ...]:
    """The order for paging."""
    return ("rank", "-sort_key", "id") if asked.sort.startswith("-") else ORDER


def capped_count(rows: OfferQuerySet) -> int:
    """How many fit; one more than ``MOST_COUNTED`` stands for "more than that"."""
    return rows.order_by().values("pk")[: MOST_COUNTED + 1].count()


def _fits(scope: Scope, asked: Asked) -> Q:
    connections = [pk for pk, row in scope.connections.items() if row.public_id == asked.connection]
    words: dict[str, Any] = {
        "gpu_count__gte": asked.gpus,
        "memory_gb__gte": asked.vram_gb,
        "regions__contains": [asked.region] if asked.region else None,
        "provider": asked.provider,
        "billing": asked.billing,
        "source": asked.source,
        "connection__in": connections if asked.connection else None,
        "is_spot": asked.is_spot,
    }
    condition = Q(**{name: value for name, value in words.items() if value is not None and value != ""})
    if asked.gpu:
        condition &= Q(gpu__iexact=gpus.read(asked.gpu).model or asked.gpu) | Q(gpu_model__iexact=asked.gpu)
    if asked.available:
        condition &= _AVAILABLE[asked.available]
    for word in asked.text.lower().split():
        condition &= Q(words__contains=word)
    return condition


_AVAILABLE = {
    "now": Q(is_available=True),
    "maybe": Q(is_available=True) | Q(is_available__isnull=True),
    "unknown": Q(is_available__isnull=True),
    "none": Q(is_available=False),
}


def _measures(scope: Scope) -> Mapping[str, Any]:
    """The three prices in the scope's currency; null where price or rate is unknown, or nothing to divide by."""
    price = _price(scope)
    memory = F("gpu_count") * F("memory_gb")
    return {
        "price": price,
        "gpu_price": _divided(price, F("gpu_count")),
        "gb_price": _divided(price, memory),
    }


def _price(scope: Scope) -> Expression:
    cases = [
        When(currency=currency, then=F("hourly_price") * Value(worth.rate, output_field=_MONEY))
        for currency, worth in scope.worth.items()
        if currency in scope.contents.currencies and currency != scope.currency
    ]
    own = When(currency=scope.currency, then=F("hourly_price"))
    return Case(own, *cases, default=Value(None), output_field=_MONEY)


_MONEY: DecimalField[Any, Any] = DecimalField(max_digits=40, decimal_places=20)


def _divided(price: Expression, by: Any) -> Expression:
    whole = Cast(NullIf(by, Value(0), output_field=IntegerField()), _MONEY)
    return Case(When(gpu_count__gt=0, then=price / whole), default=Value(None), output_field=_MONEY)


def _key(sort: str, prices: Mapping[str, Any]) -> tuple[Expression, Q, bool]:
    """What to sort by, which rows have nothing there, and whether it is a price."""
    if sort in MEASURES:
        zero = Value(Decimal(0), output_field=_MONEY)
        return Coalesce(prices[sort], zero, output_field=_MONEY), Q(measure__isnull=True), True
    if sort == "vram":
        return Coalesce("memory_gb", Value(0), output_field=IntegerField()), Q(memory_gb__isnull=True), False
    if sort == "billing":
        steps = [When(billing=unit, then=Value(at)) for at, unit in enumerate(UNITS)]
        return Case(*steps, default=Value(len(UNITS)), output_field=SmallIntegerField()), Q(billing=""), False
    if sort == "available":
        steps = [When(is_available=True, then=Value(0)), When(is_available=False, then=Value(2))]
        return Case(*steps, default=Value(1), output_field=SmallIntegerField()), Q(pk__isnull=True), False
    if sort == "gpus":
        return Cast("gpu_count", IntegerField()), Q(pk__isnull=True), False
    column = {"gpu": "gpu", "region": "region", "provider": "provider"}[sort]
    return Cast(column, TextField()), Q(**{column: ""}), False


def is_published(offer: Offer) -> bool:
    """Whether it comes from a public list and not through a connection."""
    return offer.source == Source.PUBLISHED
