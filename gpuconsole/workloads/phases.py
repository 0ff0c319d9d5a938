"""The compact story of a workload that lists draw without a query: attempts, each a row of spans without gaps.

``[{"attempt": 1, "spans": [[word, start, end or null], …], "end": state or null, "note": str}]``, times in epoch
seconds; an attempt that was followed by another one also has its ``remote_id``. A word is a provider's phase, or one of
ours for what no provider tells: submitting, stopped, lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from gpuconsole.providers.remote import Phase
from gpuconsole.workloads.states import PHASE_OF, State

Attempt: TypeAlias = dict[str, Any]

NOTE_LENGTH = 120
"""Of the reason of an end; where there is room for fewer characters, whoever draws it leaves it to the tooltip."""
MOST_SPANS = 200
"""Of one attempt; whatever flaps for weeks loses its oldest spans here, never its events."""
MOST_ATTEMPTS = 50

_OWN_WORDS = {State.SUBMITTING: "submitting", State.STOPPED: "stopped", State.LOST: "lost"}
WORDS = (*(phase.value for phase in Phase), *_OWN_WORDS.values())


def word_of(state: State, phase: Phase | None) -> str | None:
    """How a stretch spent in the state is called; None for a state that no stretch is spent in."""
    if state in _OWN_WORDS:
        return _OWN_WORDS[state]
    usual = PHASE_OF[state]
    if usual is None or state == State.STOPPING:
        return None if usual is None else usual.value
    return (phase or usual).value


def begun(phases: Sequence[Attempt], number: int, word: str, at: datetime) -> list[Attempt]:
    """With a new attempt that opens with a span of ``word``."""
    attempt = {"attempt": number, "spans": [[word, epoch(at), None]], "end": None, "note": ""}
    return [*_closed(phases, at), attempt][-MOST_ATTEMPTS:]


def known_as(phases: Sequence[Attempt], remote_id: str) -> list[Attempt]:
    """With the provider's id of the last attempt kept: a retry is another remote, and the row names the newest only."""
    return [*phases[:-1], {**phases[-1], "remote_id": remote_id}] if phases else []


def remote_ids(phases: Sequence[Attempt]) -> list[str]:
    """The provider's ids of the attempts before the last."""
    return [attempt["remote_id"] for attempt in phases if attempt.get("remote_id")]


def advanced(phases: Sequence[Attempt], word: str, at: datetime) -> list[Attempt]:
    """With the open span ended and one of ``word`` begun; unchanged where such a span is open already."""
    if open_word(phases) == word:
        return list(phases)
    *before, last = phases or [{"attempt": 1, "spans": [], "end": None, "note": ""}]
    spans = [*_ended(last["spans"], at), [word, epoch(at), None]][-MOST_SPANS:]
    return [*before, {**last, "spans": spans, "end": None, "note": ""}]


def finished(phases: Sequence[Attempt], end: State, at: datetime, note: str = "") -> list[Attempt]:
    """With the last attempt ended in ``end``; ``note`` says in a few words why."""
    *before, last = phases or [{"attempt": 1, "spans": [], "end": None, "note": ""}]
    return [*before, {**last, "spans": _ended(last["spans"], at), "end": end.value, "note": _short(note)}]


def explained(phases: Sequence[Attempt], note: str) -> list[Attempt]:
    """With another note on why the last attempt ended."""
    *before, last = phases
    return [*before, {**last, "note": _short(note)}]


def open_word(phases: Sequence[Attempt]) -> str | None:
    """The word of the span that is open; None where all are ended."""
    if not phases or not phases[-1]["spans"]:
        return None
    word, _, end = phases[-1]["spans"][-1]
    return word if end is None else None


def last_change(phases: Sequence[Attempt]) -> datetime | None:
    """The newest moment in the story."""
    if not phases or not phases[-1]["spans"]:
        return None
    _, start, end = phases[-1]["spans"][-1]
    return moment(start if end is None else end)


def durations(attempt: Attempt, now: datetime) -> dict[str, float]:
    """Seconds by word within one attempt, an open span counted up to now."""
    found: dict[str, float] = {}
    for word, start, end in attempt["spans"]:
        found[word] = found.get(word, 0.0) + max(0.0, (epoch(now) if end is None else end) - start)
    return found


def epoch(at: datetime) -> float:
    """Seconds since 1970, exact to the microsecond."""
    return round(at.timestamp(), 6)


def moment(seconds: float) -> datetime:
    """The other way round."""
    return datetime.fromtimestamp(seconds, UTC)


def _closed(phases: Sequence[Attempt], at: datetime) -> list[Attempt]:
    if not phases:
        return []
    *before, last = phases
    return [*before, {**last, "spans": _ended(last["spans"], at)}]


def _ended(spans: Sequence[list[Any]], at: datetime) -> list[list[Any]]:
    if not spans or spans[-1][2] is not None:
        return list(spans)
    word, start, _ = spans[-1]
    return [*spans[:-1], [word, start, max(start, epoch(at))]]


def _short(note: str) -> str:
    line = note.split("\n", 1)[0].strip()
    return line if len(line) <= NOTE_LENGTH else line[: NOTE_LENGTH - 1].rstrip() + "…"
