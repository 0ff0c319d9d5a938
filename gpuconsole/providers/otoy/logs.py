"""The log of an OTOY job: each run has one text, without a cursor; what was read before is left out here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

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


def follow(text: str, place: Place, *, is_over: bool) -> tuple[list[str], Place]:
    """The lines behind a place, and the place behind them. A last line without its end waits, while the run goes on."""
    lines = text.splitlines()
    if lines and not is_over and not text.endswith(("\n", "\r")):
        lines.pop()
    start = _start(lines, place)
    return lines[start:], Place(len(lines), _mark(lines), is_over)


def _start(lines: Sequence[str], place: Place) -> int:
    """Where to go on; a text that lost its beginning is gone on with behind the lines that were read last."""
    if _mark(lines[: place.taken]) == place.mark and len(lines) >= place.taken:
        return place.taken
    ends = range(len(lines), 0, -1)
    return next((end for end in ends if _mark(lines[:end]) == place.mark), 0)


def _mark(lines: Sequence[str]) -> str:
    last = "\n".join(lines[-_KNOWN_BY:])
    return hashlib.blake2b(last.encode(errors="replace"), digest_size=6).hexdigest() if lines else ""
