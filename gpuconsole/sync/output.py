"""Fetches logs and metrics while work runs, and its logs once more after it ended, before they are gone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max, Q

from gpuconsole.providers.contract import Feature
from gpuconsole.providers.errors import NotAuthorized, NotFound, ProviderError, RateLimited, Rejected
from gpuconsole.sync import waits
from gpuconsole.sync.context import Context
from gpuconsole.workloads import logs, metrics, transitions
from gpuconsole.workloads.models import EventKind, Workload
from gpuconsole.workloads.states import FINAL, State

logger = logging.getLogger(__name__)

MOST_A_ROUND = 50
"""Workloads whose output one round fetches; the others wait their turn, the longest waiting first."""
PAGES_A_TURN = 10
"""So that one chatty job does not keep the others waiting."""
KEEP_FREE = 2.0
"""Calls left over for launches and ends."""


def fetch(context: Context) -> None:
    """Fetch what is due, until it is all done, the rate limit bites or somebody asks for another look.

    Output that cannot be had now is had later; only RateLimited and NotAuthorized, of the account, are raised.
    """
    if not context.offers(Feature.LOGS):
        return
    for row in _due(context, context.now):
        if not _may_go_on(context):
            return
        try:
            _fetch_logs(context, row)
            _fetch_metrics(context, row)
        except (RateLimited, NotAuthorized):
            raise
        except ProviderError as error:
            _later(context, row, error)
            return


def _due(context: Context, now: datetime) -> Sequence[Workload]:
    """Running work whose turn has come, and ended work whose log is not complete."""
    running = Q(state__in=[State.STARTING, State.RUNNING, State.STOPPING], remote_id__gt="")
    its_turn = Q(output_at=None) | Q(output_at__lte=now - waits.LOGS_STEADY)
    its_turn |= Q(pk__in=context.watched, output_at__lte=now - waits.LOGS_WATCHED)
    ended = Q(state__in=FINAL, is_log_complete=False, remote_id__gt="")
    settled = Q(output_at=None) | Q(output_at__lte=now - waits.LOGS_WATCHED)
    rows = Workload.objects.filter(connection=context.connection, sending_at=None)
    due = rows.filter(running & its_turn | ended & settled).defer("spec", "request", "remote", "phases")
    return list(due.order_by("output_at")[:MOST_A_ROUND])


def _may_go_on(context: Context) -> bool:
    """Whether there is leave for one more call and nobody waits for something more urgent."""
    return not context.lease.is_marked() and context.limit.take(keep=KEEP_FREE) == 0


def _fetch_logs(context: Context, row: Workload) -> None:
    """Read on from the cursor, page by page, each kept before the next is asked for."""
    now = context.now
    try:
        has_more = _read_pages(context, row)
    except (NotFound, Rejected) as error:
        if row.is_final:
            _say_cut(row, error)
        has_more = False
    is_settled = row.is_final and (row.ended_at is None or now - row.ended_at >= waits.LOGS_SETTLE)
    _keep(row, now, is_complete=is_settled and not has_more)


def _read_pages(context: Context, row: Workload) -> bool:
    """Whether more lines wait behind the last page."""
    for number in range(PAGES_A_TURN):
        if number and not _may_go_on(context):
            return True
        page = context.count(lambda: context.adapter.logs(row.remote_id, row.log_cursor))
        is_ours = logs.append(row, page.lines, cursor=page.cursor)
        if not page.has_more or not is_ours:
            return not is_ours
    return True


def _fetch_metrics(context: Context, row: Workload) -> None:
    if row.state != State.RUNNING or not context.offers(Feature.METRICS):
        return
    since = row.metric_samples.aggregate(at=Max("at"))["at"]
    is_due = since is None or context.now - since >= waits.METRICS_EVERY
    if is_due and context.limit.take(keep=KEEP_FREE) == 0:
        metrics.append(row, context.count(lambda: context.adapter.metrics(row.remote_id, since)))


def _later(context: Context, row: Workload, error: ProviderError) -> None:
    """The next turn tries again; what ended long ago is given up, and says so."""
    logger.warning("output was not fetched", extra={"workload": row.pk, "error": error.message})
    now = context.now
    is_over = row.is_final and row.ended_at is not None and now - row.ended_at >= waits.LOGS_GIVE_UP
    if is_over:
        _say_cut(row, error)
    _keep(row, now, is_complete=is_over)


def _keep(row: Workload, now: datetime, *, is_complete: bool) -> None:
    row.output_at, row.is_log_complete = now, is_complete
    row.save(update_fields=["output_at", "is_log_complete"])


def _say_cut(row: Workload, error: ProviderError) -> None:
    with transitions.locked(row.pk) as workload:
        text = "The end of its log could not be fetched; what is here may lack the last lines"
        transitions.note(workload, text, kind=EventKind.WARNING, detail=error.message)
