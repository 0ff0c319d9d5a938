"""The catalogue as a CSV file: every offer that fits, at full precision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gpuconsole.catalog import lines, search
from gpuconsole.catalog.lines import Line
from gpuconsole.catalog.scope import Scope
from gpuconsole.catalog.search import Asked

HEAD = (
    *("id", "provider", "connection", "hardware_id", "gpu", "gpu_in_their_words", "gpu_count", "memory_gb_each"),
    *("cpu_count", "ram_gb", "regions", "is_spot", "billing", "hourly_price", "currency", "gpu_hourly_price"),
    *("gb_hourly_price", "hourly_price_in_team_currency", "team_currency", "availability", "seen_at", "source"),
    *("is_sandbox", "doubt"),
)
_AT_ONCE = 2000
_AVAILABILITY = {True: "now", False: "none", None: "unknown"}


def rows(scope: Scope, asked: Asked) -> Iterator[list[Any]]:
    """The head, then one row an offer, read piece by piece."""
    yield list(HEAD)
    for offer in search.found(scope, asked).order_by(*search.order(asked)).iterator(chunk_size=_AT_ONCE):
        yield _row(lines.plain(scope, offer), scope)


def _row(line: Line, scope: Scope) -> list[Any]:
    offer, native = line.offer, {name: price.native for name, price in line.prices.items()}
    team = line.price.team
    return [
        offer.public_id,
        offer.provider,
        line.connection.name if line.connection else "",
        offer.hardware_id,
        offer.gpu,
        offer.gpu_model,
        offer.gpu_count,
        offer.memory_gb,
        offer.cpu_count,
        offer.ram_gb,
        "; ".join(offer.regions),
        "yes" if offer.is_spot else "no",
        offer.billing,
        *(native["price"].amount if native["price"] else None, offer.currency),
        *(money.amount if money else None for money in (native["gpu_price"], native["gb_price"])),
        *(team.amount if team else None, scope.currency),
        _AVAILABILITY[offer.is_available],
        line.seen_at.isoformat() if line.seen_at else "",
        line.source,
        "yes" if line.is_sandbox else "no",
        offer.doubt,
    ]
