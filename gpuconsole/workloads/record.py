"""The whole record of one workload as JSON: what the API tells of it, its events, its bill, and who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gpuconsole.workloads import bill, queries
from gpuconsole.workloads.bill import Piece, Stretch
from gpuconsole.workloads.detail_schemas import shape_detail
from gpuconsole.workloads.event_schemas import shape_event
from gpuconsole.workloads.models import Workload

MOST_EVENTS = 10_000
"""The newest of them; whatever flaps for months tells the rest through the API."""


def whole(workload: Workload, now: datetime) -> dict[str, Any]:
    """Fit for JSON. No secret is in it: what is hidden on the page is null here too."""
    events = workload.events.select_related("by").order_by("-id")[:MOST_EVENTS]
    found = bill.of(workload, now)
    return {
        "made_at": now.isoformat(),
        "workload": shape_detail(workload, now).model_dump(mode="json", warnings=False),
        "events": [shape_event(event).model_dump(mode="json") for event in events],
        "bill": {
            "total": None if found.total is None else str(found.total.amount),
            "currency": workload.currency,
            "billing": found.billing,
            "stretches": [_stretch(one) for one in found.stretches],
        },
        "activity": [
            {"at": one.at.isoformat(), "who": one.user_name, "did": one.action, "result": one.result, "why": one.why}
            for one in queries.activity(workload)
        ],
    }


def _stretch(one: Stretch) -> dict[str, Any]:
    return {
        "label": one.label,
        "hourly_price": _plain(one.hourly_price),
        "seconds": _plain(one.seconds),
        "paid_s": _plain(one.paid_s),
        "cost": _plain(one.cost),
        "pieces": [_piece(piece) for piece in one.pieces],
    }


def _piece(one: Piece) -> dict[str, Any]:
    return {
        "state": one.state.value,
        "started_at": one.started_at.isoformat(),
        "ended_at": None if one.ended_at is None else one.ended_at.isoformat(),
        "seconds": _plain(one.seconds),
        "cost": _plain(one.cost),
    }


def _plain(amount: object) -> str | None:
    return None if amount is None else str(amount)
