"""The log store: whole lines in chunks, addressed by byte offset, read in constant memory however long a log is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import accumulate

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gpuconsole.core import days, terminal, versions
from gpuconsole.providers import registry
from gpuconsole.providers.features import Feature
from gpuconsole.providers.remote import GAP, LogLine
from gpuconsole.workloads.models import LogChunk, Workload
from gpuconsole.workloads.row_versions import Follow, followed

CHUNK_BYTES = 64 * 1024
LINE_BYTES = 16 * 1024
"""Longer lines are cut into several of the same moment."""
MOST_BYTES = 1024 * 1024
_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_ERROR = re.compile(r"\b(?:error|fatal|critical|exception|traceback)\b", re.IGNORECASE)
_WARNING = re.compile(r"\b(?:warn|warning)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StoredLine:
    """One kept line; ``at`` is RFC 3339 or None where the provider gave no time."""

    number: int
    at: str | None
    source: str
    level: str
    text: str

    @property
    def clock(self) -> str:
        """``14:30:41.204`` in the reader's zone, or nothing."""
        return f"{_local(self.at):%H:%M:%S.%f}"[:12] if self.at else ""

    @property
    def html(self) -> SafeString:
        """The text, escaped, in its colours."""
        return terminal.markup(self.text)

    @property
    def is_gap(self) -> bool:
        """Whether it is no output, but tells that lines are missing here."""
        return self.level == GAP

    @property
    def css(self) -> str:
        """How the row is tinted, by its level, else by the words in it."""
        if self.is_gap:
            return "log-gap"
        words = self.level or terminal.plain(self.text[:200])
        return "log-error" if _ERROR.search(words) else "log-warn" if _WARNING.search(words) else ""


@dataclass(frozen=True, slots=True)
class LogSlice:
    """Whole lines from byte ``start`` to ``next``, of ``size`` bytes that are there now."""

    text: str
    start: int
    next: int
    size: int
    first_line: int
    is_complete: bool
    """Nothing more will come once ``next`` is ``size``."""

    @property
    def lines(self) -> tuple[StoredLine, ...]:
        """The lines with their numbers, counted from 1."""
        return stored_lines(self.first_line, self.text)

    @property
    def placed(self) -> tuple[tuple[int, StoredLine], ...]:
        """The lines, each behind the byte at which it begins."""
        sizes = (len(line.encode()) + 1 for line in self.text.split("\n")[:-1])
        return tuple(zip(accumulate(sizes, initial=self.start), self.lines, strict=False))


def stored_lines(first: int, text: str) -> tuple[StoredLine, ...]:
    """Whole kept lines, numbered from ``first``."""
    return tuple(_parsed(first + index, line) for index, line in enumerate(text.split("\n")[:-1]))


def absent(workload: Workload) -> str | None:
    """Why there is no log of it, in a sentence; None where there is or may be one."""
    if workload.output_forgotten_at is not None:
        on = workload.output_forgotten_at
        text = _("Its log was removed on {day} {month} {year}, as the settings of its project say.")
        return text.format(day=f"{on:%d}", month=days.Month(on.year, on.month).name, year=on.year)
    provider = registry.get(workload.provider)
    if Feature.LOGS in provider.features:
        return None
    told = provider.absent.get(Feature.LOGS, "")
    return _(told) if told else _("{provider} offers no logs.").format(provider=provider.name)


def append(
    workload: Workload, lines: Sequence[LogLine], *, cursor: str | None = None, follow: Follow | None = None
) -> bool:
    """Keep what was fetched after ``workload.log_cursor``, and the cursor behind it, in one transaction.

    ``follow`` hears of the row's versions. False, and nothing written, when another worker has moved the cursor on
    meanwhile, or the record was deleted.
    """
    encoded = [piece for line in lines for piece in _encoded(line)]
    with followed(workload.pk, follow):
        row = (
            Workload.objects.select_for_update(no_key=True)
            .only("log_size", "log_lines", "log_cursor", "output_forgotten_at", "deleted_at")
            .get(pk=workload.pk)
        )
        if row.log_cursor != workload.log_cursor or row.deleted_at is not None:
            workload.log_size, workload.log_lines, workload.log_cursor = row.log_size, row.log_lines, row.log_cursor
            return False
        LogChunk.objects.bulk_create(_chunks(row, encoded))
        row.log_cursor = row.log_cursor if cursor is None else cursor
        row.output_forgotten_at = None if encoded else row.output_forgotten_at
        row.save(update_fields=["log_size", "log_lines", "log_cursor", "output_forgotten_at"])
        if encoded:
            versions.bump(f"logs:{row.pk}")
    workload.log_size, workload.log_lines, workload.log_cursor = row.log_size, row.log_lines, row.log_cursor
    return True


def read(workload: Workload, after: int, limit_bytes: int = CHUNK_BYTES) -> LogSlice:
    """Whole lines from the first that begins at or behind byte ``after``, at most ``limit_bytes`` but for one line."""
    limit = min(max(limit_bytes, LINE_BYTES), MOST_BYTES)
    size, is_complete = workload.log_size, workload.is_log_complete
    after = max(0, after)
    if after >= size:
        return LogSlice("", size, size, size, workload.log_lines + 1, is_complete)
    chunks = workload.log_chunks.filter(offset__gt=after - CHUNK_BYTES, offset__lt=min(after + limit, size))
    found = [chunk for chunk in chunks.order_by("offset") if chunk.offset + chunk.size > after]
    body = b"".join(bytes(chunk.body) for chunk in found)
    start, first_line = found[0].offset, found[0].first_line
    skipped = _line_start(body, after - start)
    kept = body[skipped : _line_end(body, skipped, limit)]
    first_line += body.count(b"\n", 0, skipped)
    start += skipped
    return LogSlice(kept.decode(), start, start + len(kept), size, first_line, is_complete)


def read_back(workload: Workload, before: int, limit_bytes: int = CHUNK_BYTES) -> LogSlice:
    """Whole lines that end at or before byte ``before``, at most ``limit_bytes`` but for one line."""
    before = max(0, min(before, workload.log_size))
    start = max(0, before - min(max(limit_bytes, LINE_BYTES), MOST_BYTES))
    part = read(workload, start, before - start)
    kept = part.text.encode()[: max(0, before - part.start)]
    kept = kept[: kept.rfind(b"\n") + 1]
    return replace(part, text=kept.decode(), next=part.start + len(kept))


def tail(workload: Workload, limit_bytes: int = CHUNK_BYTES) -> LogSlice:
    """The last whole lines."""
    return read_back(workload, workload.log_size, limit_bytes)


def stream_text(workload: Workload) -> Iterator[str]:
    """The whole log for people, ``time source text``, piece by piece."""
    after = 0
    while after < workload.log_size:
        part = read(workload, after, CHUNK_BYTES)
        yield "".join(f"{' '.join(filter(None, (line.at, line.source, line.text)))}\n" for line in part.lines)
        after = part.next


def _local(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(timezone.get_current_timezone())


def _encoded(line: LogLine) -> Iterator[bytes]:
    moment = (
        "-" if line.at is None else line.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
    head = f"{moment}\t{_field(line.source)}\t{_field(line.level)}\t".encode()
    for text in _BREAKS.split(line.text[:-1] if line.text.endswith("\n") else line.text):
        for piece in _pieces(text.encode("utf-8", "replace"), LINE_BYTES - len(head) - 1):
            yield head + piece + b"\n"


def _field(text: str) -> str:
    return " ".join(text.split())[:100]


def _pieces(text: bytes, length: int) -> Iterator[bytes]:
    """At most ``length`` bytes each, never cutting a character in two."""
    while len(text) > length:
        cut = length
        while text[cut] & 0xC0 == 0x80:
            cut -= 1
        yield text[:cut]
        text = text[cut:]
    yield text


def _chunks(row: Workload, lines: Iterable[bytes]) -> list[LogChunk]:
    """Fill chunks with whole lines, counting the row's size and lines up."""
    chunks: list[LogChunk] = []
    body: list[bytes] = []
    length = 0
    for line in lines:
        if body and length + len(line) > CHUNK_BYTES:
            chunks.append(_chunk(row, body))
            body, length = [], 0
        body.append(line)
        length += len(line)
    return [*chunks, _chunk(row, body)] if body else chunks


def _chunk(row: Workload, lines: Sequence[bytes]) -> LogChunk:
    body = b"".join(lines)
    chunk = LogChunk(workload=row, offset=row.log_size, first_line=row.log_lines + 1, size=len(body), body=body)
    row.log_size += len(body)
    row.log_lines += len(lines)
    return chunk


def _line_start(body: bytes, at: int) -> int:
    if at <= 0 or body[at - 1 : at] == b"\n":
        return max(0, at)
    return body.index(b"\n", at) + 1


def _line_end(body: bytes, start: int, limit: int) -> int:
    """Behind the last line that ends within the limit, and behind one line at least."""
    within = body.rfind(b"\n", start, start + limit)
    return (within if within >= 0 else body.find(b"\n", start)) + 1


def _parsed(number: int, line: str) -> StoredLine:
    moment, source, level, text = line.split("\t", 3)
    return StoredLine(number, None if moment == "-" else moment, source, level, text)
