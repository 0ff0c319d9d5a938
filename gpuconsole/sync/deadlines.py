"""The guard of deadlines: what has reached its latest end is asked to end, by us and not by the provider."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from gpuconsole.sync import guards
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Fault, Reason, ReasonCode

MOST_A_TICK = 200


def enforce(now: datetime) -> int:
    """Ask for the end of all that is past its deadline; gives how many. Doing it twice does no harm."""
    late = Workload.objects.filter(ends_by__lte=now, state__in=guards.GUARDED).order_by("ends_by")
    return sum(_end(workload) for workload in late[:MOST_A_TICK])


def _end(workload: Workload) -> bool:
    reason = Reason(
        ReasonCode.DEADLINE,
        _("Its latest end, {ends_by:%F %H:%M} UTC, had come.").format(ends_by=workload.ends_by),
        Fault.NOBODY,
    )
    return guards.end(workload, reason, _("its latest end had come"))
