"""Does what a person decided about a launch that nobody could confirm, and hands over what there is to decide."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.utils.translation import gettext as _

from gpuconsole.connections.models import Connection
from gpuconsole.providers.remote import Remote
from gpuconsole.sync.adopt import adopt
from gpuconsole.sync.context import Context
from gpuconsole.workloads import transitions
from gpuconsole.workloads.changes import Change
from gpuconsole.workloads.decisions import candidates as kept_candidates
from gpuconsole.workloads.decisions import services as decisions
from gpuconsole.workloads.decisions.queries import is_unanswered, open_of, open_or_new
from gpuconsole.workloads.estimates import deadline
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, LostLaunch, Settlement, Workload
from gpuconsole.workloads.states import Reason, ReasonCode
from gpuconsole.workloads.tokens import new_token

logger = logging.getLogger(__name__)

MOST_CANDIDATES = 50


def leave_to_a_person(context: Context, workload: Workload, candidates: Sequence[Remote]) -> None:
    """Keep what it could be with the locked row."""
    lost = open_or_new(workload)
    lost.candidates = kept_candidates.kept(workload, context.provider, candidates[:MOST_CANDIDATES])
    lost.looked_at = context.now
    lost.save()


def adopt_chosen(context: Context, row: Workload) -> bool:
    """Tie the workload to the remote that a person chose; whether one had chosen."""
    chosen = open_of(row)
    if chosen is None or chosen.settlement != Settlement.ADOPT:
        return False
    found = context.ask(lambda: context.adapter.fetch([chosen.remote_id]))
    with locked(row.pk) as workload:
        lost = open_of(workload)
        if not is_unanswered(workload) or lost is None or lost.remote_id != chosen.remote_id:
            return True
        name = context.provider.name
        if not found:
            _undo(
                context,
                workload,
                lost,
                _("{provider} lists {remote_id} no more.").format(provider=name, remote_id=lost.remote_id),
            )
        elif decisions.is_taken(workload, lost.remote_id):
            _undo(
                context,
                workload,
                lost,
                _("{remote_id} belongs to another workload by now.").format(remote_id=lost.remote_id),
            )
        else:
            adopt(
                context,
                workload,
                found[0],
                how=_("Adopted at {provider}: {remote_id}").format(provider=name, remote_id=lost.remote_id),
            )
            logger.info("adopted as decided", extra={"workload": workload.pk, "remote_id": lost.remote_id})
    return True


def carry_out(context: Context, workload: Workload, lost: LostLaunch, sure: Sequence[Remote]) -> None:
    """After a look that did not find it for sure: make the locked row ready to be sent once more.

    What a person has not seen, and could be it, is shown to them first.
    """
    if lost.settlement != Settlement.SEND_AGAIN:  # decided while we looked: the next look does it
        return
    seen = {one.id for one in kept_candidates.of(lost)}
    if fresh := [remote.id for remote in sure if remote.id not in seen]:
        leave_to_a_person(context, workload, sure)
        lost.refresh_from_db()
        _undo(
            context,
            workload,
            lost,
            _("It was not sent again: {value} turned up meanwhile.").format(value=", ".join(fresh)),
        )
        return
    now, by = context.now, lost.decided_by
    decisions.settle(workload, lost, Settlement.SEND_AGAIN, now)
    workload.token, workload.known_remote_ids = new_token(), []
    workload.sending_at = workload.look_until = None
    workload.intent_at = workload.due_at = now
    workload.intent_tries, workload.intent_error = 0, ""
    workload.ends_by = deadline(now, workload.stop_after_s)
    change = Change(
        workload=workload,
        why=_("Sent again"),
        reason=Reason(ReasonCode.NONE),
        by=by,
        detail=_("Under the token {token}; the one before was {before}.").format(
            token=workload.token, before=lost.token
        ),
        kind=EventKind.INTENT,
        fields=_SENT_AGAIN,
    )
    transitions.move_many([change], now=now)
    Connection.objects.filter(pk=workload.connection_id).update(due_at=now)  # this round, or the next, sends it


_SENT_AGAIN = (
    *("token", "known_remote_ids", "sending_at", "look_until", "intent_at", "due_at"),
    *("intent_tries", "intent_error", "ends_by"),
)


def _undo(context: Context, workload: Workload, lost: LostLaunch, why: str) -> None:
    decisions.reopen(lost, why)
    workload.due_at = context.now
    workload.save(update_fields=["due_at"])
    note(workload, _("Decide again"), kind=EventKind.WARNING, detail=why)
