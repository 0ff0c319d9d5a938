"""The log of a batch job: its lines by rank, each once, and how far it was read."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gpuconsole.providers.remote import LogLine, LogPage
from gpuconsole.providers.wire import items, moment, whole


@dataclass(frozen=True, slots=True)
class Cursor:
    """A sweep through the log from ``since`` on, and the page in it that comes next.

    The next sweep begins at the very moment of the last line, as lines may share one: ``taken`` are the lines of
    ``last`` that were read, ``skip`` those at ``since`` that the sweep is still to leave out.
    """

    since: str
    page: str = ""
    skip: tuple[str, ...] = ()
    last: str = ""
    taken: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises ValueError for a text that is no cursor."""
        try:
            since, page, skip, last, taken = json.loads(text)
            return cls(since, page, tuple(skip), last, tuple(taken))
        except TypeError as exc:
            raise ValueError(text) from exc

    def __str__(self) -> str:
        return json.dumps([self.since, self.page, self.skip, self.last, self.taken], separators=(",", ":"))


def page(answer: Mapping[str, Any], cursor: Cursor) -> LogPage:
    """The lines that are new after the cursor. Without a page token the sweep is over, until more is written."""
    entries = items({"entries": [], **answer}, "entries")
    left, new = Counter(cursor.skip), list[Mapping[str, Any]]()
    for entry in entries:
        mark = _mark(entry)
        if _time(entry) == cursor.since and left[mark]:
            left[mark] -= 1
        else:
            new.append(entry)
    last, taken = _taken(cursor, new)
    token = str(answer.get("nextPageToken") or "")
    following = (
        Cursor(cursor.since, token, tuple(left.elements()), last, taken)
        if token
        else Cursor(last or cursor.since, "", taken if last else cursor.skip, last, taken)
    )
    return LogPage(tuple(_line(entry) for entry in new), str(following), has_more=bool(token))


def _taken(cursor: Cursor, new: Sequence[Mapping[str, Any]]) -> tuple[str, tuple[str, ...]]:
    """The moment of the last line read so far, and all lines of that moment."""
    if not new:
        return cursor.last, cursor.taken
    last = _time(new[-1])
    marks = tuple(_mark(entry) for entry in new if _time(entry) == last)
    return last, (*cursor.taken, *marks) if last == cursor.last else marks


def _time(entry: Mapping[str, Any]) -> str:
    return str(entry.get("logTime") or "")


def _rank(entry: Mapping[str, Any]) -> int:
    return whole(entry.get("rank")) or 0  # rank 0 is a zero value, which answers may leave out


def _mark(entry: Mapping[str, Any]) -> str:
    text = f"{_rank(entry)}\x1f{entry.get('message') or ''}"
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=6).hexdigest()


def _line(entry: Mapping[str, Any]) -> LogLine:
    return LogLine(at=moment(entry.get("logTime")), text=str(entry.get("message") or ""), source=f"rank {_rank(entry)}")
