"""Prices from public lists: what is shown of a provider that the team has no connection to, and what odd prices are
held against. Each provider's list stands in its folder as ``published.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from django.db import transaction

from gpuconsole.catalog import contents
from gpuconsole.catalog.models import Offer, OfferPrice, Source
from gpuconsole.catalog.sanity import Usual
from gpuconsole.catalog.writing import FACTS, save
from gpuconsole.providers import registry

_PRICED = ("hourly_price", "cpu_count", "ram_gb")


@dataclass(frozen=True, slots=True)
class Listing:
    """One line of a list, with older prices by their day."""

    provider: str
    values: Mapping[str, Any]
    older: Sequence[tuple[datetime, Decimal]]


@cache
def listings() -> tuple[Listing, ...]:
    """Every line of every provider's list."""
    return tuple(_listing(slug, row) for slug in registry.SLUGS for row in _read(slug))


@cache
def version() -> str:
    """Another one whenever a list is another one."""
    return sha256(repr(listings()).encode()).hexdigest()[:16]


@cache
def usual() -> Mapping[str, Usual]:
    """By our name of a GPU, the range in which one hour of it was published; spot prices are no measure."""
    prices: dict[str, list[Decimal]] = {}
    rows = [row for row in _rows() if row.gpu and not row.is_spot and row.hourly_price and row.currency == "USD"]
    for row in rows:
        assert row.hourly_price is not None
        prices.setdefault(row.gpu, []).append(row.hourly_price / row.gpu_count)
    return {gpu: Usual(min(found), max(found), "USD") for gpu, found in prices.items()}


@cache
def contents_of(without: frozenset[str]) -> contents.Contents:
    """What can be chosen among the published offers of all other providers; the lists are part of the program."""
    return contents.of(row for row in _rows() if row.provider not in without)


@transaction.atomic
def load(now: datetime) -> None:
    """Bring the rows up to the lists. Running it twice does no harm."""
    known = {row.public_id: row for row in Offer.objects.filter(connection=None)}
    save({row.public_id: row for row in _rows()}, known, now, fields=[*FACTS, "source_text", "seen_at"])
    ids = dict(Offer.objects.filter(connection=None).values_list("public_id", "pk"))
    _save_history(ids)


def _save_history(ids: Mapping[str, int]) -> None:
    """Each price from the day on of which it was published."""
    rows = [
        OfferPrice(offer_id=ids[row.public_id], at=at, hourly_price=price, currency=row.currency)
        for row, line in zip(_rows(), listings(), strict=True)
        for at, price in line.older
    ]
    OfferPrice.objects.bulk_create(rows, ignore_conflicts=True)


def _rows() -> list[Offer]:
    found = []
    for line in listings():
        row = Offer(provider=line.provider, source=Source.PUBLISHED, believed_price=line.values["hourly_price"])
        for name, value in line.values.items():
            setattr(row, name, value)
        row.settle()
        found.append(row)
    return found


def _read(slug: str) -> Sequence[Mapping[str, Any]]:
    place = files(f"gpuconsole.providers.{slug}") / "published.json"
    if not place.is_file():
        return ()
    rows: Sequence[Mapping[str, Any]] = json.loads(place.read_text())["prices"]
    return rows


def _listing(slug: str, row: Mapping[str, Any]) -> Listing:
    plain = ("hardware_id", "gpu_model", "maker", "gpu_count", "vram_gb", "region", "currency", "billing", "is_spot")
    values = {name: row[name] for name in plain if name in row}
    values |= {name: None if row.get(name) is None else Decimal(str(row[name])) for name in _PRICED}
    values |= {"detail": row["note"], "source_text": row["source"], "seen_at": _moment(row["as_of"])}
    older = [(_moment(one["as_of"]), Decimal(one["hourly_price"])) for one in row.get("older", ())]
    return Listing(slug, values, [(at, price) for at, price in older if at is not None])


def _moment(day: str | None) -> datetime | None:
    return None if day is None else datetime.combine(date.fromisoformat(day), time(), UTC)
