"""The log of an OTOY job: each run has one text, without a cursor; what was read before is left out here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

_KNOWN_BY = 3
"""Lines that tell how far a text was read, where its beginning has been cut off meanwhile."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far the text of one run was read: lines taken, a mark of the last of them, and whether that was all."""

    taken: int = 0
    mark: str = ""
    is_done: bool = False

    @classmethod
    def read(cls, text: str) -> Place:
        """Raises ValueError for a text that is no place."""
        taken, mark, done = text.split(".")
        return cls(int(taken), mark, done == "1")

    def __str__(self) -> str:
        return f"{self.taken}.{self.mark}.{int(self.is_done)}"


def read_cursor(cursor: str) -> list[Place]:
    """The places of a job's runs, oldest run first."""
    return [Place.read(text) for text in cursor.split(",")] if cursor else []


def write_cursor(places: Sequence[Place]) -> str:
    """The other way round."""
    return ",".join(str(place) for place in places)


@dataclass(frozen=True, slots=True)
class Followed:
    """The lines behind a place, the place behind them, and whether lines before them were lost."""

    lines: list[str]
    place: Place
    is_torn: bool


def follow(text: str, place: Place, *, is_over: bool) -> Followed:
    """Read on from a place. A last line without its end waits, while the run goes on."""
    lines = text.splitlines()
    if lines and not is_over and not text.endswith(("\n", "\r")):
        lines.pop()
    if not lines:  # not there for a moment: what was read is not read again
        return Followed([], replace(place, is_done=is_over), is_torn=False)
    start = _start(lines, place)
    behind = Place(len(lines), _mark(lines), is_over)
    return Followed(lines[start or 0 :], behind, is_torn=start is None)


def _start(lines: Sequence[str], place: Place) -> int | None:
    """Where to go on; a text that lost its beginning is gone on with behind the lines that were read last, and None
    tells that these are lost too."""
    if _mark(lines[: place.taken]) == place.mark and len(lines) >= place.taken:
        return place.taken
    ends = range(len(lines), 0, -1)
    return next((end for end in ends if _mark(lines[:end]) == place.mark), None)


def _mark(lines: Sequence[str]) -> str:
    last = "\n".join(lines[-_KNOWN_BY:])
    return hashlib.blake2b(last.encode(errors="replace"), digest_size=6).hexdigest() if lines else ""
