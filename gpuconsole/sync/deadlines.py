"""The guard of deadlines: what has reached its latest end is asked to end, by us and not by the provider."""

from __future__ import annotations

import logging
from datetime import datetime

from gpuconsole.core.errors import Refused
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Feature
from gpuconsole.workloads import services, transitions
from gpuconsole.workloads.models import EventKind, Workload
from gpuconsole.workloads.states import Fault, Kind, Reason, ReasonCode, State

logger = logging.getLogger(__name__)

GUARDED = (State.SUBMITTING, State.QUEUED, State.STARTING, State.RUNNING, State.LOST)
MOST_A_TICK = 200


def enforce(now: datetime) -> int:
    """Ask for the end of all that is past its deadline; gives how many. Doing it twice does no harm."""
    late = Workload.objects.filter(ends_by__lte=now, state__in=GUARDED).order_by("ends_by")
    return sum(_end(workload) for workload in late[:MOST_A_TICK])


def _end(workload: Workload) -> bool:
    reason = Reason(ReasonCode.DEADLINE, f"Its latest end, {workload.ends_by:%F %H:%M} UTC, had come.", Fault.NOBODY)
    ask = services.stop if _may_rest(workload) else services.terminate
    try:
        ask(workload=workload, by=None, reason=reason)
    except Refused as refusal:
        logger.error("a deadline was not kept", extra={"workload": workload.pk, "why": refusal.message})
        return False
    transitions.note(workload, "Guard: its latest end had come", kind=EventKind.GUARD, detail=reason.text)
    logger.info("a deadline fired", extra={"workload": workload.pk})
    return True


def _may_rest(workload: Workload) -> bool:
    """Whether a stop is enough: for a job always, for an instance where it is up and its provider can."""
    if workload.kind == Kind.JOB:
        return True
    is_up = workload.state in (State.STARTING, State.RUNNING)
    return is_up and Feature.STOP in registry.get(workload.provider).features
