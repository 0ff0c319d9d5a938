"""Finds words and lines in a stored log, stretch by stretch: a long log neither fills memory nor holds up a request."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import BooleanField, F, Func, Q, TextField

from gpuconsole.core import terminal
from gpuconsole.workloads.logs import CHUNK_BYTES, StoredLine, stored_lines
from gpuconsole.workloads.models import LogChunk, Workload

MOST_MATCHES = 100
MOST_S = 1.5
"""After so long an answer tells what was found so far, and from where to go on."""
_STRETCH_BYTES = 64 * CHUNK_BYTES

_HAS_NUL = Func(F("body"), template=r"(position('\x00'::bytea IN %(expressions)s) > 0)", output_field=BooleanField())
"""Such a chunk is no text to PostgreSQL: it is looked through here."""
_PLAIN = Func(
    F("body"),
    template=r"""(CASE
        WHEN position('\x00'::bytea IN %(expressions)s) > 0 THEN NULL
        WHEN position('\x1b'::bytea IN %(expressions)s) = 0 THEN convert_from(%(expressions)s, 'UTF8')
        ELSE regexp_replace(convert_from(%(expressions)s, 'UTF8'), E'\x1b\\[[0-9;:]*m', '', 'g')
    END)""",
    output_field=TextField(),
)
"""Without colours, which may begin within what is looked for."""


@dataclass(frozen=True, slots=True)
class Match:
    """A line that has the words, and the byte at which it begins."""

    line: StoredLine
    offset: int


@dataclass(frozen=True, slots=True)
class Found:
    """Matches in order; ``next`` is the byte to go on from, None where the whole rest was searched."""

    matches: tuple[Match, ...]
    next: int | None


def search(
    workload: Workload,
    words: str,
    *,
    after: int = 0,
    source: str = "",
    most: int = MOST_MATCHES,
    most_s: float = MOST_S,
) -> Found:
    """Lines that begin at or behind byte ``after`` and have the words in any case, of one source where that is named;
    at least one stretch is searched."""
    until, at, found = time.monotonic() + most_s, max(0, after), list[Match]()
    while at < workload.log_size:
        for match in _in_stretch(workload, words, at):
            if source and match.line.source != source:
                continue
            if len(found) == most:
                return Found(tuple(found), match.offset)
            found.append(match)
        at = at - at % CHUNK_BYTES + _STRETCH_BYTES
        if time.monotonic() > until:
            break
    return Found(tuple(found), at if at < workload.log_size else None)


def offset_of(workload: Workload, number: int) -> int:
    """The byte at which a line begins, counted from 1; of a line that is not there yet, the end of the log."""
    chunk = workload.log_chunks.filter(first_line__lte=max(1, number)).order_by("-first_line").first()
    if chunk is None or number > workload.log_lines:
        return workload.log_size
    body, skipped = bytes(chunk.body), 0
    for _ in range(number - chunk.first_line):
        skipped = body.index(b"\n", skipped) + 1
    return chunk.offset + skipped


def _in_stretch(workload: Workload, words: str, start: int) -> Iterator[Match]:
    """PostgreSQL picks the chunks; their lines are looked at anew, as times and sources are no part of the text."""
    first = start - start % CHUNK_BYTES
    chunks = workload.log_chunks.filter(offset__gt=first - CHUNK_BYTES, offset__lt=first + _STRETCH_BYTES)
    picked = chunks.alias(has_nul=_HAS_NUL, text=_PLAIN).filter(Q(has_nul=True) | Q(text__icontains=words))
    for chunk in picked.order_by("offset").iterator(chunk_size=8):
        yield from (
            match for match in _in_chunk(chunk, words.upper()) if start <= match.offset < first + _STRETCH_BYTES
        )


def _in_chunk(chunk: LogChunk, words: str) -> Iterator[Match]:
    offset = chunk.offset
    body = bytes(chunk.body).decode()
    for line, raw in zip(stored_lines(chunk.first_line, body), body.split("\n"), strict=False):
        if words in terminal.plain(line.text).upper():
            yield Match(line, offset)
        offset += len(raw.encode()) + 1
