"""Sends edits: what adds to what is there is never sent twice, what only sets it is sent until there is an answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import ValidationError

from gpuconsole.providers.contract import Adapter, WireRequest
from gpuconsole.providers.edits import Edits
from gpuconsole.providers.errors import NotFound, ProviderError, RateLimited, Rejected, Unconfirmed
from gpuconsole.sync import waits
from gpuconsole.sync.context import Context, ask_together, in_batches, may_go_on
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Intent, Workload

logger = logging.getLogger(__name__)

_LOST = gettext_noop(
    "The answer to the edit was lost. It is not sent again by itself: compare what is there, then ask anew."
)


def send(context: Context, rows: Sequence[Workload]) -> None:
    """Send each once, as long as the provider can be reached. Raises RateLimited and NotAuthorized."""
    for batch in in_batches(rows):
        ready = [(row, call) for row in batch if (call := _prepare(context, row)) is not None]
        outcomes = []
        for row, outcome in ask_together(context, ready):
            _settle(context, row, outcome)
            outcomes.append(outcome)
        if not may_go_on(outcomes):
            return


def _prepare(context: Context, row: Workload) -> Callable[[], WireRequest] | None:
    """The call to make, committed as being made; None where there is nothing to send any more."""
    with locked(row.pk) as workload:
        if workload.intent != Intent.EDIT:
            return None
        edits = _edits(context, workload)
        if edits is None:
            _give_up(workload, {"": _("This version of the console cannot read what was asked for: ask anew.")})
        elif workload.is_final:
            _give_up(workload, {"": _("It ended before the edit was sent.")})
        elif workload.edit_sent_at is not None and not edits.is_repeatable:
            _give_up(workload, {"": _(_LOST)})
        else:
            workload.edit_sent_at = context.now
            workload.save(update_fields=["edit_sent_at"])
            row.edit = workload.edit
            return partial(_ask, context.adapter, row.remote_id, edits)
    return None


def _ask(adapter: Adapter, remote_id: str, edits: Edits) -> WireRequest:
    """Read, then change: what stays as it is may be sent along, and must be what it is now. Gives what was sent."""
    found = adapter.fetch([remote_id])
    if not found:
        raise NotFound(_("{provider} no longer lists it.").format(provider=adapter.provider.name))
    adapter.edit(remote_id, edits, found[0].raw)
    return adapter.edit_request(remote_id, edits, found[0].raw)


def _edits(context: Context, workload: Workload) -> Edits | None:
    try:
        return context.provider.edits.model_validate(workload.edit) if context.provider.edits else None
    except ValidationError:  # written by another version
        return None


def _settle(context: Context, row: Workload, outcome: WireRequest | ProviderError) -> None:
    with locked(row.pk) as workload:
        if workload.intent != Intent.EDIT or workload.edit != row.edit:
            return
        edits = _edits(context, workload)
        assert edits is not None  # it was just sent
        if isinstance(outcome, WireRequest):
            _done(workload, edits, outcome)
        elif isinstance(outcome, Rejected):
            _give_up(workload, {outcome.field: outcome.message}, by=context.provider.name)
        elif isinstance(outcome, NotFound):
            _give_up(workload, {"": outcome.message}, by=context.provider.name)
        elif isinstance(outcome, Unconfirmed) and not edits.is_repeatable:
            _give_up(workload, {"": _(_LOST)})
        else:
            _again(context, workload, outcome)


def _done(workload: Workload, edits: Edits, request: WireRequest) -> None:
    name = str(workload.edit.get(edits.name_field) or "")
    workload.name = name or workload.name
    workload.edit, workload.edit_errors, workload.edit_sent_at = {}, {}, None
    _end(workload)
    sent = f"{request.method} {request.path} {json.dumps(request.body, ensure_ascii=False)}"
    note(workload, _("Edited: {said}").format(said=edits.said), kind=EventKind.CALL, detail=sent)
    logger.info("edited", extra={"workload": workload.pk})


def _give_up(workload: Workload, errors: dict[str, str], *, by: str = "") -> None:
    """The wish is over; what was asked for is kept, so that the form shows it with what is wrong.

    ``by``: who said no. ``edit_sent_at`` stays where nobody knows whether it was made.
    """
    workload.edit_errors = errors
    workload.edit_sent_at = None if by else workload.edit_sent_at
    _end(workload)
    text = _("The edit may have been made") if workload.edit_sent_at else _("The edit was not made")
    text = _("{provider} refused the edit").format(provider=by) if by else text
    detail = "\n".join(f"{path}: {message}" if path else message for path, message in errors.items())
    note(workload, text, kind=EventKind.WARNING, detail=detail)


def _again(context: Context, workload: Workload, error: ProviderError) -> None:
    workload.intent_tries += 1
    workload.intent_error = error.message
    wait = waits.after_act(workload.intent_tries)
    if isinstance(error, RateLimited) and error.wait_s:
        wait = max(wait, timedelta(seconds=error.wait_s))
    workload.due_at = context.now + wait
    if not isinstance(error, Unconfirmed):
        workload.edit_sent_at = None
    workload.save(update_fields=["intent_tries", "intent_error", "due_at", "edit_sent_at"])
    is_old = workload.intent_at is not None and context.now - workload.intent_at >= waits.TRY_LAUNCH_FOR
    if is_old:
        _give_up(workload, {"": error.message})
    elif workload.intent_tries == 1:
        text = _("Edit failed; it is tried again until {provider} takes it").format(provider=context.provider.name)
        note(workload, text, kind=EventKind.WARNING, detail=error.message)


def _end(workload: Workload) -> None:
    workload.intent, workload.intent_at, workload.due_at = Intent.NONE, None, None
    workload.intent_tries, workload.intent_error = 0, ""
    workload.save(
        update_fields=[
            *("intent", "intent_at", "due_at", "intent_tries", "intent_error"),
            *("edit", "edit_errors", "edit_sent_at", "name"),
        ]
    )
