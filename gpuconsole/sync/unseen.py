"""What came, went or began between two looks at a provider: how it is counted, and how far that may be off."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from gpuconsole.providers.contract import Provider
from gpuconsole.providers.remote import Phase, Remote, RemoteState, Tariff
from gpuconsole.workloads import usage
from gpuconsole.workloads.changes import Change
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import FINAL, Reason, ReasonCode, State


def seconds(row: Workload, now: datetime, last_look: datetime | None) -> Decimal:
    """So long nobody had looked."""
    return usage.seconds(now - max(last_look or row.created_at, row.created_at))


def run(
    provider: Provider,
    row: Workload,
    before: State,
    remote: Remote,
    target: State | None,
    reason: Reason | None,
    last_look: datetime | None,
) -> Change | None:
    """The run that came and went between two looks: it cost money, so it is counted, from no later than it can have
    begun."""
    why = _("Ran between two looks at {provider}").format(provider=provider.name)
    began = remote.started_at or max(last_look or row.state_at, row.state_at)
    ended_as_run = target == State.SUCCEEDED or (reason is not None and _tells_a_run(reason))
    if before in _DOWN and not row.billed_tariff and not remote.lanes:
        did_run = _is_another_run(row, remote) or (ended_as_run and row.billed_until is None)
        is_guess = remote.started_at is None
        return Change(workload=row, why=why, at=began, tariff=Tariff.RUN, is_guess=is_guess) if did_run else None
    if before not in _NOT_UP or target is None or (target not in FINAL and target not in _DOWN):
        return None
    if not ended_as_run and remote.started_at is None:
        return None
    return Change(
        workload=row,
        state=State.RUNNING,
        why=why,
        at=began,
        phase=Phase.RUNNING,
        tariff=Tariff.RUN,
        is_guess=remote.started_at is None,
    )


def begun_before_up_s(provider: Provider, row: Workload, remote: Remote, last_look: datetime | None) -> Decimal:
    """How long before it was up the bill may have begun, where the provider bills words of what is not up yet and none
    of them was seen: its stamp is of when it was up. None of that is counted, as nobody knows of any of it."""
    if row.billed_tariff == Tariff.RUN or remote.lanes or remote.started_at is None:
        return Decimal(0)
    readings = provider.statuses.values()
    is_billed_before = any(one.state is RemoteState.STARTING and one.tariff is Tariff.RUN for one in readings)
    is_up = remote.reading.state is RemoteState.RUNNING
    return seconds(row, remote.started_at, last_look) if is_up and is_billed_before else Decimal(0)


def _is_another_run(row: Workload, remote: Remote) -> bool:
    """Whether the provider tells a start that is not the one that was billed last."""
    if remote.started_at is None:
        return False
    return row.billed_until is None if row.billed_said_at is None else remote.started_at != row.billed_said_at


_NOT_UP = frozenset({State.QUEUED, State.STARTING})
_DOWN = frozenset({State.STOPPING, State.STOPPED})
_RAN = frozenset({ReasonCode.EXIT_CODE, ReasonCode.GPU_MEMORY, ReasonCode.HOST_MEMORY, ReasonCode.PREEMPTED})


def _tells_a_run(reason: Reason) -> bool:
    """Whether it can only have ended so after it was up."""
    return reason.code in _RAN or (reason.evidence is not None and reason.evidence.exit_code is not None)
