"""Asks a provider for its offers and choices and writes down what changed; called from workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, get_args

from django.db import transaction
from django.utils import timezone
from pydantic import BaseModel

from gpuconsole.catalog import contents, models, published, writing
from gpuconsole.connections.models import Connection
from gpuconsole.connections.opening import open_adapter
from gpuconsole.providers import registry
from gpuconsole.providers.remote import Choice, Offer
from gpuconsole.providers.ui import Ui

_KEY = ("hardware_id", "gpu_count", "region")
_CENTS = Decimal("0.000001")


def refresh(connection: Connection) -> None:
    """Bring offers and choices up to date. Raises ProviderError; what was read before it stays."""
    adapter = open_adapter(connection)
    save_offers(connection, adapter.offers(), timezone.now())
    for name in sorted(sources(registry.get(connection.provider).spec)):
        save_choices(connection, name, adapter.choices(name), timezone.now())


@transaction.atomic
def save_offers(connection: Connection, offers: Sequence[Offer], seen_at: datetime) -> None:
    """Write new and changed offers in bulk and mark those that are gone; unchanged rows are not touched."""
    # The list's own row comes first: two workers that refresh at once wait here for each other.
    models.OfferList.objects.bulk_create(
        [models.OfferList(connection=connection, seen_at=seen_at)],
        update_conflicts=True,
        unique_fields=["connection"],
        update_fields=["seen_at"],
    )
    known = {_key_of(row): row for row in models.Offer.objects.filter(connection=connection)}
    wanted = {_key_of(row): row for row in (_row(connection, offer, seen_at) for offer in offers)}
    for key, row in wanted.items():
        writing.judge(row, known.get(key), published.usual(), seen_at)
    writing.save(wanted, known, seen_at)
    seen = contents.of(wanted.values()).as_json()
    models.OfferList.objects.filter(connection=connection).update(contents=seen)


def save_choices(connection: Connection, name: str, choices: Sequence[Choice], seen_at: datetime) -> None:
    """Write one set of choices whole: it is one row."""
    values = [{**asdict(choice), "facts": dict(choice.facts)} for choice in choices]
    models.ChoiceSet.objects.bulk_create(
        [models.ChoiceSet(connection=connection, name=name, choices=values, seen_at=seen_at)],
        update_conflicts=True,
        unique_fields=["connection", "name"],
        update_fields=["choices", "seen_at"],
    )


def sources(spec: type[BaseModel]) -> set[str]:
    """Names of all sources of choices that a spec's fields use, at any depth."""
    return {ui.choices for ui in _uis(spec, set()) if ui.choices}


def _uis(model: type[BaseModel], seen: set[type]) -> Iterator[Ui]:
    if model in seen:
        return
    seen.add(model)
    for field in model.model_fields.values():
        yield from (item for item in field.metadata if isinstance(item, Ui))
        for inner in _models_in(field.annotation):
            yield from _uis(inner, seen)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _row(connection: Connection, offer: Offer, seen_at: datetime) -> models.Offer:
    hardware = offer.hardware
    row = models.Offer(
        connection=connection,
        hardware_id=offer.hardware_id,
        region=offer.region,
        regions=list(offer.regions),
        gpu_count=offer.gpu_count,
        gpu_model=hardware.model if hardware else "",
        maker=hardware.maker if hardware else "",
        vram_gb=hardware.vram_gb if hardware else None,
        hourly_price=None if offer.hourly_price is None else offer.hourly_price.quantize(_CENTS, ROUND_HALF_UP),
        currency=offer.currency,
        billing=offer.billing,
        cpu_count=offer.cpu_count,
        ram_gb=offer.ram_gb,
        is_available=offer.is_available,
        detail=offer.detail[:300],
        seen_at=seen_at,
    )
    row.settle()
    return row


def _key_of(row: models.Offer) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _KEY)
