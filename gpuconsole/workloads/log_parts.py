"""Parts of a log as a page shows them: so many lines behind, before or around a place, of all sources or of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gpuconsole.workloads import log_search, logs
from gpuconsole.workloads.logs import StoredLine
from gpuconsole.workloads.models import Workload

MOST_LINES = 500
READ_BYTES = 64 * 1024
_MOST_READS = 16
"""Of one source, an answer looks through so much at most, and may come back with few lines or none."""
_BEFORE = 100


@dataclass(frozen=True, slots=True)
class Part:
    """The lines that stand between byte ``start`` and ``next``, both at the beginning of a line."""

    lines: Sequence[StoredLine]
    start: int
    next: int


def newest(workload: Workload, source: str = "") -> Part:
    """The last lines."""
    return before(workload, workload.log_size, source)


def behind(workload: Workload, after: int, source: str = "", *, most: int = MOST_LINES) -> Part:
    """The first lines that begin at or behind a byte."""
    kept: list[StoredLine] = []
    start, at = None, after
    for _ in range(_MOST_READS):
        part = logs.read(workload, at, READ_BYTES)
        start = part.start if start is None else start
        for offset, line in part.placed:
            if len(kept) == most:
                return Part(kept, start, offset)
            if _is_of(line, source):
                kept.append(line)
        at = part.next
        if at >= part.size or not source:
            break
    return Part(kept, at if start is None else start, at)


def before(workload: Workload, end: int, source: str = "", *, most: int = MOST_LINES) -> Part:
    """The last lines that end at or before a byte."""
    kept: list[StoredLine] = []
    at, until = end, None
    for _ in range(_MOST_READS):
        part = logs.read_back(workload, at, READ_BYTES)
        until = part.next if until is None else until
        at = part.next
        for offset, line in reversed(part.placed):
            if len(kept) == most:
                return Part(kept[::-1], at, until)
            at = offset
            if _is_of(line, source):
                kept.append(line)
        if at <= 0 or not source:
            break
    return Part(kept[::-1], at, at if until is None else until)


def around(workload: Workload, number: int, source: str = "") -> Part:
    """A line, counted from 1, and what stands around it."""
    at = log_search.offset_of(workload, number)
    head = before(workload, at, source, most=_BEFORE)
    rest = behind(workload, at, source, most=MOST_LINES - _BEFORE)
    return Part([*head.lines, *rest.lines], head.start, rest.next)


def sources(workload: Workload, shown: Iterable[StoredLine]) -> list[str]:
    """Which sources a reader may choose from: those of the beginning and of what is shown. Fewer than two are none."""
    first = logs.read(workload, 0, READ_BYTES).lines
    found = sorted({line.source for line in (*first, *shown) if line.source}, key=lambda name: (name != "stdout", name))
    return found if len(found) > 1 else []


def _is_of(line: StoredLine, source: str) -> bool:
    """Where lines are missing is told whatever the reader has chosen."""
    return not source or line.source == source or line.is_gap
