"""A job's log, computed for the asked page: by rank, newest first unless asked from the head, a token for the rest."""

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.fireworks import listing, training
from gpuconsole.simulator.dialects.fireworks.errors import invalid
from gpuconsole.simulator.dialects.fireworks.jobs import Job
from gpuconsole.simulator.dialects.fireworks.schemas import LOG_ENTRY
from gpuconsole.simulator.web import Request

DEFAULT_SIZE, MAX_SIZE = 100, 10_000
# A call looks at no more lines than this; a rare `filter` then gets a short page and a token (assumed).
SCAN_LIMIT = 50_000
Place = tuple[int, int, int]  # milliseconds, which stream of lines, which line of it: no two lines have the same


@dataclass(frozen=True)
class Line:
    """One line at its place."""

    place: Place
    rank: int
    message: str

    def as_json(self) -> dict[str, Any]:
        """As the answer shows it."""
        return {"logTime": iso(self.place[0] / 1000), "rank": self.rank, "message": self.message}


@dataclass(frozen=True)
class Window:
    """The lines to look at: from a moment or beyond a place, in one direction."""

    start_ms: int
    end_ms: int
    after: Place | None
    from_head: bool

    def holds(self, place: Place) -> bool:
        """Whether a line belongs to it."""
        beyond = self.after is None or (place > self.after if self.from_head else place < self.after)
        return self.start_ms <= place[0] <= self.end_ms and beyond

    def edges(self) -> tuple[float, float]:
        """The moments between which its lines lie."""
        start, end = self.start_ms, self.end_ms
        if self.after and self.from_head:
            start = max(start, self.after[0])
        elif self.after:
            end = min(end, self.after[0])
        return start / 1000, end / 1000


def answer(job: Job, request: Request) -> dict[str, Any]:
    """The answer of `:getLogs`."""
    query = request.query
    size = listing.page_size(query, DEFAULT_SIZE, MAX_SIZE)
    ranks = _ranks(request)
    names = ("startTime", "filter", "startFromHead", "readMask")
    mark = "\n".join([job.id, *map(str, sorted(ranks or [])), *(listing.asked(query, name) for name in names)])
    token = listing.read_token(query, mark)
    after = None if token is None else (int(token[0]), int(token[1]), int(token[2]))
    window = Window(_start_ms(query), int(job.world.now() * 1000), after, _from_head(query))
    wanted = listing.asked(query, "filter")
    found: list[Line] = []
    place: Place | None = None
    for scanned, line in enumerate(_lines(job, window, lambda rank: ranks is None or rank in ranks)):
        if len(found) == size or scanned == SCAN_LIMIT:
            break
        place = line.place
        if wanted in line.message:
            found.append(line)
    else:
        place = None
    entries = [listing.masked(line.as_json(), query, LOG_ENTRY) for line in found]
    return {"entries": entries, **({"nextPageToken": listing.token(list(place), mark)} if place else {})}


def _ranks(request: Request) -> set[int] | None:
    """The wanted ranks: the parameter repeated, or commas in one value as the vendor's own client sends it."""
    given = [value for name, value in parse_qsl(request.query_string) if name == "ranks"]
    words = [word for value in given for word in value.split(",")]
    if not all(word.strip().isdecimal() for word in words):
        raise invalid("ranks", "must be integers, not negative")
    return {int(word) for word in words} or None


def _start_ms(query: Any) -> int:
    text = listing.asked(query, "startTime")
    if not text:
        return 0
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise invalid("start_time", "must be an RFC 3339 time")
    return math.ceil(moment.timestamp() * 1000 - 1e-3)


def _from_head(query: Any) -> bool:
    text = listing.asked(query, "startFromHead").lower()
    if text not in ("", "true", "t", "1", "false", "f", "0"):
        raise invalid("start_from_head", "must be true or false")
    return text in ("true", "t", "1")


def _lines(job: Job, window: Window, is_wanted: Callable[[int], bool]) -> Iterator[Line]:
    """The lines of the window, in its direction."""
    if (span := job.running_span(job.world.now())) is None:
        return iter(())
    streams = [_fixed(job, span, window, is_wanted)]
    for number, rhythm in enumerate(training.rhythms(job, is_wanted), start=1):
        streams.append(_repeated(job, span, rhythm, number, window))
    return heapq.merge(*streams, key=lambda line: line.place, reverse=not window.from_head)


def _fixed(job: Job, span: tuple[float, float], window: Window, is_wanted: Callable[[int], bool]) -> Iterator[Line]:
    """The lines that come once: head and tail of every rank."""
    began, end = span
    last = job.last_word(job.world.now())
    lines: list[Line] = []
    for rank in filter(is_wanted, range(min(job.ranks, training.MAX_TOLD_RANKS))):
        texts = [(began + job.span(at), text) for at, text in training.head(job, rank)]
        texts += [(end - job.span(at), text) for at, text in training.tail(job, rank, last)]
        base = rank * 1000
        lines += [Line((int(at * 1000), 0, base + n), rank, text) for n, (at, text) in enumerate(texts) if at <= end]
    held = [line for line in lines if window.holds(line.place)]
    return iter(sorted(held, key=lambda line: line.place, reverse=not window.from_head))


def _repeated(
    job: Job, span: tuple[float, float], rhythm: training.Rhythm, stream: int, window: Window
) -> Iterator[Line]:
    """The lines of one rhythm, found by arithmetic and made when they are asked for."""
    every, origin = job.span(rhythm.every_s), span[0] + job.span(rhythm.first_s)
    start, end = window.edges()
    # A run's own last lines are its tail: rhythms fall silent a nominal second before.
    last = math.floor((min(end, span[1] - job.span(1)) - origin) / every + 1)
    first = max(0, math.ceil((start - origin) / every - 1))
    numbers = range(first, last + 1)
    for n in numbers if window.from_head else reversed(numbers):
        at = origin + n * every
        place = (int(at * 1000), stream, n)
        if at <= span[1] - job.span(1) and window.holds(place):
            yield Line(place, rhythm.rank, rhythm.message(job, rhythm.rank, n))
