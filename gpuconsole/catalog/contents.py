"""What can be chosen among offers: counted once when they are written, so that no page looks through them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from gpuconsole.catalog.models import Offer

UNITS = (gettext_noop("second"), gettext_noop("minute"), gettext_noop("hour"))
"""Billing units, finest first."""


@dataclass(frozen=True, slots=True)
class Contents:
    """How many offers there are, and every value that one of them has."""

    count: int = 0
    gpus: frozenset[str] = frozenset()
    gpu_counts: frozenset[int] = frozenset()
    memory_gb: frozenset[int] = frozenset()
    regions: frozenset[str] = frozenset()
    billing: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()

    def __or__(self, other: Contents) -> Contents:
        sets = {name: getattr(self, name) | getattr(other, name) for name in _SETS}
        return Contents(self.count + other.count, **sets)

    def as_json(self) -> dict[str, Any]:
        """For ``OfferList.contents``."""
        return {"count": self.count, **{name: sorted(getattr(self, name)) for name in _SETS}}


_SETS = ("gpus", "gpu_counts", "memory_gb", "regions", "billing", "currencies")


def of(offers: Iterable[Offer]) -> Contents:
    """Counted from rows."""
    rows = list(offers)
    return Contents(
        len(rows),
        frozenset(row.gpu for row in rows if row.gpu),
        frozenset(row.gpu_count for row in rows),
        frozenset(row.memory_gb for row in rows if row.memory_gb),
        frozenset(region for row in rows for region in row.regions),
        frozenset(row.billing for row in rows if row.billing),
        frozenset(row.currency for row in rows if row.currency and row.hourly_price is not None),
    )


def read(kept: Mapping[str, Any]) -> Contents:
    """From ``OfferList.contents``; nothing where it was not counted yet."""
    return Contents(kept.get("count", 0), **{name: frozenset(kept.get(name, ())) for name in _SETS})
