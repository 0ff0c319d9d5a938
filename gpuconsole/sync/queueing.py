"""The guard of queues: work that waits too long for its hardware is cancelled, or somebody is told, as was chosen."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.sync import guards
from gpuconsole.workloads.events import note
from gpuconsole.workloads.models import EventKind, QueueThen, Workload
from gpuconsole.workloads.states import Fault, Reason, ReasonCode, State

MOST_A_TICK = 200
_WAITS = Q(state=State.QUEUED) | Q(state=State.SUBMITTING, sending_at=None)
"""A launch that the provider has no hardware for may not even be accepted."""


def enforce(now: datetime) -> int:
    """Cancel, or tell of, all that waits too long; gives how many. Doing it twice does no harm."""
    return sum(_fire(workload, now) for workload in overdue(now)[:MOST_A_TICK])


def overdue(now: datetime) -> QuerySet[Workload]:
    """All that waits longer than it may and was not told of since it began to."""
    waiting = Workload.objects.filter(_WAITS, queue_limit_s__isnull=False)
    late = waiting.filter(state_at__lte=guards.ago(now, F("queue_limit_s")))
    is_told = Q(queue_then=QueueThen.WARN, queue_warned_at__gte=F("state_at"))
    return late.exclude(is_told).order_by("state_at")


def _fire(workload: Workload, now: datetime) -> bool:
    length = formats.duration_words(now - workload.state_at)
    if workload.queue_then == QueueThen.CANCEL:
        limit = formats.duration_words(workload.queue_limit_s)
        text = _("It had waited {length} for hardware, and may wait {limit}.").format(length=length, limit=limit)
        return guards.end(
            workload,
            Reason(ReasonCode.QUEUED, text, Fault.PROVIDER),
            _("it was queued for {length}").format(length=length),
        )
    with transaction.atomic():
        waits = Workload.objects.filter(pk=workload.pk, state=workload.state, queue_warned_at=workload.queue_warned_at)
        if not waits.update(queue_warned_at=now):
            return False
        note(
            workload,
            _("{speaker}: queued for {length}").format(speaker=guards.speaker(), length=length),
            kind=EventKind.GUARD,
            detail=_("It goes on waiting."),
        )
        guards.tell(
            workload,
            _("{workload} is queued for {length}").format(workload=workload.name, length=length),
            _("It goes on waiting for hardware."),
            now,
        )
    return True
