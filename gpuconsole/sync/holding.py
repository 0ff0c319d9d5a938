"""What one process has taken in of each connection, so that a round passes by what is as it was.

It may be lost at any time: then the next round looks at everything anew. PostgreSQL is the truth, so that a mark counts
only while the row is the very one that was compared, by what PostgreSQL itself tells of its version.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import BooleanField, Case, Q, Value, When

from gpuconsole.providers.looks import Held, Look, Mark
from gpuconsole.workloads.states import State

WHOLE_EVERY_S = 30.0
"""A look that goes by changes alone is followed by one at everything so often: only that one tells what is missing."""
_MOST_CONNECTIONS = 200
_PULSE_S = 15.0
"""Changes found in one look count as if they had come over so long at least: one is no pulse."""

LACKS_WAYS = Case(
    When(Q(state=State.RUNNING, connect={}), then=Value(True)), default=Value(False), output_field=BooleanField()
)


@dataclass(frozen=True, slots=True)
class Slim:
    """What a round needs to know of a workload that is as it was."""

    pk: int
    remote_id: str
    version: str
    """Of the row as it stands in the database."""
    lacks_ways: bool
    """It runs, and nobody has told how to get in."""


@dataclass(slots=True)
class Holding:
    """What this process has taken in of one connection; used by whoever holds its lease."""

    marks: dict[str, Mark] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    newest: str = ""
    whole_at: float = float("-inf")
    """Monotonic, as the next."""
    looked_at: float = float("-inf")
    pulse: float = 0.0
    """Changes a second, as the last looks found them."""

    def held(self, rows: Sequence[Slim], wanting: Collection[str]) -> Held:
        """What may be passed by: where both the answer and our row are as they were when they were compared."""
        marks = {
            row.remote_id: self.marks[row.remote_id]
            for row in rows
            if self.versions.get(row.remote_id) == row.version and row.remote_id in self.marks
        }
        is_whole = time.monotonic() - self.whole_at >= WHOLE_EVERY_S
        lacking = {row.remote_id for row in rows if row.lacks_ways}
        return Held(marks, wanting, lacking, "" if is_whole else self.newest)

    def take_in(self, look: Look, versions: Mapping[str, str], *, is_whole: bool, found: int) -> None:
        """Hold what was compared and written; ``versions`` are those of the rows for which nothing is left to do."""
        for remote_id, mark in look.marks.items():
            if remote_id in versions:
                self.marks[remote_id], self.versions[remote_id] = mark, versions[remote_id]
            else:
                self.marks.pop(remote_id, None)
        now, self.newest = time.monotonic(), look.newest
        self.pulse = 0.7 * self.pulse + 0.3 * found / max(_PULSE_S, min(now - self.looked_at, 3600.0))
        self.looked_at = now
        if is_whole:
            self.whole_at = now

    def follow(self, remote_id: str, before: str, after: str) -> None:
        """The row was written, and nothing of it that is compared: what was held of it still holds."""
        if self.versions.get(remote_id) == before:
            self.versions[remote_id] = after

    def keep_only(self, remote_ids: Collection[str]) -> None:
        """Forget what is looked at no more."""
        if len(self.marks) > len(remote_ids) * 2 + 100:
            wanted = set(remote_ids)
            self.marks = {key: mark for key, mark in self.marks.items() if key in wanted}
            self.versions = {key: version for key, version in self.versions.items() if key in wanted}


_lock = threading.Lock()
_holdings: OrderedDict[tuple[int, int], Holding] = OrderedDict()


def of(connection_id: int, credentials_version: int) -> Holding:
    """What this process holds of the connection; other credentials may show another account, and begin anew."""
    key = (connection_id, credentials_version)
    with _lock:
        holding = _holdings.setdefault(key, Holding())
        _holdings.move_to_end(key)
        if len(_holdings) > _MOST_CONNECTIONS:
            _holdings.popitem(last=False)
    return holding


def forget_all() -> None:
    """As if the process had just begun."""
    with _lock:
        _holdings.clear()
