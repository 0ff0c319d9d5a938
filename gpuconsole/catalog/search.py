"""Narrows and orders offers: prices in one currency, unknown ones behind the known, doubted ones last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from django.db.models.functions import Cast, Coalesce

from gpuconsole.catalog.contents import UNITS
from gpuconsole.catalog.models import OfferQuerySet
from gpuconsole.catalog.sanity import Doubt
from gpuconsole.catalog.scope import Scope
from gpuconsole.core import gpus

MEASURES = {"price": "hourly_price", "gpu_price": "gpu_price", "gb_price": "gb_price"}
"""Prices per hour with their columns: of the whole offer, of one GPU, of one GB of GPU memory."""
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
    for name, column in MEASURES.items():
        if (most := getattr(asked, name)) is not None:
            rows = rows.alias(**{f"at_{name}": _price(scope, column)}).filter(**{f"at_{name}__lte": most})
    key, unknown, is_price = _key(scope, asked.sort.removeprefix("-"))
    ranks = [When(~Q(doubt=Doubt.NONE), then=Value(2))] if is_price else []
    rank = Case(*ranks, When(unknown, then=Value(1)), default=Value(0), output_field=SmallIntegerField())
    return rows.annotate(rank=rank, sort_key=key)


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
        condition &= _is_gpu(asked.gpu)
    if asked.available:
        condition &= _AVAILABLE[asked.available]
    for word in asked.text.lower().split():
        condition &= Q(words__contains=word)
    return condition


def _is_gpu(wanted: str) -> Q:
    """By our name; words that are no name of ours may also be a provider's own."""
    name = gpus.read(wanted).model or wanted
    ours = Q(gpu__iexact=name)
    return ours if name.lower() == wanted.lower() else ours | Q(gpu_model__iexact=wanted)


_AVAILABLE = {
    "now": Q(is_available=True),
    "maybe": Q(is_available=True) | Q(is_available__isnull=True),
    "unknown": Q(is_available__isnull=True),
    "none": Q(is_available=False),
}


def _price(scope: Scope, column: str) -> Expression:
    """A measure in the scope's currency; null where the price or its rate is unknown, or there is none of it."""
    cases = [
        When(currency=currency, then=F(column) * Value(worth.value, output_field=_MONEY))
        for currency, worth in scope.worth.items()
        if currency != scope.currency
    ]
    own = When(currency=scope.currency, then=F(column))
    return Case(own, *cases, default=Value(None), output_field=_MONEY)


_MONEY: DecimalField[Any, Any] = DecimalField(max_digits=40, decimal_places=20)
_STEPS: Mapping[str, tuple[Sequence[Q], Q]] = {
    "billing": ([Q(billing=unit) for unit in UNITS], Q(billing="")),
    "available": ([Q(is_available=True), Q(is_available__isnull=True), Q(is_available=False)], Q(pk__isnull=True)),
}
"""Sorts in an order of ours, and which rows have nothing there."""


def _key(scope: Scope, sort: str) -> tuple[Expression, Q, bool]:
    """What to sort by, which rows have nothing there, and whether it is a price."""
    if sort in MEASURES:
        column = MEASURES[sort]
        zero = Value(Decimal(0), output_field=_MONEY)
        unknown = Q(**{f"{column}__isnull": True}) | ~Q(currency__in=sorted(scope.worth))
        return Coalesce(_price(scope, column), zero, output_field=_MONEY), unknown, True
    if sort in ("vram", "gpus"):
        column = {"vram": "memory_gb", "gpus": "gpu_count"}[sort]
        zero = Value(0, output_field=IntegerField())
        return Coalesce(column, zero, output_field=IntegerField()), Q(**{f"{column}__isnull": True}), False
    if sort in _STEPS:
        steps, unknown = _STEPS[sort]
        whens = [When(step, then=Value(at)) for at, step in enumerate(steps)]
        return Case(*whens, default=Value(len(steps)), output_field=SmallIntegerField()), unknown, False
    return Cast(sort, TextField()), Q(**{sort: ""}), False
