"""What the log card shows: the newest lines, or the part around a line or a byte; and what a search found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from gpuconsole.workloads import log_search, logs
from gpuconsole.workloads.logs import LogSlice
from gpuconsole.workloads.models import Workload

PART_BYTES = 48 * 1024
_LINES_BEFORE = 20
_MOST_DIGITS = 18


def context(workload: Workload, url: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """``asked`` may name a ``line``, a byte ``from`` which to read, words ``q`` to look for and ``on``, where a search
    goes on; numbers that are none are taken as not asked for."""
    if absent := logs.absent(workload):
        return {"no_log": absent}
    line, start = _number(asked, "line"), _number(asked, "from")
    part = _part(workload, line, start)
    is_tail = line is None and start is None
    return {
        "log": part,
        "log_url": f"{url}log/",
        "download_url": f"{url}log.txt",
        "is_following": is_tail and not (workload.is_log_complete and part.next >= part.size),
        "is_tail": is_tail,
        "at_line": line,
        "earlier_url": f"{url}logs/?from={max(0, part.start - PART_BYTES)}" if part.start > 0 else "",
        "later_url": f"{url}logs/?from={part.next}" if part.next < part.size else "",
        "newest_url": f"{url}logs/",
        "workload": workload,
        **_found(workload, url, asked),
    }


def _part(workload: Workload, line: int | None, start: int | None) -> LogSlice:
    if line is not None:
        start = log_search.offset_of(workload, max(1, line - _LINES_BEFORE))
    return logs.tail(workload, PART_BYTES) if start is None else logs.read(workload, start, PART_BYTES)


def _found(workload: Workload, url: str, asked: Mapping[str, str]) -> dict[str, Any]:
    words = asked.get("q", "").replace("\0", "").strip()[:500]
    if not words:
        return {"sought": ""}
    found = log_search.search(workload, words, after=_number(asked, "on") or 0)
    matches = [
        {"line": match.line, "url": f"{url}logs/?{urlencode({'q': words, 'line': match.line.number})}#log"}
        for match in found.matches
    ]
    on_url = "" if found.next is None else f"{url}logs/?{urlencode({'q': words, 'on': found.next})}"
    return {"sought": words, "matches": matches, "on_url": on_url}


def _number(asked: Mapping[str, str], name: str) -> int | None:
    text = asked.get(name, "")[:_MOST_DIGITS]
    return int(text) if text.isascii() and text.isdigit() else None
