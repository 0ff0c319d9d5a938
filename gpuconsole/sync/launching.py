"""Sends launches: written down before they are sent, and never sent twice."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from gpuconsole.core.errors import Refused
from gpuconsole.projects import secrets
from gpuconsole.providers.errors import (
    NotAuthorized,
    NotFound,
    ProviderError,
    RateLimited,
    Rejected,
    Unreachable,
)
from gpuconsole.providers.remote import Remote
from gpuconsole.providers.specs import Spec
from gpuconsole.sync import reasons, waits
from gpuconsole.sync.adopt import SENT_BY, adopt
from gpuconsole.sync.context import Context, ask_as_they_come, may_go_on
from gpuconsole.workloads import transitions
from gpuconsole.workloads.decisions.queries import is_unanswered
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Intent, Workload
from gpuconsole.workloads.states import Fault, Reason, ReasonCode, State

logger = logging.getLogger(__name__)


def send(context: Context, rows: Sequence[Workload]) -> None:
    """Send those that were never sent, side by side as far as the rate limit goes; where no token survives at the
    provider, one after the other."""
    if context.provider.keeps_token:
        _send_together(context, rows)
        return
    for row in rows:
        if not _send_together(context, [row]):
            return


def _send_together(context: Context, rows: Sequence[Workload]) -> bool:
    """False when no more should be sent now: an answer is in doubt, or nobody answers; those in flight are awaited."""
    pending, outcomes, is_clear = deque(rows), list[object](), True
    known = _known(context, rows)
    for row, outcome in ask_as_they_come(context, pending, partial(_begin, context, known=known)):
        if isinstance(outcome, Remote):
            _save(context, row, outcome)
        else:
            is_clear = _settle(context, row, outcome) and is_clear
            if not is_clear or isinstance(outcome, RateLimited | NotAuthorized | Unreachable):
                pending.clear()
        outcomes.append(outcome)
    return may_go_on(outcomes) and is_clear


def _known(context: Context, rows: Sequence[Workload]) -> list[str]:
    """What is there already, where a new remote could not be told from it otherwise."""
    if context.provider.keeps_token and not any(row.intent == Intent.RETRY for row in rows):
        return []
    return sorted(remote.id for remote in context.ask(context.adapter.inventory))


def _begin(context: Context, row: Workload, *, known: list[str]) -> Callable[[], Remote] | None:
    """The call, once it is committed that it is being made; None where it is not to be made (any more)."""
    call = _prepare(context, row)
    if call is None or not _write_down(context, row, known):
        return None
    return partial(_in_time, context, call, context.now)


def _in_time(context: Context, call: Callable[[], Remote], written_at: datetime) -> Remote:
    """Make the call, unless this process was held up for so long that somebody may have decided otherwise meanwhile."""
    if context.now - written_at > waits.SEND_WITHIN:
        raise Unreachable(_("The worker was held up before it could send."))
    return call()


def _prepare(context: Context, row: Workload) -> Callable[[], Remote] | None:
    """The call to make, or None where the row cannot be sent as it stands (it is then failed)."""
    if row.intent == Intent.RETRY:
        return partial(context.adapter.retry, row.remote_id, row.token)
    try:
        spec = context.provider.spec.read(row.spec)
        values = _secrets(row, spec)
    except (ValidationError, Refused) as error:
        _fail(row, Reason(ReasonCode.REJECTED, _("It could not be sent: {error}").format(error=error), Fault.YOU))
        return None
    return partial(context.adapter.launch, spec, row.token, values)


def _secrets(row: Workload, spec: Spec) -> Mapping[str, str]:
    names = spec.secret_names()
    return secrets.values(row.project, names) if names else {}


def _write_down(context: Context, row: Workload, known: list[str]) -> bool:
    """Commit that it is being sent now; false where somebody else has sent or ended it."""
    fresh = Workload.objects.filter(pk=row.pk, state=State.SUBMITTING, intent__in=SENT_BY, sending_at=None)
    return bool(fresh.update(sending_at=context.now, known_remote_ids=known))


def _is_of(workload: Workload, row: Workload) -> bool:
    """Whether the answer to the sending of ``row`` still concerns the row: it may have been found and adopted by
    another worker meanwhile, or sent again under another token."""
    return is_unanswered(workload) and workload.token == row.token


def _save(context: Context, row: Workload, remote: Remote) -> None:
    with locked(row.pk) as workload:
        if not _is_of(workload, row):
            return
        workload.request = _request(context, workload)
        how = _("{provider} accepted it as {id}").format(provider=context.provider.name, id=remote.id)
        adopt(context, workload, remote, how=how, fields=["request"])
    logger.info("launched", extra={"workload": row.pk, "remote_id": remote.id})


def _request(context: Context, workload: Workload) -> dict[str, Any]:
    if workload.intent == Intent.RETRY or workload.remote_id:
        return dict(workload.request)
    sent = context.adapter.request(context.provider.spec.read(workload.spec), workload.token)
    return {"method": sent.method, "path": sent.path, "body": sent.body}


def _settle(context: Context, row: Workload, error: ProviderError) -> bool:
    """Write down what went wrong; false when the launch may have happened all the same."""
    if error.may_retry:
        _send_later(context, row, error)
    elif isinstance(error, NotAuthorized | Rejected | NotFound):
        _fail(row, reasons.of_refusal(context.provider, error))
    else:
        return False  # the next look finds ``sending_at`` and no remote, and goes looking
    return True


def _send_later(context: Context, row: Workload, error: ProviderError) -> None:
    """Nothing happened at the provider: send again later, but not for ever."""
    with locked(row.pk) as workload:
        if not _is_of(workload, row):
            return
        now = context.now
        workload.sending_at, workload.intent_error = None, error.message
        workload.intent_tries += 1
        wait = waits.after_launch_try(workload.intent_tries)
        if isinstance(error, RateLimited) and error.wait_s:
            wait = max(wait, timedelta(seconds=error.wait_s))
        workload.due_at = now + wait
        workload.save(update_fields=["sending_at", "intent_error", "intent_tries", "due_at"])
        if workload.intent == Intent.END:
            _end(workload, Reason(ReasonCode.NEVER_SENT))
        elif now - (workload.intent_at or workload.state_at) >= waits.TRY_LAUNCH_FOR:
            _end(workload, reasons.of_refusal(context.provider, error))
        elif workload.intent_tries == 1:
            note(workload, _("Could not be sent; it is tried again"), kind=EventKind.WARNING, detail=error.message)


def _fail(row: Workload, reason: Reason) -> None:
    with locked(row.pk) as workload:
        if not workload.is_final and workload.token == row.token:
            _end(workload, reason)


def _end(workload: Workload, reason: Reason) -> None:
    """Nothing was made: failed, or simply over where an end was asked for meanwhile."""
    is_wanted = workload.intent == Intent.END
    if is_wanted:
        reason = Reason(ReasonCode.NEVER_SENT, reason.text)
    workload.intent = Intent.NONE
    workload.intent_at = workload.due_at = workload.sending_at = workload.look_until = None
    transitions.move(
        workload,
        State.CANCELLED if is_wanted else State.FAILED,
        why=str(reason.code.label),
        reason=reason,
        detail=reason.text,
        fields=("intent", "intent_at", "due_at", "sending_at", "look_until"),
    )
