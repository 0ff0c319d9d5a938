"""What the log card shows: the newest lines, or the part around a line or a byte; and what a search found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gpuconsole.core import formats, polling
from gpuconsole.workloads import log_parts, log_search, logs
from gpuconsole.workloads.log_parts import Part
from gpuconsole.workloads.models import Workload

FOLLOWED_EVERY_S = 2
FRESH_S = 30
SHORT_LINES = 18
"""As many as the card shows without scrolling; what has ended with no more takes only the space that it needs."""
_MOST_DIGITS = 18
_PLACES = ("line", "from", "before")


def context(request: HttpRequest, workload: Workload, url: str) -> dict[str, Any]:
    """The query may name a ``line``, a byte ``from`` which to read or ``before`` which to end, one ``source`` only,
    words ``q`` to look for and ``on``, where a search goes on; numbers that are none are taken as not asked for."""
    if absent := logs.absent(workload):
        return {"no_log": absent}
    asked, source = request.GET, source_of(request.GET)
    stamp = fresh_stamp(request, workload)
    part = part_of(workload, asked)
    is_tail = all(number(asked, name) is None for name in _PLACES)
    link = _Link(f"{url}logs/", {"source": source} if source else {})
    return {
        **facts(workload, part, stamp),
        "log_url": f"{url}log/",
        "find_url": f"{url}log/find/",
        "download_url": f"{url}log.txt",
        "logs_url": f"{url}logs/",
        "every": FOLLOWED_EVERY_S,
        "is_following": is_tail and not _is_over(workload, part),
        "is_tail": is_tail,
        "is_short": workload.is_final and workload.log_lines <= SHORT_LINES,
        "at_line": number(asked, "line"),
        "source": source,
        "sources": _sources(workload, part, source, f"{url}logs/"),
        "earlier_url": link.to(before=part.start) if part.start > 0 else "",
        "later_url": link.to(**{"from": part.next}) if part.next < workload.log_size else "",
        "newest_url": link.to(),
        "workload": workload,
        **_found(workload, link, asked, source),
    }


def part_of(workload: Workload, asked: Mapping[str, str]) -> Part:
    """The part that a query names; without any place in it the newest lines."""
    source, line, start, end = source_of(asked), *(number(asked, name) for name in _PLACES)
    if line is not None:
        return log_parts.around(workload, line, source)
    if start is not None:
        return log_parts.behind(workload, start, source)
    return log_parts.newest(workload, source) if end is None else log_parts.before(workload, end, source)


def facts(workload: Workload, part: Part, stamp: str) -> dict[str, Any]:
    """What a part says of itself and of the whole log; only one that reaches its end can be followed from there."""
    is_at_end = part.next >= workload.log_size
    last = next((line.at for line in reversed(part.lines) if line.at), None) if is_at_end else None
    last_at = datetime.fromisoformat(last) if last else None
    return {
        "part": part,
        "log_lines": workload.log_lines,
        "lines_text": formats.plural(workload.log_lines, "line", "lines"),
        "log_size": workload.log_size,
        "is_over": _is_over(workload, part),
        "last_at": last_at,
        "last_s": None if last_at is None else formats.whole_seconds(timezone.now() - last_at),
        "stamp": stamp if is_at_end else "",
    }


def fresh_stamp(request: HttpRequest, workload: Workload) -> str:
    """The stamp of the log as it is now, read before the log's own figures."""
    stamp = polling.stamp(
        request,
        f"logs:{workload.pk}",
        f"workload:{workload.pk}",
        fresh_s=None if workload.is_log_complete else FRESH_S,
        watches=None if workload.is_final else (workload.connection_id, workload.pk),
    )
    workload.refresh_from_db(fields=["log_size", "log_lines", "is_log_complete"])
    return stamp


def number(asked: Mapping[str, str], name: str) -> int | None:
    """A whole number in the query; None where there is none, or something else."""
    text = asked.get(name, "")[:_MOST_DIGITS]
    return int(text) if text.isascii() and text.isdigit() else None


def source_of(asked: Mapping[str, str]) -> str:
    """The one source whose lines are wanted; empty: of all."""
    return asked.get("source", "")[:100]


def words_of(asked: Mapping[str, str]) -> str:
    """What is looked for."""
    return asked.get("q", "").replace("\0", "").strip()[:500]


class _Link:
    """Addresses of the log's page that keep what is chosen there."""

    def __init__(self, url: str, kept: Mapping[str, str]) -> None:
        self._url, self._kept = url, kept

    def to(self, **chosen: str | int) -> str:
        query = urlencode({**self._kept, **chosen})
        return f"{self._url}?{query}" if query else self._url


def _sources(workload: Workload, part: Part, chosen: str, url: str) -> Sequence[dict[str, Any]]:
    names = log_parts.sources(workload, part.lines)
    if chosen and chosen not in names:
        names = sorted([*names, chosen])
    if not names:
        return []
    return [
        {"label": name or _("All"), "url": _Link(url, {"source": name} if name else {}).to(), "current": name == chosen}
        for name in ("", *names)
    ]


def _is_over(workload: Workload, part: Part) -> bool:
    return workload.is_log_complete and part.next >= workload.log_size


def _found(workload: Workload, link: _Link, asked: Mapping[str, str], source: str) -> dict[str, Any]:
    words = words_of(asked)
    if not words:
        return {"sought": ""}
    found = log_search.search(workload, words, after=number(asked, "on") or 0, source=source)
    matches = [
        {"line": match.line, "url": f"{link.to(q=words, line=match.line.number)}#L{match.line.number}"}
        for match in found.matches
    ]
    on_url = "" if found.next is None else link.to(q=words, on=found.next)
    return {
        "sought": words,
        "matches": matches,
        "on_url": on_url,
        "found_text": _found_words(words, len(matches), is_all=not on_url),
    }


def _found_words(words: str, number: int, *, is_all: bool) -> str:
    """How many lines have the words, and whether the whole log was looked through."""
    if not number:
        text = _("No line with “{words}”.") if is_all else _("No line with “{words}” so far.")
    elif is_all:
        text = ngettext("{number} line with “{words}”.", "{number} lines with “{words}”.", number)
    else:
        text = ngettext("{number} line with “{words}” so far.", "{number} lines with “{words}” so far.", number)
    return text.format(number=formats.count(number), words=words)
