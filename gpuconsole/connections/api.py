"""``/connections``: accounts at providers that work can be launched on, how they answer, and a look at once."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from gpuconsole.connections import health, services
from gpuconsole.connections.access import find_connection, visible_connections
from gpuconsole.connections.models import Connection
from gpuconsole.core.api import COMMON_PROBLEMS, WRITE_PROBLEMS, ApiSchema, Text


class ConnectionOut(ApiSchema):
    id: str
    name: str
    provider: str
    is_sandbox: bool
    health: str
    health_text: str
    health_at: datetime | None
    breaker: str
    """closed: calls go through; open: none before ``breaker_until``; half_open: the next call decides."""
    breaker_until: datetime | None
    last_success_at: datetime | None
    calls: int
    """To the provider, in the last 24 hours, as the next two."""
    failed_percent: float | None
    median_ms: int | None
    """Half of the calls took so long or less."""
    synced_at: datetime | None
    """When the provider was last asked about everything on this connection."""
    look_asked_at: datetime | None
    look_answered_at: datetime | None
    """When a look that was asked for was done; before ``look_asked_at``: not yet."""


class Connections(ApiSchema):
    items: list[ConnectionOut]


router = Router(tags=["Connections"])


@router.get("/connections", response={200: Connections, **COMMON_PROBLEMS}, operation_id="list_connections")
def list_connections(request: HttpRequest) -> Connections:
    """Connections of the team that the token's person may use; credentials are never shown."""
    found = visible_connections(request.auth).order_by("provider", "name")  # type: ignore[attr-defined]
    return Connections(items=shape_connections(list(found)))


@router.get("/connections/{id}", response={200: ConnectionOut, **COMMON_PROBLEMS}, operation_id="get_connection")
def get_connection(request: HttpRequest, id: Text) -> ConnectionOut:
    """One connection; credentials are never shown."""
    return shape_connections([find_connection(request.auth, id)])[0]  # type: ignore[attr-defined]


@router.post("/connections/{id}/look", response={202: ConnectionOut, **WRITE_PROBLEMS}, operation_id="look_now")
def look_now(request: HttpRequest, id: Text) -> Status[ConnectionOut]:
    """Ask the provider at once how everything on the connection stands. ``look_answered_at`` tells when that was done;
    asking again within five seconds changes nothing."""
    found = find_connection(request.auth, id)  # type: ignore[attr-defined]
    services.ask_look(connection=found)
    found.refresh_from_db()
    return Status(202, shape_connections([found])[0])


def shape_connections(found: list[Connection]) -> list[ConnectionOut]:
    now = timezone.now()
    days = health.days(found, now)
    return [_shape(connection, days[connection.pk], now) for connection in found]


def _shape(connection: Connection, day: health.Day, now: datetime) -> ConnectionOut:
    return ConnectionOut(
        id=connection.public_id,
        name=connection.name,
        provider=connection.provider,
        is_sandbox=connection.is_sandbox,
        health=connection.health,
        health_text=connection.health_text,
        health_at=connection.health_at,
        breaker=connection.breaker(now),
        breaker_until=connection.breaker_until,
        last_success_at=connection.last_success_at,
        calls=day.calls,
        failed_percent=day.failed_percent,
        median_ms=day.median_ms,
        synced_at=connection.synced_at,
        look_asked_at=connection.look_asked_at,
        look_answered_at=connection.look_answered_at,
    )
