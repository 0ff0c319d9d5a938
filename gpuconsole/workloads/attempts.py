"""The attempt that a move opens, goes on with or ends: its spans, times and reason, on the row in memory."""

from __future__ import annotations

from datetime import datetime

from gpuconsole.providers.remote import Phase
from gpuconsole.workloads import phases
from gpuconsole.workloads.changes import Change
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import ACTIVE, FINAL, Reason, ReasonCode, State


def moment(workload: Workload, said: datetime | None, now: datetime) -> datetime:
    """The moment of the next event: as the provider said, but never ahead of our clock nor before the last event."""
    latest = phases.last_change(workload.phases)
    floor = max(workload.state_at, latest) if latest else workload.state_at
    return max(min(said or now, now), floor)


def first(workload: Workload, state: State, phase: Phase | None, at: datetime) -> None:
    """Begin the timeline of a new row."""
    workload.phases = phases.begun([], workload.attempt, _word(state, phase), at)


def another(workload: Workload) -> None:
    """Open the next attempt; its first span is still to be written."""
    workload.attempt += 1
    workload.started_at = workload.ended_at = None
    workload.phases = [*workload.phases, {"attempt": workload.attempt, "spans": [], "end": None, "note": ""}]


def write_reason(workload: Workload, state: State, reason: Reason | None) -> None:
    """Keep the reason of a move into ``state``; what succeeds, or goes on in another state, has none any more."""
    if reason is not None:
        give_reason(workload, reason)
    elif state == State.SUCCEEDED or (state not in FINAL and state != workload.state):
        give_reason(workload, Reason(ReasonCode.NONE))


def give_reason(workload: Workload, reason: Reason) -> None:
    """Set every column of the reason."""
    workload.reason_code, workload.reason_text = reason.code, reason.text
    workload.reason_fault = reason.fault if reason.code else ""
    workload.reason_field = reason.field[:300]
    workload.evidence = {} if reason.evidence is None else reason.evidence.as_kept()


def write_spans(change: Change, state: State, at: datetime) -> None:
    """Let the timeline go on with the phase of a move into ``state``, or end; the row still has the state it leaves."""
    workload = change.workload
    if state in FINAL:
        why = workload.reason_text or (str(ReasonCode(workload.reason_code).label) if workload.reason_code else "")
        workload.phases = phases.finished(workload.phases, state, at, why)
    elif state != workload.state or change.phase is not None or change.opens:
        since = _last_sure(workload, at) if state == State.LOST else at
        workload.phases = phases.advanced(workload.phases, _word(state, change.phase), since)


def write_times(workload: Workload, state: State, at: datetime) -> None:
    """Keep when it first ran and when it ended; what is at rest or over reserves nothing of a budget."""
    if state == State.RUNNING and workload.started_at is None:
        workload.started_at = at
    workload.ended_at = at if state in FINAL else None
    if state not in ACTIVE:
        workload.reserved = None


def _word(state: State, phase: Phase | None) -> str:
    word = phases.word_of(state, phase)
    assert word is not None, f"no stretch is spent in {state}"
    return word


def _last_sure(workload: Workload, at: datetime) -> datetime:
    """What is lost was so from the first look on that missed it, though it took more looks to be sure."""
    began = phases.last_change(workload.phases)
    since = min(workload.missing_since or at, at)
    return max(since, began) if began else since
