"""Logs, metrics and checkpoints of a Baseten job, in our words."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gpuconsole.providers.remote import GAP, Checkpoint, LogLine, LogPage, Sample
from gpuconsole.providers.wire import moment, whole

PAGE = 1000
"""The most lines that one call gives (docs)."""
WINDOW = timedelta(days=7)
"""The longest stretch that one call covers (client code)."""

_NS_IN_MS = 1_000_000
_TOO_MANY = f"More than {PAGE:,} lines in one millisecond: Baseten gives no more of them."


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the log was read: the last line's time in nanoseconds, and which lines of that very time were taken.

    Baseten pages by time only, and lines may share a time: the next call begins at the same millisecond again, and
    what was taken before is left out.
    """

    last_ns: int
    taken: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises ValueError for a text that is no cursor."""
        last_ns, _, taken = text.partition(":")
        return cls(int(last_ns), tuple(mark for mark in taken.split(".") if mark))

    @classmethod
    def at(cls, moment: datetime) -> Cursor:
        """Where nothing after the moment was read yet."""
        return cls(int(moment.timestamp() * 1000) * _NS_IN_MS)

    def __str__(self) -> str:
        return f"{self.last_ns}:{'.'.join(self.taken)}"

    def query(self, now: datetime) -> dict[str, Any]:
        """Parameters of the next call. Without an end it reaches to the provider's own now; a stretch longer than the
        window gets one."""
        start_ms = self.last_ns // _NS_IN_MS
        query: dict[str, Any] = {"start_epoch_millis": start_ms, "direction": "asc", "limit": PAGE}
        end_ms = start_ms + int(WINDOW.total_seconds() * 1000)
        return query | ({"end_epoch_millis": end_ms} if end_ms < now.timestamp() * 1000 else {})


def page(entries: Sequence[Mapping[str, Any]], cursor: Cursor, end_ms: int | None) -> LogPage:
    """The lines that are new after the cursor, each once."""
    found = sorted(((_time_ns(entry), entry) for entry in entries), key=lambda pair: pair[0])
    left = Counter(cursor.taken)
    new: list[tuple[int, Mapping[str, Any]]] = []
    for at_ns, entry in found:
        mark = _mark(entry)
        if at_ns == cursor.last_ns and left[mark]:
            left[mark] -= 1
        elif at_ns >= cursor.last_ns:
            new.append((at_ns, entry))
    is_full = len(entries) >= PAGE
    lines = [_line(at_ns, entry) for at_ns, entry in new]
    if is_full and not new:
        lines.append(LogLine(datetime.fromtimestamp(cursor.last_ns / 1e9, UTC), _TOO_MANY, level=GAP))
    return LogPage(
        tuple(lines),
        str(_next(cursor, new, is_full, end_ms)),
        has_more=is_full or end_ms is not None,
    )


def _next(cursor: Cursor, new: Sequence[tuple[int, Mapping[str, Any]]], is_full: bool, end_ms: int | None) -> Cursor:
    if new:
        last_ns = new[-1][0]
        taken = tuple(_mark(entry) for at_ns, entry in new if at_ns == last_ns)
        return Cursor(last_ns, (*cursor.taken, *taken) if last_ns == cursor.last_ns else taken)
    if is_full:  # more lines in one millisecond than a call can give: the rest cannot be had
        return Cursor((cursor.last_ns // _NS_IN_MS + 1) * _NS_IN_MS)
    return cursor if end_ms is None else Cursor(end_ms * _NS_IN_MS)


def samples(answer: Mapping[str, Any], since: datetime | None) -> list[Sample]:
    """Every series of a metrics answer after ``since``, in order of time; by node where there is more than one."""
    nodes = [node for node in answer.get("per_node_metrics") or () if isinstance(node, Mapping)]
    found: list[Sample] = []
    if len(nodes) > 1:
        for node in nodes:
            found.extend(_measured(node.get("metrics") or {}, f"node {node.get('node_id')}"))
    else:
        found.extend(_measured(answer, ""))
    return sorted((one for one in found if since is None or one.at > since), key=lambda one: (one.at, one.name))


def checkpoint(row: Mapping[str, Any]) -> Checkpoint:
    """One row of the checkpoint list. Its word for done is COMPLETE; the job's own is COMPLETED."""
    return Checkpoint(
        id=str(row.get("checkpoint_id") or ""),
        created_at=moment(row.get("created_at")),
        size_bytes=whole(row.get("size_bytes")),
        is_complete=row.get("sync_status") in ("COMPLETE", "COMPLETED"),
        kind=str(row.get("checkpoint_type") or ""),
    )


def _measured(metrics: Mapping[str, Any], node: str) -> Iterator[Sample]:
    for name, ours in (("gpu_utilization", "gpu_utilization"), ("gpu_memory_usage_bytes", "gpu_memory_used_bytes")):
        for rank, series in (metrics.get(name) or {}).items():
            yield from _series(series, ours, f"{node} GPU {rank}".strip())
    for name, ours in (("cpu_usage", "cpu_usage"), ("cpu_memory_usage_bytes", "cpu_memory_used_bytes")):
        yield from _series(metrics.get(name), ours, node)
    for store in ("ephemeral_storage", "cache"):
        parts = metrics.get(store) or {}
        yield from _series(parts.get("usage_bytes"), f"{store}_used_bytes", node)
        yield from _series(parts.get("utilization"), f"{store}_utilization", node)


def _series(series: Any, name: str, label: str) -> Iterator[Sample]:
    for point in series or ():
        at, value = moment(point.get("timestamp")), point.get("value")
        if at is not None and isinstance(value, (int, float)):
            yield Sample(at, name, label, float(value))


def _time_ns(entry: Mapping[str, Any]) -> int:
    return whole(entry.get("timestamp")) or 0


def _mark(entry: Mapping[str, Any]) -> str:
    text = "\x1f".join(str(entry.get(name) or "") for name in ("replica", "level", "request_id", "message"))
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=6).hexdigest()


def _line(at_ns: int, entry: Mapping[str, Any]) -> LogLine:
    return LogLine(
        at=datetime.fromtimestamp(at_ns / 1e9, UTC) if at_ns else None,
        text=str(entry.get("message") or ""),
        source=str(entry.get("replica") or ""),
        level=str(entry.get("level") or ""),
    )
