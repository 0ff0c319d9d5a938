"""What the JSON API tells of the events of a workload."""

from datetime import datetime

from gpuconsole.core.api import ApiSchema, PageInfo
from gpuconsole.workloads.models import Event


class EventOut(ApiSchema):
    id: int
    at: datetime
    kind: str
    state: str | None
    attempt: int
    provider_status: str
    text: str
    detail: str
    by: str | None


class Events(PageInfo):
    items: list[EventOut]


def shape_event(event: Event) -> EventOut:
    return EventOut(
        id=event.pk,
        at=event.at,
        kind=event.kind,
        state=event.state or None,
        attempt=event.attempt,
        provider_status=event.remote_status,
        text=event.text,
        detail=event.detail,
        by=event.by.email if event.by else None,
    )
