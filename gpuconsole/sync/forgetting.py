"""Removes what projects do not want to keep: logs and metrics of work that ended long ago, and very old prices."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from gpuconsole.catalog.models import OfferPrice
from gpuconsole.projects.models import Project
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import LogChunk, Workload
from gpuconsole.workloads.states import FINAL

logger = logging.getLogger(__name__)

PRICES_KEPT = timedelta(days=400)
"""A year of price history and a little more; the price that holds is kept however old it is."""
MOST_A_TURN = 200
_CHUNKS_AT_ONCE = 500
_PRICES_AT_ONCE = 5000


def forget(now: datetime) -> int:
    """Remove what is due, a bounded part a turn; gives the number of workloads. Doing it twice does no harm."""
    done = 0
    for project in Project.objects.filter(keep_output_days__isnull=False):
        done += _forget_output(project, now, MOST_A_TURN - done)
        if done >= MOST_A_TURN:
            break
    _forget_prices(now)
    return done


def _forget_output(project: Project, now: datetime, most: int) -> int:
    """Only of what has ended and is read to its end: the rest may still have something to say."""
    kept_since = now - timedelta(days=project.keep_output_days or 0)
    due = Workload.objects.filter(project=project, ended_at__lt=kept_since, output_forgotten_at=None, state__in=FINAL)
    rows = list(due.filter(is_output_complete=True).only("pk").order_by("ended_at")[:most])
    for row in rows:
        _forget_one(row.pk, project, now)
    return len(rows)


def _forget_one(pk: int, project: Project, now: datetime) -> None:
    """A long log goes piece by piece from its end, so that what is left can be read until it is all gone."""
    while True:
        chunks = LogChunk.objects.filter(workload=pk).order_by("-offset").values("pk")[:_CHUNKS_AT_ONCE]
        if not LogChunk.objects.filter(pk__in=list(chunks.values_list("pk", flat=True))).delete()[0]:
            break
    with locked(pk) as workload:
        if not workload.is_final:
            return
        had_any = bool(workload.log_size) or workload.metric_samples.exists()
        workload.metric_samples.all().delete()
        workload.log_size = workload.log_lines = 0
        workload.output_forgotten_at = now
        workload.save(update_fields=["log_size", "log_lines", "output_forgotten_at"])
        if had_any:
            days = _("The project keeps them for {count} days after the end.").format(count=project.keep_output_days)
            note(workload, _("Its log and metrics were removed"), detail=days)
    logger.info("forgot output", extra={"workload": pk})


def _forget_prices(now: datetime) -> None:
    newer = OfferPrice.objects.filter(offer=OuterRef("offer"), at__gt=OuterRef("at"), at__lte=now - PRICES_KEPT)
    old = OfferPrice.objects.filter(at__lt=now - PRICES_KEPT).filter(Exists(newer)).values_list("pk", flat=True)
    OfferPrice.objects.filter(pk__in=list(old[:_PRICES_AT_ONCE])).delete()
