"""Has providers forget what has ended: its output is fetched first, and it is gone only when they list it no more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from gpuconsole.providers.errors import ProviderError, RateLimited, Rejected
from gpuconsole.sync import waits
from gpuconsole.sync.context import Context, ask_together, in_batches, may_go_on
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Intent, Workload

logger = logging.getLogger(__name__)


def remove(context: Context, rows: Sequence[Workload]) -> None:
    """Ask once for each whose output is here. Raises RateLimited and NotAuthorized."""
    for row in rows:
        if not row.is_output_complete:
            _wait_for_output(context, row)
    for batch in in_batches([row for row in rows if row.is_output_complete]):
        outcomes = []
        for row, outcome in ask_together(context, [(row, _call(context, row)) for row in batch]):
            _settle(context, row, outcome)
            outcomes.append(outcome)
        if not may_go_on(outcomes):
            return


def _wait_for_output(context: Context, row: Workload) -> None:
    Workload.objects.filter(pk=row.pk, intent=Intent.DELETE).update(due_at=context.now + waits.LOGS_WATCHED)


def _call(context: Context, row: Workload) -> Callable[[], bool]:
    """Ask for the end of its record, unless it was taken before and is gone; tells whether it is."""

    def ask() -> bool:
        if is_asked and not context.adapter.fetch([row.remote_id]):
            return True
        context.adapter.delete(row.remote_id)
        return False

    is_asked = row.intent_tries > 0 and not row.intent_error
    return ask


def _settle(context: Context, row: Workload, outcome: bool | ProviderError) -> None:
    with locked(row.pk) as workload:
        if (workload.intent, workload.remote_id) != (Intent.DELETE, row.remote_id):
            return
        if outcome is True:
            _gone(context, workload)
        elif isinstance(outcome, Rejected):
            _give_up(context, workload, outcome)
        else:
            _again(context, workload, outcome or None)


def _gone(context: Context, workload: Workload) -> None:
    workload.removed_at = context.now
    _end(workload)
    text = _("{provider} no longer lists it: removed at the provider").format(provider=context.provider.name)
    note(workload, text, kind=EventKind.CALL)
    logger.info("removed", extra={"workload": workload.pk, "remote_id": workload.remote_id})


def _give_up(context: Context, workload: Workload, error: Rejected) -> None:
    _end(workload)
    text = _("{provider} refused to delete it").format(provider=context.provider.name)
    note(workload, text, kind=EventKind.WARNING, detail=error.message)


def _again(context: Context, workload: Workload, error: ProviderError | None) -> None:
    """Look, and ask again, until it is gone. One line at the first try; the following ones only count."""
    workload.intent_tries += 1
    workload.intent_error = error.message if error else ""
    wait = waits.FRESH if workload.intent_tries == 1 and error is None else waits.after_act(workload.intent_tries)
    if isinstance(error, RateLimited) and error.wait_s:
        wait = max(wait, timedelta(seconds=error.wait_s))
    workload.due_at = context.now + wait
    workload.save(update_fields=["intent_tries", "intent_error", "due_at"])
    if workload.intent_tries > 1:
        return
    if error is None:
        note(workload, _("{provider} accepted: delete").format(provider=context.provider.name), kind=EventKind.CALL)
    else:
        text = _("Delete failed; it is tried again until {provider} lists it no more").format(
            provider=context.provider.name
        )
        note(workload, text, kind=EventKind.WARNING, detail=error.message)


def _end(workload: Workload) -> None:
    workload.intent, workload.intent_at, workload.due_at = Intent.NONE, None, None
    workload.intent_tries, workload.intent_error = 0, ""
    workload.save(update_fields=["intent", "intent_at", "due_at", "intent_tries", "intent_error", "removed_at"])
