"""The JSON API of logs: reading on from a byte offset, and looking for words."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from gpuconsole.core.api import COMMON_PROBLEMS, ApiQuery, ApiSchema, QueryText, Text
from gpuconsole.workloads import access, log_search, logs
from gpuconsole.workloads.logs import StoredLine

router = Router(tags=["Workloads"])

LOG_BYTES = 256 * 1024


class LogLineOut(ApiSchema):
    number: int
    """Counted from 1 over the whole log."""
    at: str | None
    source: str
    level: str
    """In the provider's word; ``gap`` for a line of ours that says that lines are missing here."""
    text: str
    """As it was put out, with the terminal codes in it."""


class LogOut(ApiSchema):
    """Lines from one byte offset on; ask again with ``next`` until ``is_complete`` and ``next`` equals ``size``."""

    items: list[LogLineOut]
    next: int
    size: int
    is_complete: bool
    absent: str | None
    """Why there is no log and will be none; null where there is one or may be."""


class LogMatchOut(LogLineOut):
    """A line that has the words."""

    offset: int
    """The byte at which it begins: ``after`` for reading on from it."""


class LogMatches(ApiSchema):
    """Matches in order; ``next`` is the byte to search on from, null where the whole rest was searched."""

    items: list[LogMatchOut]
    next: int | None


class LogQuery(ApiQuery):
    """Where to read on in a log."""

    after: Annotated[int, Field(ge=0, le=2**62)] = 0
    """Byte offset: ``next`` of the answer before."""


class LogSearchQuery(LogQuery):
    """What to look for in a log."""

    q: QueryText
    """A part of a line, in any case."""
    limit: Annotated[int, Field(ge=1, le=log_search.MOST_MATCHES)] = 50


@router.get("/workloads/{id}/logs", response={200: LogOut, **COMMON_PROBLEMS}, operation_id="read_logs")
def read_logs(request: HttpRequest, id: Text, asked: Query[LogQuery]) -> LogOut:
    """Lines behind a byte offset, at most 256 KiB an answer."""
    workload = access.find_workload(request.auth, id)  # type: ignore[attr-defined]
    absent = logs.absent(workload)
    part = logs.read(workload, asked.after, limit_bytes=LOG_BYTES)
    is_complete = part.is_complete or absent is not None
    items = [_shape(line) for line in part.lines]
    return LogOut(items=items, next=part.next, size=part.size, is_complete=is_complete, absent=absent)


@router.get("/workloads/{id}/logs/search", response={200: LogMatches, **COMMON_PROBLEMS}, operation_id="search_logs")
def search_logs(request: HttpRequest, id: Text, asked: Query[LogSearchQuery]) -> LogMatches:
    """Lines that have the words, in order. A long log is searched in stretches: go on from ``next``."""
    workload = access.find_workload(request.auth, id)  # type: ignore[attr-defined]
    found = log_search.search(workload, asked.q, after=asked.after, most=asked.limit)
    items = [LogMatchOut(**_shape(match.line).model_dump(), offset=match.offset) for match in found.matches]
    return LogMatches(items=items, next=found.next)


def _shape(line: StoredLine) -> LogLineOut:
    return LogLineOut(number=line.number, at=line.at, source=line.source, level=line.level, text=line.text)
