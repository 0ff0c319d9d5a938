"""Lost work of which a person has looked and says that it has ended: their word, recorded as theirs."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.inventory.models import Finding, FindingKind, FindingState, HowClosed
from gpuconsole.inventory.services.holding import held, refuse_closed, require_kind
from gpuconsole.providers import registry
from gpuconsole.workloads import transitions
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.states import Reason, ReasonCode, State
from gpuconsole.workloads.usage import cost_so_far


class CountedUntil(models.TextChoices):
    """Until when it is counted as billed."""

    LISTED = "listed", gettext_lazy("It was last listed")
    NOW = "now", gettext_lazy("Now")


def mark_ended(*, finding: Finding, by: User, until: CountedUntil, why: str = "") -> Workload:
    """Close lost work by a person's word; its cost is counted until it was listed last, or until now.

    Raises Refused where the provider lists it again, or somebody else has settled it.
    """
    with held(finding) as row:
        require_kind(row, FindingKind.GHOST, _("Only lost work is marked as ended by hand."))
        refuse_closed(row)
        if row.workload is None:
            raise Refused(_("Its record is gone."), code="closed")
        with locked(row.workload.pk) as workload:
            if workload.state != State.LOST:
                text = _("{workload} is {state}, and lost no more: nothing was changed.").format(
                    workload=workload.name, state=workload.state_word.label.lower()
                )
                raise Refused(text, code="wrong_state")
            now = timezone.now()
            before, at = cost_so_far(workload, now), _ended_at(workload, until, now)
            _end(workload, by, at, why)
            after = cost_so_far(workload, now)
        money = formats.money(after, workload.currency) if after is not None else formats.not_priced()
        row.proof = _("{person} looked at {provider}, and says that it has ended").format(
            person=by.display_name, provider=registry.get(row.provider).name
        )
        row.state, row.how_closed, row.closed_at = FindingState.CLOSED, HowClosed.MARKED, now
        row.asked_by = by
        row.tell(
            now, str(HowClosed.MARKED.label), detail=f"{why} {_('Cost: {amount}.').format(amount=money)}".strip(), by=by
        )
        row.save()
        audit.record(
            "workload.mark_ended",
            by=by,
            team=row.team,
            project=workload.project,
            target=workload,
            before={"state": State.LOST, "cost": _text(before)},
            after={"state": workload.state, "counted_until": at.isoformat(), "cost": _text(after)},
            why=why,
        )
    return workload


def _ended_at(workload: Workload, until: CountedUntil, now: datetime) -> datetime:
    """It may have ended any time since the first look that did not show it: nobody knows better than that."""
    return (workload.missing_since or workload.state_at) if until is CountedUntil.LISTED else now


def _end(workload: Workload, by: User, at: datetime, why: str) -> None:
    name = registry.get(workload.provider).name
    said = _("{person} looked at {provider} and says that it has ended; counted until {at:%F %H:%M:%S} UTC.").format(
        person=by.display_name, provider=name, at=at
    )
    workload.intent, workload.intent_at, workload.due_at = Intent.NONE, None, None
    transitions.move(
        workload,
        State.CANCELLED,
        why=_("Marked as ended"),
        at=at,
        by=by,
        reason=Reason(ReasonCode.STOPPED_ELSEWHERE, said),
        detail=f"{said} {why}".strip(),
        fields=("intent", "intent_at", "due_at"),
    )


def _text(amount: object) -> str | None:
    return None if amount is None else str(amount)
