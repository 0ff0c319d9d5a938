"""Looks for launches whose answer was lost: a row that says "sending" and has no remote is never sent again by itself.

What the look does not settle is left to a person (``workloads.decisions``), with all that it could be.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from gpuconsole.providers.contract import Known
from gpuconsole.providers.remote import Remote
from gpuconsole.sync import deciding, reconcile, telling, waits
from gpuconsole.sync.adopt import adopt
from gpuconsole.sync.context import Context
from gpuconsole.workloads import transitions
from gpuconsole.workloads.changes import Change
from gpuconsole.workloads.decisions import services as decisions
from gpuconsole.workloads.decisions.queries import is_unanswered, open_of
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Intent, LostLaunch, Settlement, Workload
from gpuconsole.workloads.states import Reason, ReasonCode, State

logger = logging.getLogger(__name__)

_CLOCKS_APART = timedelta(minutes=2)


def look(context: Context, row: Workload) -> None:
    """Look once: adopt what is found, do what a person decided, look again later, or leave it to a person."""
    if row.look_until is None:
        with locked(row.pk) as workload:
            _say_unconfirmed(context, workload)
    if deciding.adopt_chosen(context, row):
        return
    found = _find(context, row)
    taken = frozenset(row.known_remote_ids) | _taken(context, [remote.id for remote in found])
    sure = sorted((remote for remote in found if remote.id not in taken), key=_age)
    is_over = _is_over(context, row)
    others = _others(context, row) if is_over and not sure else []
    with locked(row.pk) as workload:
        if not is_unanswered(workload):
            return
        lost = open_of(workload)
        if _is_it(context, sure, is_over=is_over):
            _adopt_found(context, workload, sure)
        elif lost is not None and lost.is_decided and workload.intent != Intent.END:
            deciding.carry_out(context, workload, lost, sure)
        else:
            _not_found(context, workload, lost, sure or others, is_over=_is_over(context, workload))


def _find(context: Context, row: Workload) -> Sequence[Remote]:
    spec, token = context.provider.spec.read(row.spec), row.token
    known = Known(frozenset(row.known_remote_ids), row.sending_at)
    if row.remote_id:  # a retry: the provider copies the name, so the new remote carries the mark of the one before
        before = context.ask(lambda: context.adapter.fetch([row.remote_id]))
        token = before[0].token if before else token
    return context.ask(lambda: context.adapter.find(token, spec, known))


def _others(context: Context, row: Workload) -> list[Remote]:
    """Where its mark is nowhere: what began since and carries no mark of a console at all, for a person to look at."""
    if not context.provider.keeps_token or row.sending_at is None:
        return []
    since = row.sending_at - _CLOCKS_APART
    listed = context.ask(context.adapter.inventory)
    young = [one for one in listed if one.created_at and one.created_at >= since and not one.token]
    taken = frozenset(row.known_remote_ids) | _taken(context, [remote.id for remote in young])
    return sorted((one for one in young if one.id not in taken), key=_age)[: deciding.MOST_CANDIDATES]


def _taken(context: Context, ids: Sequence[str]) -> frozenset[str]:
    others = Workload.objects.filter(connection=context.connection, remote_id__in=ids)
    return frozenset(others.values_list("remote_id", flat=True))


def _age(remote: Remote) -> tuple[bool, float, str]:
    return remote.created_at is None, remote.created_at.timestamp() if remote.created_at else 0.0, remote.id


def _is_over(context: Context, row: Workload) -> bool:
    return row.look_until is not None and context.now >= row.look_until


def _is_it(context: Context, sure: Sequence[Remote], *, is_over: bool) -> bool:
    """Whether what was found can be nothing else: by its token, else the only one that came up while we looked."""
    return bool(sure) and (context.provider.keeps_token or (len(sure) == 1 and not is_over))


def _say_unconfirmed(context: Context, workload: Workload) -> None:
    if not is_unanswered(workload):
        return
    reconcile.soon(context)
    workload.look_until = context.now + waits.LOOK_FOR
    workload.intent_tries = 0
    why = _("The answer to the launch was lost; looking for it")
    text = _("{provider} was asked and the answer was lost. It is being looked for.").format(
        provider=context.provider.name
    )
    fields = ("look_until", "intent_tries")
    if workload.intent == Intent.END:  # the reason for that stays
        workload.save(update_fields=fields)
        note(workload, why, kind=EventKind.WARNING)
        return
    reason = Reason(ReasonCode.UNCONFIRMED, text)
    change = Change(workload=workload, why=why, reason=reason, kind=EventKind.WARNING, fields=fields)
    transitions.move_many([change], now=context.now)


def _adopt_found(context: Context, workload: Workload, sure: Sequence[Remote]) -> None:
    remote, *others = sure
    adopt(
        context,
        workload,
        remote,
        how=_("Found at {provider} as {id}").format(provider=context.provider.name, id=remote.id),
    )
    if others:
        ids = ", ".join(other.id for other in others)
        note(workload, _("More than one carries its token"), kind=EventKind.WARNING, detail=ids)
    logger.info("found a lost launch", extra={"workload": workload.pk, "remote_id": remote.id})


def _not_found(
    context: Context, workload: Workload, lost: LostLaunch | None, candidates: Sequence[Remote], *, is_over: bool
) -> None:
    now = context.now
    workload.intent_tries += 1
    workload.due_at = _late_look(context, workload) if is_over else now + waits.after_look(workload.intent_tries)
    if is_over and workload.intent == Intent.END:
        _cancel(context, workload, lost, candidates)
        return
    fields = ("intent_tries", "due_at")
    reason = _reason(context, workload, candidates, is_over=is_over)
    if reason is None:
        workload.save(update_fields=fields)
        return
    deciding.leave_to_a_person(context, workload, candidates)
    why = str(reason.code.label) if is_over else _("Several could be it; a person decides")
    change = Change(workload=workload, why=why, reason=reason, detail=reason.text, fields=fields)
    transitions.move_many([change], now=now)
    if lost is None:
        telling.undecided(workload, now)


def _reason(context: Context, workload: Workload, candidates: Sequence[Remote], *, is_over: bool) -> Reason | None:
    """Why a person must decide; None where it is only looked for on."""
    if is_over:
        return Reason(ReasonCode.NOT_FOUND, _advice(context, candidates))
    if len(candidates) > 1 and workload.intent != Intent.END:
        return Reason(ReasonCode.UNCONFIRMED, _advice(context, candidates))
    return None


def _cancel(context: Context, workload: Workload, lost: LostLaunch | None, candidates: Sequence[Remote]) -> None:
    """An end was asked for meanwhile: a person, or a guard, has decided."""
    if lost is not None:
        decisions.settle(workload, lost, Settlement.GIVE_UP, context.now, by=workload.intent_by)
    reason = Reason(ReasonCode.NOT_FOUND, _advice(context, candidates))
    workload.intent, workload.intent_at, workload.sending_at, workload.due_at = Intent.NONE, None, None, None
    fields = ("intent", "intent_at", "intent_tries", "due_at", "sending_at")
    change = Change(
        workload=workload,
        state=State.CANCELLED,
        why=str(reason.code.label),
        reason=reason,
        detail=reason.text,
        fields=fields,
    )
    transitions.move_many([change], now=context.now)


def _late_look(context: Context, workload: Workload) -> datetime | None:
    """What turns up late is still adopted, where nothing else can be taken for it; else it would hold up launches."""
    if not context.provider.keeps_token or workload.look_until is None:
        return None
    return context.now + waits.LOOK_LATE if context.now < workload.look_until + waits.LOOK_LATE_FOR else None


def _advice(context: Context, candidates: Sequence[Remote]) -> str:
    name = context.provider.name
    if len(candidates) > 1:
        ids = ", ".join(remote.id for remote in candidates)
        return _("{provider} has several that it could be: {ids}. Compare them at {provider}.").format(
            provider=name, ids=ids
        )
    if candidates:
        return _("{provider} has one that it could be: {id}. Compare it at {provider}.").format(
            provider=name, id=candidates[0].id
        )
    return _("{provider} shows nothing like it after 10 minutes. Look there before you launch it again.").format(
        provider=name
    )
