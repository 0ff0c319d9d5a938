"""Events that move nothing: what was asked, called, warned of or noted, one unchangeable line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from gpuconsole.accounts.models import User
from gpuconsole.core import versions
from gpuconsole.workloads.models import Event, EventKind, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An event that moves nothing."""

    workload: Workload
    text: str
    kind: EventKind = EventKind.NOTE
    detail: str = ""
    by: User | None = None
    at: datetime | None = None


def note(
    workload: Workload,
    text: str,
    *,
    kind: EventKind = EventKind.NOTE,
    detail: str = "",
    by: User | None = None,
    at: datetime | None = None,
) -> Event:
    """Write an event that moves nothing."""
    return note_many([Line(workload=workload, text=text, kind=kind, detail=detail, by=by, at=at)])[0]


def note_many(lines: Sequence[Line], *, now: datetime | None = None) -> list[Event]:
    """Write events that move nothing, with one query for all of them."""
    now = now or timezone.now()
    events = [_line(line, now) for line in lines]
    with transaction.atomic():
        Event.objects.bulk_create(events)
        versions.bump(*sorted({topic for line in lines for topic in line.workload.topics}))
    return events


def _line(line: Line, now: datetime) -> Event:
    return Event(
        workload=line.workload,
        at=min(line.at or now, now),
        said_at=line.at if line.at and line.at > now else None,
        written_at=now,
        kind=line.kind,
        attempt=line.workload.attempt,
        remote_status=line.workload.remote_status,
        text=line.text[:300],
        detail=line.detail,
        by=line.by,
    )
