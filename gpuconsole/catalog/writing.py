"""Writes offers in bulk: only what changed, with a line of history for each price that did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from gpuconsole.catalog.models import Offer, OfferPrice
from gpuconsole.catalog.sanity import BELIEVED_AFTER, PASSING, Doubt, Usual, doubt

FACTS = (
    *("gpu_model", "maker", "vram_gb", "hourly_price", "currency", "billing"),
    *("cpu_count", "ram_gb", "is_available", "detail", "regions"),
)
"""What a provider tells of an offer beside what it is known by."""
_FOLLOWS = ("gpu", "memory_gb", "is_spot", "words", "doubt", "doubt_at", "believed_price", "gone_at", "seen_at")
KEPT_FOR = timedelta(days=90)
"""How long the row of an offer stays that is not offered any more."""


def save(
    wanted: Mapping[Any, Offer], known: Mapping[Any, Offer], now: datetime, *, fields: Sequence[str] = FACTS
) -> None:
    """Make the known rows the wanted ones, each under its key; call it within a transaction that holds the list."""
    new = [row for key, row in wanted.items() if key not in known]
    pairs = [(known[key], row) for key, row in wanted.items() if key in known]
    moved = [old for old, row in pairs if (old.hourly_price, old.currency) != (row.hourly_price, row.currency)]
    changed = [_taken_over(old, row, fields) for old, row in pairs if _differs(old, row, fields)]
    gone = [row.pk for key, row in known.items() if key not in wanted and row.gone_at is None]
    Offer.objects.bulk_create(new)
    Offer.objects.bulk_update(changed, [*dict.fromkeys((*fields, *_FOLLOWS))], batch_size=500)
    OfferPrice.objects.bulk_create([_price(row, now) for row in (*new, *moved)], ignore_conflicts=True)
    Offer.objects.filter(pk__in=gone).update(gone_at=now)
    over = [row.pk for row in known.values() if row.gone_at is not None and row.gone_at < now - KEPT_FOR]
    Offer.objects.filter(pk__in=over).delete()


def judge(row: Offer, known: Offer | None, usual: Mapping[str, Usual], now: datetime) -> None:
    """Set what is odd about the row's price, held against the last one believed and the published ones."""
    before = known.believed_price if known is not None and known.currency == row.currency else None
    found = doubt(
        row.hourly_price,
        row.currency,
        gpu_count=row.gpu_count,
        before=before,
        usual=None if row.is_spot else usual.get(row.gpu),
    )
    since = known.doubt_at if known is not None and known.doubt == found and known.doubt_at else now
    if found in PASSING and now - since >= BELIEVED_AFTER:
        found = Doubt.NONE
    row.doubt, row.doubt_at = found, since if found else None
    row.believed_price = before if found or row.hourly_price is None else row.hourly_price


def _price(row: Offer, now: datetime) -> OfferPrice:
    at = row.seen_at if row.connection_id is None and row.seen_at else now
    return OfferPrice(offer=row, at=at, hourly_price=row.hourly_price, currency=row.currency)


def _differs(known: Offer, wanted: Offer, fields: Sequence[str]) -> bool:
    judged = known.doubt != wanted.doubt or known.gone_at is not None
    return judged or any(getattr(known, name) != getattr(wanted, name) for name in fields)


def _taken_over(known: Offer, wanted: Offer, fields: Sequence[str]) -> Offer:
    for name in (*fields, *_FOLLOWS):
        setattr(known, name, getattr(wanted, name))
    return known
