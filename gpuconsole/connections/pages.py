"""What the connection pages show, read in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from gpuconsole.accounts.access import Viewer
from gpuconsole.connections import health
from gpuconsole.connections.access import visible_connections
from gpuconsole.connections.models import Breaker, CheckState, Connection
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider

BUDGET_SHARE = 0.01
"""One call in a hundred may fail before the error budget is spent."""
NEAR_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Row:
    """One connection as a line of the list."""

    connection: Connection
    provider: Provider
    failed_percent: float | None
    budget_percent: float
    is_testing: bool
    can_fall_back: bool
    day: health.Day
    breaker: Breaker
    median_text: str
    ticks_label: str

    @property
    def budget_kind(self) -> str:
        """How the error budget's meter looks: it warns from four fifths on."""
        return "bad" if self.budget_percent >= 100 else "warning" if self.budget_percent >= NEAR_PERCENT else "ok"


def rows(viewer: Viewer) -> list[Row]:
    """All connections that the viewer sees."""
    found = list(visible_connections(viewer).order_by("provider", "name", "pk"))
    return _rows(found)


def row(connection: Connection) -> Row:
    """One connection by itself."""
    return _rows([connection])[0]


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


def _rows(found: Sequence[Connection]) -> list[Row]:
    now = timezone.now()
    shares, days = health.failed_share(found, now), health.days(found, now)
    return [_row(connection, shares.get(connection.pk), days[connection.pk], now) for connection in found]


def _row(connection: Connection, share: float | None, day: health.Day, now: datetime) -> Row:
    return Row(
        connection=connection,
        provider=registry.get(connection.provider),
        failed_percent=None if share is None else share * 100,
        budget_percent=0.0 if share is None else min(100.0, share / BUDGET_SHARE * 100),
        is_testing=connection.check_state == CheckState.ASKED,
        can_fall_back=connection.old_until is not None and connection.old_until > now,
        day=day,
        breaker=connection.breaker(now),
        median_text=health.median_text(day),
        ticks_label=health.label(connection),
    )
