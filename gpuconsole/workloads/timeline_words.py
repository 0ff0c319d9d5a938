"""What a timeline shows, in words: outcomes, the sentence and list for screen readers, and the table of phases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

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
_WORDS = {
    Phase.QUEUED: gettext_noop("queued"),
    Phase.ASSIGNED: gettext_noop("assigned"),
    Phase.PREPARING: gettext_noop("preparing"),
    Phase.RUNNING: gettext_noop("running"),
    Phase.STOPPING: gettext_noop("stopping"),
    "submitting": gettext_noop("submitting"),
    "stopped": gettext_noop("stopped"),
    "lost": gettext_noop("lost"),
}
"""What a span's word is called within a sentence."""


def legend() -> list[LegendItem]:
    """What the colours of a chart stand for."""
    return [LegendItem(phase.value, label(phase.value)) for phase in _TABLE]


def label(word: str) -> str:
    """A span's word as it is shown by itself."""
    return capfirst(_said(word))


def _said(word: str) -> str:
    return _(_WORDS.get(word, word))


def outcome(attempt: Attempt) -> tuple[str, str]:
    """How an attempt went, in words and as the colour's word."""
    ended = attempt["end"]
    if ended is None:
        word = attempt["spans"][-1][0]
        return label(word), word
    if ended == State.SUCCEEDED:
        return str(State.SUCCEEDED.label), ended
    return attempt["note"] or str(State(ended).label), ended


def sentence(attempts: Sequence[Attempt], now: datetime) -> str:
    """``Attempt 3 of 3, running for 2 hours 24 minutes after 4 minutes queued.``"""
    if not attempts:
        return _("Nothing has happened at the provider yet.")
    last, count = attempts[-1], attempts[-1]["attempt"]
    lengths = {word: seconds for word, seconds in durations(last, now).items() if seconds >= 1}
    if last["end"] is not None:
        text = _("Attempt {number} of {count}, {state} after {phases}.")
        text = text if lengths else _("Attempt {number} of {count}, {state}.")
        state = State(last["end"]).label.lower()
        text = text.format(number=last["attempt"], count=count, state=state, phases=_listed(lengths))
        return f"{text}{_why(last)}"
    word = last["spans"][-1][0]
    this = formats.duration_words(lengths.pop(word, 0))
    text = _("Attempt {number} of {count}, {phase} for {time} after {phases}.")
    text = text if lengths else _("Attempt {number} of {count}, {phase} for {time}.")
    return text.format(number=last["attempt"], count=count, phase=_said(word), time=this, phases=_listed(lengths))


def extent(attempts: Sequence[Attempt], now: datetime, zone: tzinfo) -> str:
    """``10:08 to 14:32``, with the day where it is not one day."""
    first, end = attempts[0]["spans"][0][1], attempts[-1]["spans"][-1][2]
    since, until = (at.astimezone(zone) for at in (moment(first), now if end is None else moment(end)))
    shown = [formats.time_of_day(at) for at in (since, until)]
    if since.date() != until.date():
        days = [formats.day(at.date(), today=until.date()) for at in (since, until)]
        shown = [f"{day} {time}" for day, time in zip(days, shown, strict=True)]
    return _("{start} to {end}").format(start=shown[0], end=shown[1])


def spans(attempts: Sequence[Attempt], now: datetime, zone: tzinfo) -> tuple[str, ...]:
    """Every span in order, for reading out."""
    return tuple(
        _("Attempt {number}: {span}").format(number=attempt["attempt"], span=_span(word, start, end, now, zone))
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
    note = _("usual {time}").format(time=formats.duration(usual)) if usual is not None else ""
    return PhaseCell(phase.value, label(phase.value), formats.duration(seconds), note)


def _earlier_end_cell(attempt: Attempt, now: datetime) -> PhaseCell:
    ended_state = outcome(attempt)[1]
    end = attempt["spans"][-1][2]
    local = timezone.localtime
    ended = formats.MISSING if end is None else formats.moment(local(moment(end)), now=local(now))
    return PhaseCell(ended_state, _("Ended"), ended, attempt["note"])


def _end_cell(workload: Workload, now: datetime, usual: Mapping[str, float]) -> PhaseCell:
    local = timezone.localtime
    limit = ""
    if workload.ends_by is not None:
        limit = _("limit {moment}").format(moment=formats.moment(local(workload.ends_by), now=local(now)))
    if workload.ended_at is not None:
        ended = formats.moment(local(workload.ended_at), now=local(now))
        return PhaseCell(workload.state, _("Ended"), ended, limit)
    expected, running = None, usual.get(Phase.RUNNING)
    if workload.started_at is not None and running is not None:
        expected = workload.started_at + timedelta(seconds=running)
    if expected is None or expected <= now:
        return PhaseCell(State.SUCCEEDED.value, _("Expected end"), formats.MISSING, limit)
    shown = f"≈ {formats.moment(local(expected), now=local(now))}"
    return PhaseCell(State.SUCCEEDED.value, _("Expected end"), shown, limit)


def _span(word: str, start: float, end: float | None, now: datetime, zone: tzinfo) -> str:
    since = formats.exact_time(moment(start).astimezone(zone))
    if end is None:
        text, length = _("{phase} since {start}, {time} so far"), now.timestamp() - start
        return text.format(phase=_said(word), start=since, time=formats.duration_words(length))
    text, until = _("{phase} from {start} to {end}, {time}"), formats.exact_time(moment(end).astimezone(zone))
    return text.format(phase=_said(word), start=since, end=until, time=formats.duration_words(end - start))


def _listed(lengths: Mapping[str, float]) -> str:
    """``4 minutes queued and 2 hours running``."""
    parts = [f"{formats.duration_words(seconds)} {_said(word)}" for word, seconds in lengths.items()]
    if len(parts) < 2:
        return "".join(parts)
    return _("{others} and {last}").format(others=", ".join(parts[:-1]), last=parts[-1])


def _why(attempt: Attempt) -> str:
    return f" {attempt['note']}." if attempt["note"] and attempt["end"] != State.SUCCEEDED else ""
