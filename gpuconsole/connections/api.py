"""``GET /connections``: accounts at providers that work can be launched on."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router

from gpuconsole.connections.access import visible_connections
from gpuconsole.connections.models import Connection
from gpuconsole.core.api import COMMON_PROBLEMS, ApiSchema


class ConnectionOut(ApiSchema):
    id: str
    name: str
    provider: str
    is_sandbox: bool
    health: str
    health_text: str
    health_at: datetime | None
    synced_at: datetime | None
    """When the provider was last asked about everything on this connection."""


class Connections(ApiSchema):
    items: list[ConnectionOut]


router = Router(tags=["Connections"])


@router.get("/connections", response={200: Connections, **COMMON_PROBLEMS}, operation_id="list_connections")
def list_connections(request: HttpRequest) -> Connections:
    """Connections of the team that the token's person may use; credentials are never shown."""
    found = visible_connections(request.auth).order_by("provider", "name")  # type: ignore[attr-defined]
    return Connections(items=[_shape(connection) for connection in found])


def _shape(connection: Connection) -> ConnectionOut:
    return ConnectionOut(
        id=connection.public_id,
        name=connection.name,
        provider=connection.provider,
        is_sandbox=connection.is_sandbox,
        health=connection.health,
        health_text=connection.health_text,
        health_at=connection.health_at,
        synced_at=connection.synced_at,
    )
