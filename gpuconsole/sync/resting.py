"""The guard of rest: an instance that is off for longer than it may be is terminated, disks and all."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.sync import guards
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.states import Fault, Reason, ReasonCode, State

MOST_A_TICK = 200


def enforce(now: datetime) -> int:
    """Ask for the end of all that is off for too long; gives how many. Doing it twice does no harm."""
    return sum(_end(workload, now) for workload in overdue(now)[:MOST_A_TICK])


def overdue(now: datetime) -> QuerySet[Workload]:
    """All that is off, not asked to start, and has been so for longer than it may."""
    off = Workload.objects.filter(state=State.STOPPED, terminate_after_s__isnull=False, intent=Intent.NONE)
    return off.filter(state_at__lte=guards.ago(now, F("terminate_after_s"))).order_by("state_at")


def _end(workload: Workload, now: datetime) -> bool:
    length = formats.duration_words(now - workload.state_at)
    text = _("It was off for {length}, and is terminated after {time}.").format(
        length=length, time=formats.duration_words(workload.terminate_after_s)
    )
    reason = Reason(ReasonCode.DEADLINE, text, Fault.NOBODY)
    return guards.end(workload, reason, _("it was off for {length}").format(length=length), is_resting=True)
