"""A job's log, computed for the asked window: parameters in milliseconds, time stamps in nanoseconds, no cursor."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gpuconsole.simulator.dialects.baseten import training
from gpuconsole.simulator.dialects.baseten.checks import choice, record, whole
from gpuconsole.simulator.dialects.baseten.errors import invalid
from gpuconsole.simulator.dialects.baseten.jobs import CREATED, DEPLOYING, Job

DEFAULT_LIMIT, MAX_LIMIT = 500, 1000
LOOK_BACK_MS = 30 * 60 * 1000
LONGEST_WINDOW_MS = 7 * 24 * 60 * 60 * 1000
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
WHOLE_NUMBERS = ("start_epoch_millis", "end_epoch_millis", "limit", "step_seconds", "page_size", "page_token")
PARAMETERS = record(
    {
        "start_epoch_millis": whole(0),
        "end_epoch_millis": whole(0),
        "direction": choice("asc", "desc"),
        "limit": whole(1, MAX_LIMIT),
        "min_level": choice(*LEVELS),
    }
)


@dataclass(frozen=True)
class Line:
    """One line; `order` keeps lines of one millisecond apart."""

    at_ms: int
    order: int
    node: int | None
    level: str | None
    message: str

    def as_json(self, job: Job) -> dict[str, Any]:
        """As the answer shows it."""
        return {
            "timestamp": str(self.at_ms * 1_000_000 + self.order),
            "message": self.message,
            "replica": None if self.node is None else f"{job.id}-{self.node}",
            "request_id": None,
            "level": self.level,
        }


def from_query(query: Mapping[str, str]) -> dict[str, Any]:
    """Query parameters with their numbers read."""
    read: dict[str, Any] = dict(query)
    for name in WHOLE_NUMBERS:
        if name in read:
            try:
                read[name] = int(read[name])
            except ValueError:
                raise invalid(name, "must be an integer") from None
    return read


def answer(job: Job, asked: Any) -> dict[str, Any]:
    """The answer of the logs call to parameters from a query or a body."""
    asked = {} if asked is None else asked
    PARAMETERS(asked, "")
    end_ms = _given(asked, "end_epoch_millis", int(job.world.now() * 1000))
    start_ms = _given(asked, "start_epoch_millis", max(0, end_ms - LOOK_BACK_MS))
    if end_ms - start_ms > LONGEST_WINDOW_MS:
        raise invalid("start_epoch_millis", "the window must not exceed 7 days")
    newest_first = (asked.get("direction") or "desc") == "desc"
    limit = _given(asked, "limit", DEFAULT_LIMIT)
    lines = _lines(job, start_ms, end_ms, limit, newest_first, asked.get("min_level"))
    return {"logs": [line.as_json(job) for line in lines]}


def _given(asked: dict[str, Any], name: str, default: int) -> int:
    value = asked.get(name)
    return default if value is None else int(value)


def _lines(job: Job, start_ms: int, end_ms: int, limit: int, newest_first: bool, min_level: str | None) -> list[Line]:
    """The first `limit` lines of the window in the asked direction."""
    now_ms = int(job.world.now() * 1000)
    window = (start_ms, min(end_ms, now_ms))
    found = [line for line in _fixed(job) if window[0] <= line.at_ms <= window[1] and _passes(line.level, min_level)]
    for order, rhythm in enumerate(training.rhythms(job)):
        if _passes(rhythm.level, min_level):
            found += _repeated(job, rhythm, order, window, limit, newest_first)
    found.sort(key=lambda line: (line.at_ms, line.order), reverse=newest_first)
    return found[:limit]


def _passes(level: str | None, min_level: str | None) -> bool:
    """Any wish drops lines without a level."""
    if min_level is None:
        return True
    return level is not None and LEVELS.index(level) >= LEVELS.index(min_level)


def _fixed(job: Job) -> list[Line]:
    """The lines that come once: deployment, head and tail."""
    now = job.world.now()
    lines: list[tuple[float, int | None, str | None, str]] = []
    if created := job.began(CREATED, now):
        lines += [(created, None, "INFO", text) for text in ("Job released from the queue.", *_mirrored(job))]
    if deploying := job.began(DEPLOYING, now):
        image = job.request["image"]["base_image"]
        lines += [(deploying + job.span(4), node, "INFO", f"Pulling image {image}") for node in range(job.nodes)]
    if job.word(now) == "DEPLOY_FAILED":
        lines.append((job.entered(now)[-1][0], 0, "ERROR", job.error_message(now) or ""))
    if span := job.running_span(now):
        began, end = span
        lines += [(began + job.span(at), 0, level, text) for at, level, text in training.head(job)]
        lines += [(end - job.span(at), 0, level, text) for at, level, text in training.tail(job, job.word(now))]
    return [Line(int(at * 1000), 100 + n, node, level, text) for n, (at, node, level, text) in enumerate(lines)]


def _mirrored(job: Job) -> list[str]:
    return [f"Mirroring weights {w['source']} to {w['mount_location']}" for w in job.request.get("weights") or []]


def _repeated(
    job: Job, rhythm: training.Rhythm, order: int, window: tuple[int, int], limit: int, newest_first: bool
) -> list[Line]:
    """The lines of one rhythm in the window, no more than `limit`, found by arithmetic."""
    span = job.running_span(job.world.now())
    if span is None:
        return []
    every = job.span(rhythm.every_s)
    origin = span[0] + job.span(rhythm.first_s)
    # A run's own last line is its tail: rhythms fall silent a nominal second before.
    until = min(window[1] / 1000, span[1] - job.span(1))
    first = max(0, math.ceil((window[0] / 1000 - origin) / every - 1e-6))
    last = math.floor((until - origin) / every)
    if newest_first:
        first = max(first, last - limit + 1)
    else:
        last = min(last, first + limit - 1)
    lines = (
        Line(int((origin + n * every) * 1000), order, rhythm.node, rhythm.level, rhythm.message(job, n))
        for n in range(first, last + 1)
    )
    return [line for line in lines if window[0] <= line.at_ms <= window[1]]
