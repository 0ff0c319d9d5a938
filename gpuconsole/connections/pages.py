"""What the connection pages show, read in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from gpuconsole.accounts.access import Viewer
from gpuconsole.connections import health
from gpuconsole.connections.access import visible_connections
from gpuconsole.connections.models import CheckState, Connection
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider

BUDGET_SHARE = 0.01
"""One call in a hundred may fail before the error budget is spent."""


@dataclass(frozen=True, slots=True)
class Row:
    """One connection as a line of the list."""

    connection: Connection
    provider: Provider
    failed_percent: float | None
    budget_percent: float
    is_testing: bool
    can_fall_back: bool


def rows(viewer: Viewer) -> list[Row]:
    """All connections that the viewer sees."""
    found = list(visible_connections(viewer).order_by("provider", "name", "pk"))
    shares = health.failed_share(found, timezone.now())
    return [_row(connection, shares) for connection in found]


def row(connection: Connection) -> Row:
    """One connection by itself."""
    return _row(connection, health.failed_share([connection], timezone.now()))


def test_result(connection: Connection) -> dict[str, Any]:
    """The newest test: steps, how many failed, whether a worker still has it."""
    found: Sequence[dict[str, Any]] = connection.check_steps
    failed = sum(not step["is_ok"] for step in found)
    return {
        "connection": connection,
        "steps": found,
        "failed": failed,
        "is_testing": connection.check_state == CheckState.ASKED,
        "is_rotation": bool(connection.new_credentials),
        "passed": connection.check_state == CheckState.PASSED,
    }


def _row(connection: Connection, shares: dict[int, float]) -> Row:
    share = shares.get(connection.pk)
    old_until = connection.old_until
    return Row(
        connection=connection,
        provider=registry.get(connection.provider),
        failed_percent=None if share is None else share * 100,
        budget_percent=0.0 if share is None else min(100.0, share / BUDGET_SHARE * 100),
        is_testing=connection.check_state == CheckState.ASKED,
        can_fall_back=old_until is not None and old_until > timezone.now(),
    )
