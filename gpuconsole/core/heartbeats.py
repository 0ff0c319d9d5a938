"""Signs of life that processes leave in PostgreSQL; needs no Django, so that the lightest can leave one."""

from __future__ import annotations

from typing import Any, Protocol

TICK = "tick"
"""A worker did what the beat asks for every second: beat, broker and worker are well together."""
WATCHDOG = "watchdog"

EVERY_S = 5
"""A sign is renewed this often: a write a second would say no more."""

_SAY = f"""
INSERT INTO core_heartbeat (name, seen_at) VALUES (%s, now())
ON CONFLICT (name) DO UPDATE SET seen_at = EXCLUDED.seen_at
WHERE core_heartbeat.seen_at < EXCLUDED.seen_at - interval '{EVERY_S - 1} s'
"""  # noqa: S608 - a figure of ours


class Database(Protocol):
    """A cursor of Django's, or a connection of psycopg's."""

    def execute(self, query: Any, params: Any, /) -> Any:
        """Run one statement."""
        ...


def say(database: Database, name: str) -> None:
    """Say that the process is alive now, unless that was said a moment ago."""
    database.execute(_SAY, [name])
