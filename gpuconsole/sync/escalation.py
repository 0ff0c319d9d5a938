"""Says that a provider does not confirm what was asked of it: on screen after 5 minutes, by message after 15 and 60."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.notify import news, occasions
from gpuconsole.providers import registry
from gpuconsole.sync.acting import ACTS
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import ESCALATED_AFTER_MIN, EventKind, Intent, Workload

logger = logging.getLogger(__name__)

MOST_A_TICK = 200
_TOLD_FROM_MIN = ESCALATED_AFTER_MIN[1]


def enforce(now: datetime) -> int:
    """Say what has become late since it was last said; gives how much. It is said however often a worker tried."""
    return sum(_escalate(pk, now) for pk in late(now).values_list("pk", flat=True)[:MOST_A_TICK])


def late(now: datetime) -> QuerySet[Workload]:
    """All that has passed a mark of which nothing was said yet."""
    is_news = Q(escalated_at=None) & Q(intent_at__lte=now - timedelta(minutes=ESCALATED_AFTER_MIN[0]))
    for minutes in ESCALATED_AFTER_MIN:
        mark = timedelta(minutes=minutes)
        is_news |= Q(intent_at__lte=now - mark, escalated_at__lt=F("intent_at") + mark)
    return Workload.objects.filter(is_news, intent__in=ACTS, intent_at__isnull=False).order_by("intent_at")


def _escalate(pk: int, now: datetime) -> bool:
    with locked(pk) as workload:
        minutes = workload.late_min(now)
        if not minutes or not late(now).filter(pk=pk).exists():
            return False  # confirmed, or said by another, meanwhile
        workload.escalated_at = now
        workload.save(update_fields=["escalated_at"])
        act = Intent(workload.intent).label.lower()
        text = _("Still not confirmed after {minutes} minutes: {act}; {costs}").format(
            minutes=minutes, act=act, costs=costs(workload)
        )
        note(workload, text, kind=EventKind.WARNING, detail=workload.intent_error)
        if minutes >= _TOLD_FROM_MIN:
            _tell(workload, minutes, act, now)
    logger.error("an act is not confirmed", extra={"workload": pk, "minutes": minutes})
    return True


def _tell(workload: Workload, minutes: int, act: str, now: datetime) -> None:
    provider = registry.get(workload.provider).name
    text = _("{provider} was asked {count} times and has not confirmed it; {costs}.")
    text = text.format(provider=provider, count=workload.intent_tries, costs=costs(workload))
    if workload.intent_error:
        said = _("{provider} said: {words}").format(provider=provider, words=workload.intent_error)
        text = f"{text} {said}"
    key = f"late:{workload.pk}:{workload.intent_at:%Y%m%d%H%M%S}:{minutes}"
    subject = _("{workload}: {act} is not confirmed after {minutes} minutes").format(
        workload=workload.name, act=act, minutes=minutes
    )
    news.tell(occasions.LATE, key=key, subject=subject, text=text, workload=workload, now=now)


def costs(workload: Workload) -> str:
    """What goes on meanwhile, in words: the meter, or that nothing is billed, as the provider told last."""
    if workload.billed_since is None:
        return _("nothing is billed meanwhile")
    rate = workload.hourly_now
    return (
        _("it is still running and costs an unknown amount")
        if rate is None
        else (_("it is still running, costing {price}").format(price=formats.hourly(rate, workload.currency)))
    )
