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


def extent(attempts: Sequence[Attempt], now: datetime, zone: tzinfo) -> str:
    """``10:08 to 14:32``, with the day where it is not one day."""
    first, (_, _, end) = attempts[0]["spans"][0][1], attempts[-1]["spans"][-1]
    since, until = (at.astimezone(zone) for at in (moment(first), now if end is None else moment(end)))
    if since.date() == until.date():
        return f"{formats.time_of_day(since)} to {formats.time_of_day(until)}"
    return " to ".join(
        f"{formats.day(at.date(), today=until.date())} {formats.time_of_day(at)}" for at in (since, until)
    )


def spans(attempts: Sequence[Attempt], now: datetime, zone: tzinfo) -> tuple[str, ...]:
    """Every span in order, for reading out."""
    return tuple(
        f"Attempt {attempt['attempt']}: {_span(word, start, end, now, zone)}"
        for attempt in attempts
        for word, start, end in attempt["spans"]
    )


def phase_table(
    workload: Workload, now: datetime, usual: Mapping[str, float], number: int | None = None
) -> list[PhaseCell]:
    """Durations of one attempt, the latest where no ``number`` of one is given, beside the usual ones, and its end or
    when it is expected."""
    chosen = find(workload.phases, number)
    lengths = durations(chosen, workload.ended_at or now)
    cells = [_cell(phase, lengths.get(phase), usual.get(phase)) for phase in _TABLE]
    is_latest = not workload.phases or chosen is workload.phases[-1]
    return [*cells, _end_cell(workload, now, usual) if is_latest else _earlier_end_cell(chosen, now)]


def find(attempts: Sequence[Attempt], number: int | None) -> Attempt:
    """The attempt of this number, else the latest."""
    latest: Attempt = attempts[-1] if attempts else {"attempt": 1, "spans": [], "end": None, "note": ""}
    return next((attempt for attempt in attempts if attempt["attempt"] == number), latest)


def _cell(phase: Phase, seconds: float | None, usual: float | None) -> PhaseCell:
    note = f"usual {formats.duration(usual)}" if usual is not None else ""
    return PhaseCell(phase.value, label(phase.value), formats.duration(seconds), note)


def _earlier_end_cell(attempt: Attempt, now: datetime) -> PhaseCell:
    _, ended_state = outcome(attempt)
    end = attempt["spans"][-1][2]
    local = timezone.localtime
    ended = formats.MISSING if end is None else formats.moment(local(moment(end)), now=local(now))
    return PhaseCell(ended_state, "Ended", ended, attempt["note"])


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
