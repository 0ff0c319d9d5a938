"""Fetches logs, metrics and checkpoints while work runs, and once more after it ended, before they are gone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Case, Max, Q, Value, When
from django.utils.translation import gettext as _
from pydantic import ValidationError

from gpuconsole.core import versions
from gpuconsole.projects import secrets
from gpuconsole.providers.errors import NotAuthorized, NotFound, ProviderError, RateLimited, Rejected
from gpuconsole.providers.features import OUTPUT, Feature
from gpuconsole.providers.masking import mask
from gpuconsole.providers.remote import GAP, LogLine
from gpuconsole.sync import evidence, waits
from gpuconsole.sync.context import Context
from gpuconsole.workloads import checkpoints, logs, metrics
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Workload
from gpuconsole.workloads.row_versions import Follow, followed
from gpuconsole.workloads.states import FINAL, State

logger = logging.getLogger(__name__)

MOST_A_ROUND = 50
"""Workloads whose output one round fetches; the others wait their turn, the longest waiting first, and before them
those that a guard watches."""
PAGES_A_TURN = 10
"""So that one chatty job does not keep the others waiting."""
KEEP_FREE = 2.0
"""Calls left over for launches and ends."""
_PUTS_OUT = (State.RUNNING, State.STOPPING)


def fetch(context: Context) -> None:
    """Fetch what is due, until it is all done, the rate limit bites or somebody asks for another look.

    Output that cannot be had now is had later; only RateLimited and NotAuthorized, of the account, are raised.
    """
    for row in _due(context, context.now):
        try:
            if not _take_turn(context, row):
                return
        except (RateLimited, NotAuthorized):
            raise
        except ProviderError as error:
            _later(context, row, error)
            return


def _due(context: Context, now: datetime) -> Sequence[Workload]:
    """Running work whose turn has come, and ended work of which something may be left to fetch."""
    ended = Q(state__in=FINAL, is_output_complete=False)
    ended &= Q(output_at=None) | Q(output_at__lte=now - waits.LOGS_WATCHED)
    ended &= Q(is_log_complete=False) | Q(output_at__lte=now - waits.CHECKPOINTS_STEADY)
    due = ended
    if context.provider.features & OUTPUT:
        its_turn = Q(output_at=None) | Q(output_at__lte=now - waits.LOGS_STEADY)
        its_turn |= Q(pk__in=context.watched, output_at__lte=now - waits.LOGS_WATCHED)
        due |= Q(state__in=[State.STARTING, *_PUTS_OUT], remote_id__gt="") & its_turn
    rows = Workload.objects.filter(due, connection=context.connection, sending_at=None)
    waits_long = Q(idle_after_s__isnull=False, output_at__lte=now - waits.METRICS_GUARDED)
    guarded_first = Case(When(waits_long, then=Value(0)), default=Value(1))
    rows = rows.defer("spec", "request", "remote", "phases").order_by(guarded_first, "output_at")
    return list(rows[:MOST_A_ROUND])


def _take_turn(context: Context, row: Workload) -> bool:
    """Fetch what one workload put out; false where there is no leave for a call. What is rare goes first."""
    if row.is_final:
        return _take_last_turn(context, row)
    _fetch_metrics(context, row)
    _fetch_checkpoints(context, row)
    if context.offers(Feature.LOGS):
        if not _may_go_on(context):
            return False
        _fetch_logs(context, row)
    _keep(row, context.now, follow=_follow(context, row))
    return True


def _follow(context: Context, row: Workload) -> Follow | None:
    """Lets the next look pass by a row of which only output was written."""
    return None if row.is_final else partial(context.holding.follow, row.remote_id)


def _take_last_turn(context: Context, row: Workload) -> bool:
    """All of the log, and then once more what was measured and saved."""
    is_settled = not row.remote_id or _is_over_since(row, context.now, waits.LOGS_SETTLE)
    is_log_complete = is_settled
    if row.remote_id and context.offers(Feature.LOGS) and not row.is_log_complete:
        if not _may_go_on(context):
            return False
        is_log_complete = not _fetch_logs(context, row) and is_settled
    is_complete = is_log_complete
    if is_log_complete and not row.is_log_complete:
        evidence.look(row)
    if is_complete and row.remote_id:
        is_complete &= _fetch_metrics(context, row, is_last=True)
        is_complete &= _fetch_checkpoints(context, row, is_last=True)
    _keep(row, context.now, is_log_complete=is_log_complete, is_complete=is_complete)
    return True


def _may_go_on(context: Context) -> bool:
    """Whether there is leave for one more call and nobody waits for something more urgent."""
    if context.is_look_wanted or context.lease.is_marked():
        return False
    return context.limit.take(keep=KEEP_FREE) == 0


def _fetch_logs(context: Context, row: Workload) -> bool:
    """Read on from the cursor, page by page, each kept before the next is asked for; whether more lines wait."""
    try:
        return _read_pages(context, row)
    except (NotFound, Rejected) as error:
        if row.is_final:
            _say_cut(row, error)
        return False


def _read_pages(context: Context, row: Workload) -> bool:
    """Whether more lines wait behind the last page."""
    for number in range(PAGES_A_TURN):
        if number and not _may_go_on(context):
            return True
        page = context.count(lambda: context.adapter.logs(row.remote_id, row.log_cursor))
        lines = _without_secrets(context, row, page.lines)
        is_ours = logs.append(row, lines, cursor=page.cursor, follow=_follow(context, row))
        if not page.has_more or not is_ours:
            return not is_ours
    return True


def _without_secrets(context: Context, row: Workload, lines: Sequence[LogLine]) -> Sequence[LogLine]:
    """The lines without the values of secrets that the spec names: programs print what they were given."""
    if not lines:
        return lines
    try:
        names = context.provider.spec.read(row.spec).secret_names()
    except ValidationError:  # written by another version; what it named cannot be told
        return lines
    values = secrets.known_values(row.project_id, names) if names else []
    return [replace(line, text=mask(line.text, values)) for line in lines] if values else lines


def _fetch_metrics(context: Context, row: Workload, *, is_last: bool = False) -> bool:
    """Fetch what was measured since; false where that is still to be done."""
    if not context.offers(Feature.METRICS) or not (row.state == State.RUNNING or (is_last and row.started_at)):
        return True
    since = row.metric_samples.aggregate(at=Max("at"))["at"]
    if not is_last and since is not None and context.now - since < waits.METRICS_EVERY:
        return True
    if not _may_go_on(context):
        return False
    return _try(row, lambda: metrics.append(row, context.count(lambda: context.adapter.metrics(row.remote_id, since))))


def _fetch_checkpoints(context: Context, row: Workload, *, is_last: bool = False) -> bool:
    """Fetch the list of checkpoints; false where that is still to be done, or one is still being copied."""
    has_any = context.offers(Feature.CHECKPOINTS) and row.started_at is not None
    if not has_any or not (is_last or row.state in _PUTS_OUT):
        return True
    every = waits.CHECKPOINTS_WATCHED if row.pk in context.watched else waits.CHECKPOINTS_STEADY
    if not is_last and row.checkpoints_at is not None and context.now - row.checkpoints_at < every:
        return True
    if not _may_go_on(context):
        return False
    Workload.objects.filter(pk=row.pk).update(checkpoints_at=context.now)
    is_had = _try(row, lambda: checkpoints.keep(row, context.count(lambda: context.adapter.checkpoints(row.remote_id))))
    is_given_up = _is_over_since(row, context.now, waits.LOGS_GIVE_UP)
    return not is_last or is_given_up or (is_had and not checkpoints.is_copying(row))


def _try(row: Workload, fetch: Callable[[], object]) -> bool:
    """Fetch what must not keep the log waiting; false where another try may do better."""
    try:
        fetch()
    except (RateLimited, NotAuthorized):
        raise
    except ProviderError as error:
        logger.warning("output was not fetched", extra={"workload": row.pk, "error": error.message})
        return isinstance(error, NotFound | Rejected)
    return True


def _later(context: Context, row: Workload, error: ProviderError) -> None:
    """The next turn tries again; what ended long ago is given up, and says so."""
    logger.warning("output was not fetched", extra={"workload": row.pk, "error": error.message})
    is_given_up = row.is_final and _is_over_since(row, context.now, waits.LOGS_GIVE_UP)
    if is_given_up and not row.is_log_complete:
        _say_cut(row, error)
    _keep(row, context.now, is_log_complete=is_given_up or row.is_log_complete, is_complete=is_given_up)


def _is_over_since(row: Workload, now: datetime, length: timedelta) -> bool:
    return row.ended_at is None or now - row.ended_at >= length


def _keep(
    row: Workload,
    now: datetime,
    *,
    is_log_complete: bool = False,
    is_complete: bool = False,
    follow: Follow | None = None,
) -> None:
    """Note the turn, unless another attempt has begun meanwhile, whose output begins anew."""
    this_attempt = Workload.objects.filter(pk=row.pk, attempt=row.attempt)
    with followed(row.pk, follow):
        this_attempt.update(output_at=now, is_log_complete=is_log_complete, is_output_complete=is_complete)
    if is_complete:
        versions.bump(f"workload:{row.pk}")


def _say_cut(row: Workload, error: ProviderError) -> None:
    """In the log itself, where the reader misses the lines, and among the events."""
    logs.append(row, [LogLine(None, _("Lines are missing here: {message}").format(message=error.message), level=GAP)])
    with locked(row.pk) as workload:
        text = _("The end of its log could not be fetched; what is here may lack the last lines")
        note(workload, text, kind=EventKind.WARNING, detail=error.message)
