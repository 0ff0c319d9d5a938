"""The guard of idleness: work whose GPUs were idle for so long is asked to end."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.sync import guards
from gpuconsole.workloads import idleness
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Fault, Reason, ReasonCode, State

MOST_A_TICK = 200


def enforce(now: datetime) -> int:
    """Ask for the end of all that is idle for too long; gives how many. Doing it twice does no harm.

    Where samples stop coming nothing is ended: nobody knows then whether it is idle.
    """
    return sum(_end(workload, now) for workload in overdue(now)[:MOST_A_TICK])


def overdue(now: datetime) -> QuerySet[Workload]:
    """All that runs and is idle for longer than it may."""
    latest = guards.ago(now, F("idle_after_s"))
    watched = Workload.objects.filter(state=State.RUNNING, idle_after_s__isnull=False)
    told = watched.filter(idle_since__lte=latest, state_at__lte=latest, measured_at__gte=now - idleness.FRESH)
    return told.order_by("idle_since")


def _end(workload: Workload, now: datetime) -> bool:
    since = idleness.since(workload, now)
    length = formats.duration_words(now - since) if since else _("too long")
    text = _("Its GPUs were under {percent} % for {length}.").format(percent=workload.idle_percent, length=length)
    return guards.end(
        workload,
        Reason(ReasonCode.IDLE, text, Fault.NOBODY),
        _("its GPUs were idle for {length}").format(length=length),
    )
