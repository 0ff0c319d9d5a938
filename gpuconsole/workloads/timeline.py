"""The geometry of timelines: attempts and spans become bars at per-cent positions that templates only draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal, TypeAlias

from django.utils import timezone

from gpuconsole.core import formats
from gpuconsole.workloads import timeline_words as words
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.phases import Attempt, epoch, moment
from gpuconsole.workloads.states import State
from gpuconsole.workloads.timeline_clock import AHEAD, Clock, Tick, bare, life, window
from gpuconsole.workloads.timeline_words import find, legend, phase_table

Size: TypeAlias = Literal["mini", "strip", "full"]
Scale: TypeAlias = Literal["time", "even"]

LEAST_WIDTH = 0.4
GAP = 0.12
MOST_REASON = 32
"""Characters of a reason that stand beside its mark; a longer one is told by tooltip and row label alone."""
LATE = 65.0
"""Behind this per cent the reason of an end has no room at its right."""
_CHART_PX = 720
_CHARACTER_PX = 6.4
_SPARE_PX = 16


@dataclass(frozen=True, slots=True)
class Bar:
    """One span: its word (which is its colour), position and width in per cent, and what is written in and on it."""

    phase: str
    x: float
    width: float
    label: str = ""
    title: str = ""
    is_cut: bool = False
    """It began before the left edge, where it ends in square corners."""


@dataclass(frozen=True, slots=True)
class Live:
    """The dot at the end of an open span."""

    phase: str
    x: float


@dataclass(frozen=True, slots=True)
class End:
    """The mark of an end that was no success; ``text`` is the reason where it is short enough to stand beside it."""

    state: str
    x: float
    text: str
    is_late: bool
    title: str = ""
    """The whole reason, for a tooltip."""


@dataclass(frozen=True, slots=True)
class Row:
    """One attempt of a full timeline; all attempts of a mini or a strip."""

    attempt: int
    bars: tuple[Bar, ...]
    live: Live | None
    end: End | None
    outcome: str
    outcome_state: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that is drawn, and the same in words for those who hear it."""

    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    now_x: float | None
    now_label: str
    sentence: str
    spans: tuple[str, ...]
    extent: str = ""
    """From when to when it goes, where there is no axis."""


def geometry(
    phases: Sequence[Attempt],
    *,
    now: datetime,
    size: Size,
    window: Clock | None = None,
    scale: Scale = "time",
    zone: tzinfo = UTC,
) -> Timeline:
    """Lay the attempts out; ``window`` is the clock that strips share, else the workload's own life is the clock."""
    attempts = [attempt for attempt in phases if attempt["spans"]]
    sentence, spans = words.sentence(attempts, now), words.spans(attempts, now, zone) if size == "full" else ()
    if not attempts:
        return Timeline((), (), None, "", sentence, spans)
    extent = words.extent(attempts, now, zone) if size == "full" else ""
    if size == "full" and scale == "even":
        return Timeline(tuple(_even_rows(attempts, now)), (), None, "", sentence, spans, extent)
    clock = window or _clock(attempts, now, size, zone)
    if size == "full":
        rows = [_row(clock, [attempt], now, size) for attempt in attempts]
    else:
        rows = [_row(clock, attempts, now, size)]
    return Timeline(tuple(rows), clock.ticks, clock.now_x, clock.now_label, sentence, spans, extent)


def mini(workload: Workload, now: datetime) -> Timeline:
    """One workload over its own life, for tables."""
    return geometry(workload.phases, now=now, size="mini")


def strip(workload: Workload, now: datetime, since: datetime) -> Timeline:
    """One workload on the clock that ``clock(since, now)`` draws."""
    return geometry(workload.phases, now=now, size="strip", window=clock(since, now))


def full(workload: Workload, now: datetime, *, scale: str = "time") -> Timeline:
    """One row an attempt, with labels, end marks and a clock in the reader's zone; ``scale`` is time or even."""
    zone = timezone.get_current_timezone()
    return geometry(workload.phases, now=now, size="full", scale="even" if scale == "even" else "time", zone=zone)


def clock(start: datetime, now: datetime) -> Clock:
    """The clock that strips share, in the reader's zone."""
    return window(start, now, timezone.get_current_timezone())


def _clock(attempts: Sequence[Attempt], now: datetime, size: Size, zone: tzinfo) -> Clock:
    start = moment(attempts[0]["spans"][0][1])
    end = moment(_end_s(attempts[-1]["spans"][-1], now))
    is_live = attempts[-1]["spans"][-1][2] is None
    if size == "full":
        return life(start, max(end, start), now, zone, is_live=is_live)
    return bare(start, end + (end - start) * AHEAD if is_live else end)


def _row(clock: Clock, attempts: Sequence[Attempt], now: datetime, size: Size) -> Row:
    bars: list[Bar] = []
    for span in (span for attempt in attempts for span in attempt["spans"]):
        bar = _bar(clock, span, now, size)
        if bar is not None and (size == "full" or not _is_covered(bar, bars)):
            bars.append(bar)
    last = attempts[-1]
    word, _start, ended = last["spans"][-1]
    end_x = _percent(clock.x(moment(_end_s(last["spans"][-1], now))))
    live = Live(word, end_x) if ended is None and bars else None
    return _described(last, tuple(bars), live, end_x)


def _bar(clock: Clock, span: Sequence[Any], now: datetime, size: Size) -> Bar | None:
    word, start_s, _end = span
    end_s = _end_s(span, now)
    left, right = clock.x(moment(start_s)), clock.x(moment(end_s))
    if right < 0 or left > 100:
        return None
    left_in, right_in = max(left, 0.0), min(right, 100.0)
    width = max(right_in - left_in - GAP, LEAST_WIDTH)
    x, width = _percent(min(left_in, 100 - width)), round(width, 2)
    if size == "mini":
        return Bar(word, x, width, is_cut=left < 0)
    length = formats.duration(end_s - start_s)
    label = length if size == "full" and _fits(length, width) else ""
    return Bar(word, x, width, label, f"{words.label(word)}, {length}", is_cut=left < 0)


def _is_covered(bar: Bar, bars: Sequence[Bar]) -> bool:
    """Whether a sliver would be drawn on another one: many short spans stay few bars."""
    return bool(bars) and bar.width <= LEAST_WIDTH and bar.x < bars[-1].x + LEAST_WIDTH and bar.phase == bars[-1].phase


def _even_rows(attempts: Sequence[Attempt], now: datetime) -> list[Row]:
    """Each span as wide as every other, left to right; rows share the width, so that like stands above like."""
    step = 100 * (1 - AHEAD) / max(len(attempt["spans"]) for attempt in attempts)
    rows = []
    for attempt in attempts:
        bars = tuple(_even_bar(index, step, span, now) for index, span in enumerate(attempt["spans"]))
        word, _start, ended = attempt["spans"][-1]
        end_x = _percent(step * len(bars))
        rows.append(_described(attempt, bars, Live(word, end_x) if ended is None else None, end_x))
    return rows


def _even_bar(index: int, step: float, span: Sequence[Any], now: datetime) -> Bar:
    length = formats.duration(_end_s(span, now) - span[1])
    width = max(step - GAP, LEAST_WIDTH)
    label = length if _fits(length, width) else ""
    return Bar(span[0], _percent(index * step), round(width, 2), label, f"{words.label(span[0])}, {length}")


def _described(attempt: Attempt, bars: tuple[Bar, ...], live: Live | None, end_x: float) -> Row:
    ended = attempt["end"]
    end = None
    if ended is not None and ended != State.SUCCEEDED:
        note = attempt["note"]
        text = note if ended == State.FAILED and len(note) <= MOST_REASON else ""
        end = End(ended, end_x, text, end_x > LATE, note)
    outcome, outcome_state = words.outcome(attempt)
    return Row(attempt["attempt"], bars, live, end, outcome, outcome_state)


def _end_s(span: Sequence[Any], now: datetime) -> float:
    _word, start, end = span
    return max(start, epoch(now)) if end is None else float(end)


def _percent(x: float) -> float:
    return round(min(max(x, 0.0), 100.0), 2)


def _fits(text: str, width: float) -> bool:
    return width / 100 * _CHART_PX >= len(text) * _CHARACTER_PX + _SPARE_PX


__all__ = ["Clock", "Timeline", "clock", "find", "full", "geometry", "legend", "mini", "phase_table", "strip"]
