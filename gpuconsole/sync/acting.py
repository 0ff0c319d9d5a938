"""Asks for stops, starts, restarts and ends, again and again until the provider's own word confirms them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from gpuconsole.providers.errors import (
    NotFound,
    NotYet,
    ProviderError,
    RateLimited,
    Rejected,
    Unconfirmed,
)
from gpuconsole.sync import reconcile, waits
from gpuconsole.sync.context import Context, ask_together, in_batches, may_go_on
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Intent, Workload

ACTS = (Intent.STOP, Intent.START, Intent.RESTART, Intent.END)


def act(context: Context, rows: Sequence[Workload]) -> None:
    """Ask once for each, as long as the provider can be reached. Raises RateLimited and NotAuthorized."""
    for batch in in_batches(rows):
        outcomes = []
        for row, outcome in ask_together(context, [(row, _call(context, row)) for row in batch]):
            _settle(context, row, outcome)
            outcomes.append(outcome)
        if not may_go_on(outcomes):
            return


def _call(context: Context, row: Workload) -> Callable[[], None]:
    ask = {
        Intent.STOP: context.adapter.stop,
        Intent.START: context.adapter.start,
        Intent.RESTART: context.adapter.restart,
        Intent.END: context.adapter.end,
    }[Intent(row.intent)]
    return lambda: ask(row.remote_id)


def _settle(context: Context, row: Workload, error: ProviderError | None) -> None:
    """Write down how it went; the wish stays until the provider's own word confirms it."""
    now = context.now
    with locked(row.pk) as workload:
        if (workload.intent, workload.remote_id) != (row.intent, row.remote_id):
            return
        is_accepted = error is None or isinstance(error, NotFound)
        workload.intent_tries += 1
        workload.intent_error = "" if error is None or is_accepted else error.message
        workload.is_intent_refused = isinstance(error, Rejected)
        workload.due_at = now + _wait(workload.intent_tries, error)
        workload.save(update_fields=["intent_tries", "intent_error", "is_intent_refused", "due_at"])
        if isinstance(error, Rejected) and workload.intent in (Intent.START, Intent.RESTART):
            _give_up(workload, error)
            return
        _tell(context, workload, error if not is_accepted else None)
        if isinstance(error, Unconfirmed) and workload.intent_tries == 1:
            reconcile.soon(context)


def _wait(tries: int, error: ProviderError | None) -> timedelta:
    if isinstance(error, NotYet):
        return waits.FRESH
    wait = waits.after_act(tries)
    asked_s = error.wait_s if isinstance(error, RateLimited) else None
    return max(wait, timedelta(seconds=asked_s)) if asked_s else wait


def _tell(context: Context, workload: Workload, error: ProviderError | None) -> None:
    """One line at the first try; the following ones only count."""
    if workload.intent_tries != 1:
        return
    word = Intent(workload.intent).label
    if error is None or isinstance(error, NotYet):
        note(
            workload,
            _("{provider} accepted: {word}").format(provider=context.provider.name, word=word.lower()),
            kind=EventKind.CALL,
        )
    else:
        text = _("{act} failed; it is tried again until {provider} confirms it")
        if isinstance(error, Rejected):
            text = _("{act} refused; it is tried again until {provider} confirms it")
        text = text.format(act=word, provider=context.provider.name)
        note(workload, text, kind=EventKind.WARNING, detail=error.message)


def _give_up(workload: Workload, error: Rejected) -> None:
    """A start that the provider refuses leaves the instance where it was."""
    intent = Intent(workload.intent)
    workload.intent, workload.intent_at, workload.due_at = Intent.NONE, None, None
    if not workload.is_active:
        workload.reserved = None
    workload.save(update_fields=["intent", "intent_at", "due_at", "reserved"])
    text = _("The provider refused: {intent}").format(intent=intent.label.lower())
    note(workload, text, kind=EventKind.WARNING, detail=error.message)
