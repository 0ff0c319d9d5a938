"""Ways out for a launch that nobody could confirm: adopt what it could be, send it again, give it up.

A decision is written down here once; a worker carries out what needs the provider, and looks once more before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.core.errors import Refused
from gpuconsole.providers import registry
from gpuconsole.workloads import transitions
from gpuconsole.workloads.decisions import candidates, terms
from gpuconsole.workloads.decisions.queries import is_unanswered, open_of, open_or_new
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import EventKind, Intent, LostLaunch, Settlement, Workload
from gpuconsole.workloads.services.waking import wake
from gpuconsole.workloads.states import Fault, Reason, ReasonCode, State

REMOTE = "remote_id"


def adopt(*, workload: Workload, remote_id: str, by: User | None) -> Workload:
    """Tie the workload to one of its candidates; a worker asks the provider for it and does so.

    Raises Refused where there is nothing to decide (any more), for what is no candidate, and for what another workload
    has.
    """
    with _undecided(workload, Settlement.ADOPT, by, remote_id) as (row, lost):
        if lost is None:
            return row
        _refuse_wrong(row, lost, remote_id)
        lost.remote_id = remote_id
        _decide(row, lost, Settlement.ADOPT, by, _("Adoption of {remote_id} asked").format(remote_id=remote_id))
    return row


def send_again(*, workload: Workload, by: User | None) -> Workload:
    """Have it sent once more, as the same workload under a new token; quota and budget are held still.

    A worker looks for the first one before: what turns up then is not doubled.
    """
    with _undecided(workload, Settlement.SEND_AGAIN, by) as (row, lost):
        if lost is None:
            return row
        _decide(row, lost, Settlement.SEND_AGAIN, by, _("Sending again asked"))
    return row


def give_up(*, workload: Workload, by: User | None) -> Workload:
    """Cancel it here and let go of its budget; what may run at the provider is said, and nobody here ends it."""
    with _undecided(workload, Settlement.GIVE_UP, by) as (row, lost):
        if lost is None:
            return row
        now, text = timezone.now(), terms.left_behind(row, candidates.of(lost))
        settle(row, lost, Settlement.GIVE_UP, now, by=by)
        row.intent, row.intent_at, row.due_at = Intent.NONE, None, None
        row.sending_at = row.look_until = None
        said = f"{_('{person} gave it up.').format(person=by.display_name)} {text}" if by else text
        transitions.move(
            row,
            State.CANCELLED,
            why=_("Given up"),
            by=by,
            reason=Reason(ReasonCode.NOT_FOUND, said, Fault.NOBODY),
            detail=text,
            fields=("intent", "intent_at", "due_at", "sending_at", "look_until"),
        )
        _record(row, Settlement.GIVE_UP, by)
        wake(row, now)
    return row


def check_now(*, workload: Workload) -> Workload:
    """Look for it at once instead of at the end of the backoff, or once more after the limit."""
    with locked(workload.pk) as row:
        _refuse_settled(row)
        row.due_at = now = timezone.now()
        row.save(update_fields=["due_at"])
        wake(row, now)
    return row


def settle(
    workload: Workload, lost: LostLaunch, settlement: Settlement, now: datetime, *, by: User | None = None
) -> None:
    """Close it; the caller holds the workload locked. Without ``by`` whoever decided before stays named."""
    lost.settlement, lost.settled_at, lost.error = settlement, now, ""
    if by is not None or lost.decided_at is None:
        lost.decided_at, lost.decided_by = now, by
    lost.save()


def settle_found(workload: Workload, remote_id: str, now: datetime) -> None:
    """Close whatever is open, since the remote is known; the caller holds the workload locked."""
    lost = open_of(workload)
    if lost is not None:
        is_chosen = lost.settlement == Settlement.ADOPT and lost.remote_id == remote_id
        lost.remote_id = remote_id
        settle(workload, lost, Settlement.ADOPT if is_chosen else Settlement.FOUND, now)


def reopen(lost: LostLaunch, why: str) -> None:
    """The decision could not be carried out: another is needed."""
    lost.settlement, lost.remote_id, lost.error = Settlement.NONE, "", why
    lost.decided_at, lost.decided_by = None, None
    lost.save()


@contextmanager
def _undecided(
    workload: Workload, settlement: Settlement, by: User | None, remote_id: str = ""
) -> Iterator[tuple[Workload, LostLaunch | None]]:
    """The locked row with what is to be decided; None where just this was decided already. Raises Refused."""
    with locked(workload.pk) as row:
        lost = open_of(row)
        last = lost if is_unanswered(row) else row.lost_launches.order_by("-id").first()
        if last is not None and last.settlement == settlement and last.remote_id == remote_id:
            yield row, None
            return
        _refuse_settled(row)
        if lost is None and row.reason_code != ReasonCode.NOT_FOUND:
            raise Refused(_still_looking(row), code="still_looking")
        lost = open_or_new(row)
        if lost.is_decided:
            who = lost.decided_by.display_name if lost.decided_by else _("The console")
            word = lost.get_settlement_display().lower()
            raise Refused(
                _("{who} chose already to {word}: nothing was changed.").format(who=who, word=word), code="decided"
            )
        yield row, lost


def _refuse_settled(row: Workload) -> None:
    if not is_unanswered(row) or row.intent == Intent.END:
        word = row.state_word.label.lower()
        text = _("There is nothing left to decide: {workload} is {state}.").format(workload=row.name, state=word)
        raise Refused(text, code="nothing_to_decide")


def _still_looking(row: Workload) -> str:
    name = registry.get(row.provider).name
    text = _("It is looked for at {provider}; there is nothing to decide before. Stop it if it is not wanted.")
    if row.look_until is None:
        return text.format(provider=name)
    text = _(
        "It is looked for at {provider} until {time} UTC; there is nothing to decide before. "
        "Stop it if it is not wanted."
    )
    return text.format(provider=name, time=f"{row.look_until:%H:%M}")


def _refuse_wrong(row: Workload, lost: LostLaunch, remote_id: str) -> None:
    if remote_id not in {one.id for one in candidates.of(lost)}:
        text = _("This is none of those that it could be. Check now, and choose among those that are listed.")
        raise Refused(text, code="not_a_candidate", field=REMOTE)
    if is_taken(row, remote_id):
        raise Refused(_("It belongs to another workload of your team already."), code="taken", field=REMOTE)


def is_taken(row: Workload, remote_id: str) -> bool:
    """Whether another workload of the connection has the remote."""
    return Workload.objects.filter(connection=row.connection, remote_id=remote_id).exclude(pk=row.pk).exists()


def _decide(row: Workload, lost: LostLaunch, settlement: Settlement, by: User | None, said: str) -> None:
    """Written down; the worker does it at once."""
    now = timezone.now()
    lost.settlement, lost.decided_at, lost.decided_by, lost.error = settlement, now, by, ""
    lost.save()
    row.due_at = now
    row.save(update_fields=["due_at"])
    note(row, said, kind=EventKind.INTENT, by=by)
    _record(row, settlement, by, **({REMOTE: lost.remote_id} if lost.remote_id else {}))
    wake(row, now)


def _record(row: Workload, settlement: Settlement, by: User | None, **facts: str) -> None:
    audit.record(
        f"workload.{settlement}",
        by=by,
        team=row.project.team,
        project=row.project,
        target=row,
        before={"reason": row.reason_code},
        after={"token": row.token, **facts},
    )
