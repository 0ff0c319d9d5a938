"""What all guards share: they ask for an end as a person would, say why, and leave the proof to the provider."""

from __future__ import annotations

import logging

from gpuconsole.core.errors import Refused
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Feature
from gpuconsole.workloads import services, transitions
from gpuconsole.workloads.models import EventKind, Workload
from gpuconsole.workloads.states import Kind, Reason, State

logger = logging.getLogger(__name__)

GUARDED = (State.SUBMITTING, State.QUEUED, State.STARTING, State.RUNNING, State.LOST)
"""States in which a guard still has something to end."""


def end(workload: Workload, reason: Reason, text: str) -> bool:
    """Ask for its end, or for its rest where that is enough; whether it could be asked. Twice does no harm."""
    ask = services.stop if _may_rest(workload) else services.terminate
    try:
        ask(workload=workload, by=None, reason=reason)
    except Refused as refusal:
        logger.error("a guard was refused", extra={"workload": workload.pk, "why": refusal.message})
        return False
    transitions.note(workload, f"Guard: {text}", kind=EventKind.GUARD, detail=reason.text)
    logger.info("a guard fired", extra={"workload": workload.pk, "reason": reason.code})
    return True


def _may_rest(workload: Workload) -> bool:
    """Whether a stop is enough: for a job always, for an instance where it is up and its provider can."""
    if workload.kind == Kind.JOB:
        return True
    is_up = workload.state in (State.STARTING, State.RUNNING)
    return is_up and Feature.STOP in registry.get(workload.provider).features
