"""What a timeline shows, in words: outcomes, the sentence and list for screen readers, and the table of phases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils import timezone

from gpuconsole.core import formats
from gpuconsole.providers.remote import Phase
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.phases import Attempt, durations, moment
from gpuconsole.workloads.states import State


@dataclass(frozen=True, slots=True)
class LegendItem:
    """A colour and what it stands for."""

    state: str
    label: str


@dataclass(frozen=True, slots=True)
class PhaseCell:
    """One cell of the table below a chart."""

    state: str
    label: str
    value: str
    note: str


_TABLE = (Phase.QUEUED, Phase.ASSIGNED, Phase.PREPARING, Phase.RUNNING)
LEGEND = tuple(LegendItem(phase.value, phase.value.capitalize()) for phase in _TABLE)


def label(word: str) -> str:
    """A span's word as it is shown."""
    return word.capitalize()


def outcome(attempt: Attempt) -> tuple[str, str]:
    """How an attempt went, in words and as the colour's word."""
    ended = attempt["end"]
    if ended is None:
        word = attempt["spans"][-1][0]
        return label(word), word
    if ended == State.SUCCEEDED:
        return State.SUCCEEDED.label, ended
    return attempt["note"] or State(ended).label, ended


def sentence(attempts: Sequence[Attempt], now: datetime) -> str:
    """``Attempt 3 of 3, running for 2 hours 24 minutes after 4 minutes queued.``"""
    if not attempts:
        return "Nothing has happened at the provider yet."
    last = attempts[-1]
    lengths = {word: seconds for word, seconds in durations(last, now).items() if seconds >= 1}
    head = f"Attempt {last['attempt']} of {attempts[-1]['attempt']}"
    if last["end"] is not None:
        return f"{head}, {State(last['end']).label.lower()}{_after(lengths)}.{_why(last)}"
    word = last["spans"][-1][0]
    this = formats.duration_words(lengths.pop(word, 0))
    return f"{head}, {word} for {this}{_after(lengths)}."


def spans(attempts: Sequence[Attempt], now: datetime, zone: tzinfo) -> tuple[str, ...]:
    """Every span in order, for reading out."""
    return tuple(
        f"Attempt {attempt['attempt']}: {_span(word, start, end, now, zone)}"
        for attempt in attempts
        for word, start, end in attempt["spans"]
    )


def phase_table(workload: Workload, now: datetime, usual: Mapping[str, float]) -> list[PhaseCell]:
    """Durations of the latest attempt beside the usual ones, and its end or when it is expected."""
    last = workload.phases[-1] if workload.phases else {"spans": [], "end": None}
    lengths = durations(last, workload.ended_at or now)
    cells = [_cell(phase, lengths.get(phase), usual.get(phase)) for phase in _TABLE]
    return [*cells, _end_cell(workload, now, usual)]


def _cell(phase: Phase, seconds: float | None, usual: float | None) -> PhaseCell:
    note = f"usual {formats.duration(usual)}" if usual is not None else ""
    return PhaseCell(phase.value, label(phase.value), formats.duration(seconds), note)


def _end_cell(workload: Workload, now: datetime, usual: Mapping[str, float]) -> PhaseCell:
    local = timezone.localtime
    limit = "" if workload.ends_by is None else f"limit {formats.moment(local(workload.ends_by), now=local(now))}"
    if workload.ended_at is not None:
        ended = formats.moment(local(workload.ended_at), now=local(now))
        return PhaseCell(workload.state, "Ended", ended, limit)
    expected, running = None, usual.get(Phase.RUNNING)
    if workload.started_at is not None and running is not None:
        expected = workload.started_at + timedelta(seconds=running)
    if expected is None or expected <= now:
        return PhaseCell(State.SUCCEEDED.value, "Expected end", formats.MISSING, limit)
    return PhaseCell(
        State.SUCCEEDED.value, "Expected end", f"≈ {formats.moment(local(expected), now=local(now))}", limit
    )


def _span(word: str, start: float, end: float | None, now: datetime, zone: tzinfo) -> str:
    since = formats.exact_time(moment(start).astimezone(zone))
    if end is None:
        return f"{word} since {since}, {formats.duration_words(now.timestamp() - start)} so far"
    until = formats.exact_time(moment(end).astimezone(zone))
    return f"{word} from {since} to {until}, {formats.duration_words(end - start)}"


def _after(lengths: Mapping[str, float]) -> str:
    parts = [f"{formats.duration_words(seconds)} {word}" for word, seconds in lengths.items()]
    if not parts:
        return ""
    return f" after {', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else f" after {parts[0]}"


def _why(attempt: Attempt) -> str:
    return f" {attempt['note']}." if attempt["note"] and attempt["end"] != State.SUCCEEDED else ""
