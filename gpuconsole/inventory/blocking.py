"""Names the strays whose end is asked for: a connection that goes would take along the only key that can end them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from gpuconsole.connections.models import Connection
from gpuconsole.core import blockers
from gpuconsole.inventory.models import Finding, FindingState


def on_connection(connection: Connection) -> Sequence[str]:
    """Strays that are being ended through it."""
    rows = Finding.objects.filter(connection=connection, state=FindingState.ENDING).order_by("pk")
    return [_("{finding} (being ended)").format(finding=row) for row in rows]


def register() -> None:
    """Have the floor below ask."""
    blockers.register(Connection, on_connection)
