"""What all guards share: they ask for an end as a person would, say why, and leave the proof to the provider."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from gpuconsole.core.errors import Refused
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Feature
from gpuconsole.workloads import services, transitions
from gpuconsole.workloads.models import EventKind, Intent, Workload
from gpuconsole.workloads.states import Kind, Reason, State

logger = logging.getLogger(__name__)

GUARDED = (State.SUBMITTING, State.QUEUED, State.STARTING, State.RUNNING, State.LOST)
"""States in which a guard still has something to end."""


_speaker: ContextVar[str] = ContextVar("speaker", default="Guard")


@contextmanager
def speaking_as(name: str) -> Iterator[None]:
    """Let events tell that ``name`` fired, and not the guard by itself."""
    before = _speaker.set(name)
    try:
        yield
    finally:
        _speaker.reset(before)


def end(workload: Workload, reason: Reason, text: str) -> bool:
    """Ask for its end, or for its rest where that is enough; whether it was asked now. Twice does no harm."""
    try:
        with transitions.locked(workload.pk) as row:
            if row.state not in GUARDED or row.intent in (Intent.STOP, Intent.END) or row.ends_by != workload.ends_by:
                return False  # another tick or the watchdog was quicker, or its latest end was moved just now
            ask = services.stop if _may_rest(row) else services.terminate
            ask(workload=row, by=None, reason=reason)
            transitions.note(row, f"{_speaker.get()}: {text}", kind=EventKind.GUARD, detail=reason.text)
    except Refused as refusal:
        logger.error("a guard was refused", extra={"workload": workload.pk, "why": refusal.message})
        return False
    logger.info("a guard fired", extra={"workload": workload.pk, "reason": reason.code, "by": _speaker.get()})
    return True


def _may_rest(workload: Workload) -> bool:
    """Whether a stop is enough: for a job always, for an instance where it is up and its provider can."""
    if workload.kind == Kind.JOB:
        return True
    is_up = workload.state in (State.STARTING, State.RUNNING)
    return is_up and Feature.STOP in registry.get(workload.provider).features
