"""What all guards share: they ask for an end as a person would, say why, and leave the proof to the provider."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import models
from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.db.models.expressions import Combinable
from django.utils import timezone

from gpuconsole.core.errors import Refused
from gpuconsole.notify import news, occasions
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Feature
from gpuconsole.workloads import services, transitions
from gpuconsole.workloads.models import EventKind, Intent, Workload
from gpuconsole.workloads.states import Kind, Reason, State

logger = logging.getLogger(__name__)

GUARDED = (State.SUBMITTING, State.QUEUED, State.STARTING, State.RUNNING, State.LOST)
"""States in which a guard still has something to end."""


def end(workload: Workload, reason: Reason, text: str) -> bool:
    """Ask for its end, or for its rest where that is enough; whether it could be asked.

    Twice does no harm, and two that fire at once write and tell it once.
    """
    try:
        with transitions.locked(workload.pk) as row:
            if row.state not in GUARDED or row.intent in (Intent.STOP, Intent.END):
                return False
            ask = services.stop if _may_rest(row) else services.terminate
            ask(workload=row, by=None, reason=reason)
            transitions.note(row, f"Guard: {text}", kind=EventKind.GUARD, detail=reason.text)
            tell(row, f"{row.name} is being ended: {text}", reason.text, timezone.now())
    except Refused as refusal:
        logger.error("a guard was refused", extra={"workload": workload.pk, "why": refusal.message})
        return False
    logger.info("a guard fired", extra={"workload": workload.pk, "reason": reason.code})
    return True


def tell(workload: Workload, subject: str, text: str, now: datetime) -> None:
    """Let its owner, the project's admins and the team's webhook hear that a guard fired."""
    key = f"guard:{workload.pk}:{now:%Y%m%d%H%M%S%f}"
    news.tell(occasions.GUARD, key=key, subject=subject, text=text, workload=workload, now=now)


def ago(now: datetime, seconds: F) -> Combinable:
    """The moment so many seconds, of a column, before ``now``."""
    length = ExpressionWrapper(seconds * Value(timedelta(seconds=1), DurationField()), DurationField())
    return ExpressionWrapper(Value(now, models.DateTimeField()) - length, models.DateTimeField())


def _may_rest(workload: Workload) -> bool:
    """Whether a stop is enough: for a job always, for an instance where it is up and its provider can."""
    if workload.kind == Kind.JOB:
        return True
    is_up = workload.state in (State.STARTING, State.RUNNING)
    return is_up and Feature.STOP in registry.get(workload.provider).features
