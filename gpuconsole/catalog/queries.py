"""Reads what workers have seen of providers; pages and forms ask here and never at a provider."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from gpuconsole.catalog import models
from gpuconsole.catalog.sanity import Doubt
from gpuconsole.connections.models import Connection
from gpuconsole.providers.remote import Choice, Hardware, Offer


def offers(connection: Connection) -> list[Offer]:
    """All offers of the connection as last seen, cheapest first, unknown prices next, doubted ones last."""
    standing = models.Offer.objects.filter(connection=connection).standing()
    rows = standing.annotate(is_doubted=~Q(doubt=Doubt.NONE)).order_by("is_doubted", "hourly_price", "pk")
    return [as_offer(row) for row in rows.values_list(*_TOLD, named=True)]


def offer(connection: Connection, wanted: str) -> Offer | None:
    """The offer of the connection with this public id, else the cheapest with this hardware id; None: there is none."""
    standing = models.Offer.objects.filter(connection=connection).standing()
    if row := standing.filter(public_id=wanted).first():
        return as_offer(row)
    return next((one for one in offers(connection) if one.hardware_id == wanted), None)


def offers_seen_at(connection: Connection) -> datetime | None:
    """When its offers were looked at last; None: never."""
    return models.OfferList.objects.filter(connection=connection).values_list("seen_at", flat=True).first()


def all_choices(connection: Connection) -> dict[str, list[Choice]]:
    """Every set of choices of the connection by name, in one query."""
    return {row.name: as_choices(row) for row in models.ChoiceSet.objects.filter(connection=connection)}


def choice_ages(connection: Connection) -> dict[str, datetime]:
    """When each set of choices was looked at last."""
    return dict(models.ChoiceSet.objects.filter(connection=connection).values_list("name", "seen_at"))


_TOLD = (
    *("hardware_id", "gpu_model", "maker", "memory_gb", "gpu_count", "hourly_price", "currency", "billing", "region"),
    *("cpu_count", "ram_gb", "is_available", "detail", "regions", "doubt"),
)
"""What a provider's plain offer needs: estimates read all of a connection, and whole rows cost far more."""


def as_offer(row: Any) -> Offer:
    """The row, or the part of it in ``_TOLD``, as the providers' plain value."""
    return Offer(
        hardware_id=row.hardware_id,
        hardware=Hardware(row.gpu_model, row.maker, row.memory_gb) if row.gpu_model else None,
        gpu_count=row.gpu_count,
        hourly_price=row.hourly_price,
        currency=row.currency,
        billing=row.billing,
        region=row.region,
        cpu_count=row.cpu_count,
        ram_gb=row.ram_gb,
        is_available=row.is_available,
        detail=row.detail,
        regions=tuple(row.regions) if len(row.regions) > 1 else (),
        is_doubted=bool(row.doubt),
    )


def as_choices(row: models.ChoiceSet) -> list[Choice]:
    """The row's choices as plain values, in the provider's order."""
    return [Choice(**choice) for choice in row.choices]
