"""What nobody else has done in time, asked of PostgreSQL in one statement; needs no Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gpuconsole.core import heartbeats

DEADLINE_S = 5.0
"""A latest end that passed so long ago was missed: the tick looks every second."""
PATIENCE_S = 20.0
"""So long an end that is due is left to the workers while they are alive."""
SILENT_S = 15.0
"""Without a tick for so long, no worker is alive."""
_FIGURES = {
    "tick": heartbeats.TICK,
    "silent_s": SILENT_S,
    "deadline_s": DEADLINE_S,
    "patience_s": PATIENCE_S,
    "ahead_s": 90.0,  # without workers, ends that were asked for are looked at also before they are due again
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one look found undone."""

    is_silent: bool
    """No worker is alive, and there is something to guard."""
    is_late: bool
    """Something runs on after its latest end."""
    ends: Sequence[int]
    """Connections on which nobody asks for an end that is due."""

    @property
    def is_well(self) -> bool:
        """Whether the others do all that there is to do."""
        return not (self.is_silent or self.is_late or self.ends)


def look(database: heartbeats.Database) -> Outlook:
    """Ask once. A connection that a worker holds, or that nobody may ask just now, is left alone."""
    is_silent, is_late, ends = database.execute(_STATEMENT, _FIGURES).fetchone()
    return Outlook(is_silent, is_late, tuple(ends))


_STATEMENT = """
WITH workers AS (
    SELECT coalesce(max(seen_at), '-infinity') < now() - make_interval(secs => %(silent_s)s) AS are_silent
    FROM core_heartbeat WHERE name = %(tick)s
)
SELECT
    are_silent AND EXISTS (
        SELECT FROM workloads_workload WHERE NOT state IN ('succeeded', 'failed', 'cancelled', 'draft')
    ),
    EXISTS (
        SELECT FROM workloads_workload
        WHERE NOT state IN ('succeeded', 'failed', 'cancelled', 'draft', 'stopping', 'stopped')
            AND ends_by <= now() - make_interval(secs => %(deadline_s)s)
    ),
    ARRAY (
        SELECT DISTINCT one.id
        FROM workloads_workload AS work JOIN connections_connection AS one ON one.id = work.connection_id
        WHERE work.intent IN ('end', 'stop') AND NOT work.state IN ('succeeded', 'failed', 'cancelled', 'draft')
            AND work.due_at
                <= now() - make_interval(secs => CASE WHEN are_silent THEN -%(ahead_s)s ELSE %(patience_s)s END)
            AND coalesce(one.breaker_until, '-infinity')
                <= now() - make_interval(secs => CASE WHEN are_silent THEN 0 ELSE %(patience_s)s END)
            AND (one.lease_token IS NULL OR one.lease_until IS NULL OR one.lease_until <= now())
            AND one.removed_at IS NULL
    )
FROM workers
"""
