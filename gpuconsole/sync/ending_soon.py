"""Says before a latest end that it comes, as long before as was chosen, once for each."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.sync import guards
from gpuconsole.workloads.events import note
from gpuconsole.workloads.models import EventKind, Workload

MOST_A_TICK = 200


def enforce(now: datetime) -> int:
    """Tell of every latest end that has come near; gives how many. Doing it twice does no harm."""
    return sum(_tell(workload, now) for workload in near(now)[:MOST_A_TICK])


def near(now: datetime) -> QuerySet[Workload]:
    """All whose latest end is as near as its warning, and was not told of."""
    ahead = guards.after(now, F("warn_before_s"))
    soon = Workload.objects.filter(warn_before_s__isnull=False, ends_by__gt=now, ends_by__lte=ahead)
    is_told = Q(warned_for__isnull=False, warned_for=F("ends_by"))
    return soon.filter(state__in=guards.GUARDED).exclude(is_told).order_by("ends_by")


def _tell(workload: Workload, now: datetime) -> bool:
    assert workload.ends_by is not None  # it is near
    length = formats.duration_words(workload.ends_by - now)
    with transaction.atomic():
        same = Workload.objects.filter(pk=workload.pk, ends_by=workload.ends_by, warned_for=workload.warned_for)
        if not same.update(warned_for=workload.ends_by):
            return False  # told by another, or moved, meanwhile
        text = _("We end it at {ends_by:%F %H:%M} UTC. Extend it if it needs more time.").format(
            ends_by=workload.ends_by
        )
        note(workload, _("Its latest end comes in {length}").format(length=length), kind=EventKind.WARNING, detail=text)
        guards.tell(workload, _("{workload} ends in {length}").format(workload=workload.name, length=length), text, now)
    return True
