"""Which launches wait for a decision, and whose a token is."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from gpuconsole.workloads.models import LostLaunch, Settlement, Workload, WorkloadQuerySet
from gpuconsole.workloads.states import ReasonCode, State


def is_unanswered(workload: Workload) -> bool:
    """Whether it was sent, or may have been, and nobody knows the remote: it must be looked for, never sent again.

    ``sending_at`` is taken back by whatever settles the launch: an answer, a find, a proof that nothing happened, a
    person's decision.
    """
    return workload.sending_at is not None and not workload.is_final


def open_of(workload: Workload) -> LostLaunch | None:
    """What a person is to decide, or decided and no worker has done yet; None: nothing, or it is still looked for."""
    return workload.lost_launches.filter(settled_at=None).select_related("decided_by").first()


def open_or_new(workload: Workload) -> LostLaunch:
    """The same for an unanswered workload that the caller holds locked; a new one is not saved yet."""
    assert workload.sending_at is not None
    return open_of(workload) or LostLaunch(workload=workload, token=workload.token, sent_at=workload.sending_at)


def undecided(workloads: WorkloadQuerySet) -> WorkloadQuerySet:
    """Those of the workloads that wait for a person."""
    is_open = Exists(LostLaunch.objects.filter(workload=OuterRef("pk"), settled_at=None, settlement=""))
    waiting = workloads.filter(state=State.SUBMITTING, sending_at__isnull=False)
    return waiting.filter(Q(reason_code=ReasonCode.NOT_FOUND) | is_open)


def senders_of(tokens: Iterable[str]) -> dict[str, Workload]:
    """Whose these tokens were before the work was sent again under another."""
    earlier = LostLaunch.objects.filter(token__in=list(tokens), settlement=Settlement.SEND_AGAIN)
    return {row.token: row.workload for row in earlier.select_related("workload")}
