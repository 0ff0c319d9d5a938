"""What all guards share: they ask for an end as a person would, say why, and leave the proof to the provider."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.db import models
from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.core.errors import Refused
from gpuconsole.notify import news, occasions
from gpuconsole.providers import registry
from gpuconsole.providers.features import Feature
from gpuconsole.workloads import services
from gpuconsole.workloads.events import note
from gpuconsole.workloads.guarding import KEYS
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Intent, Workload
from gpuconsole.workloads.states import Kind, Reason, State

logger = logging.getLogger(__name__)

GUARDED = (State.SUBMITTING, State.QUEUED, State.STARTING, State.RUNNING, State.LOST)
"""States in which a guard still has something to end."""


_GUARD = gettext_noop("Guard")
_speaker: ContextVar[str] = ContextVar("speaker", default=_GUARD)


def speaker() -> str:
    """Whose word the events tell."""
    return _(_speaker.get())


@contextmanager
def speaking_as(name: str) -> Iterator[None]:
    """Let events tell that ``name``, marked for translation, fired, and not the guard by itself."""
    before = _speaker.set(name)
    try:
        yield
    finally:
        _speaker.reset(before)


def end(workload: Workload, reason: Reason, text: str, *, is_resting: bool = False) -> bool:
    """Ask for its end, or for its rest where that is enough; whether it was asked now. Twice does no harm.

    Whoever else fires at the same moment writes and tells nothing. With ``is_resting`` what is off is ended for good.
    """
    try:
        with locked(workload.pk) as row:
            if not _is_open(row, is_resting=is_resting) or _is_changed(workload, row):
                return False  # another tick or the watchdog was quicker, or what ends it was moved just now
            ask = services.stop if _may_rest(row) else services.terminate
            ask(workload=row, by=None, reason=reason)
            note(row, f"{speaker()}: {text}", kind=EventKind.GUARD, detail=reason.text)
            tell(
                row,
                _("{workload} is being ended: {why}").format(workload=row.name, why=text),
                reason.text,
                timezone.now(),
            )
    except Refused as refusal:
        logger.error("a guard was refused", extra={"workload": workload.pk, "why": refusal.message})
        return False
    logger.info("a guard fired", extra={"workload": workload.pk, "reason": reason.code, "by": _speaker.get()})
    return True


def tell(workload: Workload, subject: str, text: str, now: datetime) -> None:
    """Let its owner, the project's admins and the team's webhook hear that a guard fired."""
    key = f"guard:{workload.pk}:{now:%Y%m%d%H%M%S%f}"
    news.tell(occasions.GUARD, key=key, subject=subject, text=text, workload=workload, now=now)


def ago(now: datetime, seconds: F) -> Combinable:
    """The moment so many seconds, of a column, before ``now``."""
    return ExpressionWrapper(Value(now, models.DateTimeField()) - _length(seconds), models.DateTimeField())


def after(now: datetime, seconds: F) -> Combinable:
    """The moment so many seconds, of a column, after ``now``."""
    return ExpressionWrapper(Value(now, models.DateTimeField()) + _length(seconds), models.DateTimeField())


def _length(seconds: F) -> Combinable:
    return ExpressionWrapper(seconds * Value(timedelta(seconds=1), DurationField()), DurationField())


def _is_open(row: Workload, *, is_resting: bool) -> bool:
    """Whether there is something to end still; what is off and asked to start is off no more."""
    if is_resting:
        return row.state == State.STOPPED and row.intent == Intent.NONE
    return row.state in GUARDED and row.intent not in (Intent.STOP, Intent.END)


def _is_changed(seen: Workload, row: Workload) -> bool:
    """Whether a guard was set otherwise since the work was read."""
    return any(getattr(seen, name) != getattr(row, name) for name in ("ends_by", *KEYS))


def _may_rest(workload: Workload) -> bool:
    """Whether a stop is enough: for a job always, for an instance where it is up and its provider can."""
    if workload.kind == Kind.JOB:
        return True
    is_up = workload.state in (State.STARTING, State.RUNNING)
    return is_up and Feature.STOP in registry.get(workload.provider).features
