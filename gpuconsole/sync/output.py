"""Fetches logs and metrics while work runs, and its logs once more after it ended, before they are gone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db.models import Max, Q

from gpuconsole.providers.contract import Feature
from gpuconsole.providers.errors import NotFound, ProviderError, Rejected
from gpuconsole.sync import waits
from gpuconsole.sync.context import Context
from gpuconsole.workloads import logs, metrics, transitions
from gpuconsole.workloads.models import EventKind, Workload, WorkloadQuerySet
from gpuconsole.workloads.states import FINAL, State

logger = logging.getLogger(__name__)

MOST_A_ROUND = 50
"""Workloads whose output one round fetches; the others wait their turn, the longest waiting first."""
PAGES_A_TURN = 10
"""So that one chatty job does not keep the others waiting."""
KEEP_FREE = 2.0
"""Calls left over for launches and ends."""


def fetch(context: Context) -> None:
    """Fetch what is due, until it is all done, the rate limit bites or somebody asks for another look."""
    if not context.offers(Feature.LOGS):
        return
    for row in _due(context, context.now):
        if context.limit.take(keep=KEEP_FREE) > 0 or context.lease.is_marked():
            return
        _fetch_logs(context, row)
    if context.offers(Feature.METRICS):
        _fetch_metrics(context)


def _due(context: Context, now: datetime) -> Sequence[Workload]:
    """Running work whose turn has come, and ended work whose log is not complete."""
    running = Q(state__in=[State.STARTING, State.RUNNING, State.STOPPING], remote_id__gt="")
    its_turn = Q(output_at=None) | Q(output_at__lte=now - waits.LOGS_STEADY)
    its_turn |= Q(pk__in=context.watched, output_at__lte=now - waits.LOGS_WATCHED)
    ended = Q(state__in=FINAL, is_log_complete=False)
    settled = Q(output_at=None) | Q(output_at__lte=now - waits.LOGS_WATCHED)
    due = _rows(context).filter(running & its_turn | ended & settled)
    return due.order_by("output_at")[:MOST_A_ROUND]


def _rows(context: Context) -> WorkloadQuerySet:
    return Workload.objects.filter(connection=context.connection, sending_at=None).defer(
        "spec", "request", "remote", "phases"
    )


def _fetch_logs(context: Context, row: Workload) -> None:
    """Read on from the cursor, page by page, each kept before the next is asked for."""
    now = context.now
    try:
        has_more = _read_pages(context, row)
    except (NotFound, Rejected) as error:
        _say_gone(row, error)
        has_more = False
    is_settled = row.is_final and (row.ended_at is None or now - row.ended_at >= waits.LOGS_SETTLE)
    row.output_at, row.is_log_complete = now, is_settled and not has_more
    row.save(update_fields=["output_at", "is_log_complete"])


def _read_pages(context: Context, row: Workload) -> bool:
    for number in range(PAGES_A_TURN):
        if number:
            context.limit.wait()
        page = context.count(lambda: context.adapter.logs(row.remote_id, row.log_cursor))
        is_ours = logs.append(row, page.lines, cursor=page.cursor)
        if not page.has_more or not is_ours:
            return not is_ours
    return True


def _say_gone(row: Workload, error: ProviderError) -> None:
    if row.is_final:
        with transitions.locked(row.pk) as workload:
            text = "The end of its log could not be fetched; what is here may lack the last lines"
            transitions.note(workload, text, kind=EventKind.WARNING, detail=error.message)


def _fetch_metrics(context: Context) -> None:
    now = context.now
    running = _rows(context).filter(state=State.RUNNING, remote_id__gt="")
    running = running.alias(last_at=Max("metric_samples__at")).annotate(since=Max("metric_samples__at"))
    due = running.filter(Q(last_at=None) | Q(last_at__lte=now - waits.METRICS_EVERY))
    for row in due.order_by("last_at")[:MOST_A_ROUND]:
        if context.limit.take(keep=KEEP_FREE) > 0 or context.lease.is_marked():
            return
        metrics.append(row, context.count(partial(context.adapter.metrics, row.remote_id, row.since)))
