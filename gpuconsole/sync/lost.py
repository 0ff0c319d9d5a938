"""Looks for launches whose answer was lost: a row that says "sending" and has no remote is never sent again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from gpuconsole.providers.contract import Known
from gpuconsole.providers.remote import Remote
from gpuconsole.sync import telling, waits
from gpuconsole.sync.adopt import adopt, is_unanswered
from gpuconsole.sync.context import Context
from gpuconsole.workloads import transitions
from gpuconsole.workloads.models import EventKind, Intent, Workload
from gpuconsole.workloads.states import Reason, ReasonCode, State
from gpuconsole.workloads.transitions import Change

logger = logging.getLogger(__name__)


def look(context: Context, row: Workload) -> None:
    """Look once: adopt what is found, look again later, or leave it to a person when the time is over."""
    if row.look_until is None:
        with transitions.locked(row.pk) as workload:
            _say_unconfirmed(context, workload)
    known = Known(frozenset(row.known_remote_ids), row.sending_at)
    found = _find(context, row, known)
    taken = known.remote_ids | _taken(context, [remote.id for remote in found])
    candidates = sorted((remote for remote in found if remote.id not in taken), key=_age)
    with transitions.locked(row.pk) as workload:
        if not is_unanswered(workload):
            return
        if len(candidates) == 1 or (candidates and context.provider.keeps_token):
            _adopt_found(context, workload, candidates)
        else:
            _not_found(context, workload, candidates)


def _find(context: Context, row: Workload, known: Known) -> Sequence[Remote]:
    spec, token = context.provider.spec.read(row.spec), row.token
    if row.remote_id:  # a retry: the provider copies the name, so the new remote carries the mark of the one before
        before = context.ask(lambda: context.adapter.fetch([row.remote_id]))
        token = before[0].token if before else token
    return context.ask(lambda: context.adapter.find(token, spec, known))


def _taken(context: Context, ids: Sequence[str]) -> frozenset[str]:
    others = Workload.objects.filter(connection=context.connection, remote_id__in=ids)
    return frozenset(others.values_list("remote_id", flat=True))


def _age(remote: Remote) -> tuple[bool, float, str]:
    return remote.created_at is None, remote.created_at.timestamp() if remote.created_at else 0.0, remote.id


def _say_unconfirmed(context: Context, workload: Workload) -> None:
    if not is_unanswered(workload):
        return
    workload.look_until = context.now + waits.LOOK_FOR
    workload.intent_tries = 0
    why = "The answer to the launch was lost; looking for it"
    text = f"{context.provider.name} was asked and the answer was lost. It is being looked for."
    fields = ("look_until", "intent_tries")
    if workload.intent == Intent.END:  # the reason for that stays
        workload.save(update_fields=fields)
        transitions.note(workload, why, kind=EventKind.WARNING)
        return
    reason = Reason(ReasonCode.UNCONFIRMED, text)
    change = Change(workload=workload, why=why, reason=reason, kind=EventKind.WARNING, fields=fields)
    transitions.move_many([change], now=context.now)


def _adopt_found(context: Context, workload: Workload, candidates: Sequence[Remote]) -> None:
    remote, *others = candidates
    adopt(context, workload, remote, how=f"Found at {context.provider.name} as {remote.id}")
    if others:
        ids = ", ".join(other.id for other in others)
        transitions.note(workload, "More than one carries its token", kind=EventKind.WARNING, detail=ids)
    logger.info("found a lost launch", extra={"workload": workload.pk, "remote_id": remote.id})


def _not_found(context: Context, workload: Workload, candidates: Sequence[Remote]) -> None:
    now = context.now
    workload.intent_tries += 1
    is_over = workload.look_until is not None and now >= workload.look_until
    workload.due_at = _late_look(context, workload) if is_over else now + waits.after_look(workload.intent_tries)
    is_said = workload.reason_code == ReasonCode.NOT_FOUND and workload.intent != Intent.END
    if not is_over or is_said:
        workload.save(update_fields=["intent_tries", "due_at"])
        return
    reason = Reason(ReasonCode.NOT_FOUND, _advice(context, candidates))
    if workload.intent == Intent.END:  # a person has decided
        workload.intent, workload.intent_at, workload.sending_at, workload.due_at = Intent.NONE, None, None, None
    state = None if workload.intent else State.CANCELLED
    fields = ("intent", "intent_at", "intent_tries", "due_at", "sending_at")
    change = Change(
        workload=workload, state=state, why=reason.code.label, reason=reason, detail=reason.text, fields=fields
    )
    transitions.move_many([change], now=now)
    if state is None:
        telling.undecided(workload, now)


def _late_look(context: Context, workload: Workload) -> datetime | None:
    """What turns up late is still adopted, where nothing else can be taken for it; else it would hold up launches."""
    if not context.provider.keeps_token or workload.look_until is None:
        return None
    return context.now + waits.LOOK_LATE if context.now < workload.look_until + waits.LOOK_LATE_FOR else None


def _advice(context: Context, candidates: Sequence[Remote]) -> str:
    name = context.provider.name
    if candidates:
        ids = ", ".join(remote.id for remote in candidates)
        return f"{name} has several that it could be: {ids}. Compare them at {name}."
    return f"{name} shows nothing like it after 10 minutes. Look there before you launch it again."
