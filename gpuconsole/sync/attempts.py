"""A provider's own tries: the changes that bring a workload from the try that we know to the one that is told of."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from gpuconsole.providers.contract import Provider
from gpuconsole.providers.remote import Attempt, Phase, Remote, RemoteState, Tariff
from gpuconsole.workloads.changes import Change
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State

_TRIED = frozenset({State.QUEUED, State.STARTING, State.RUNNING})
"""States in which another try of the provider's can come about; whoever asked for an end waits for that."""
_ENDING = frozenset({RemoteState.STOPPING, RemoteState.SUCCEEDED, RemoteState.FAILED, RemoteState.CANCELLED})


def begun_since(provider: Provider, row: Workload, remote: Remote) -> tuple[Change, ...]:
    """One change for each try that began since the last look, each waiting for hardware anew; empty for none.

    What ran and failed between two looks cost money, and is counted by the provider's own times.
    """
    is_ending = row.state == State.STOPPING and remote.reading.state in _ENDING
    if row.state not in _TRIED and not is_ending:
        return ()
    changes: list[Change] = []
    is_up = row.billed_tariff == Tariff.RUN
    for number, over in _over(row, remote.attempts):
        if not is_up and over.started_at is not None:
            changes.append(_unseen(provider, row, over, keeps_state=is_ending and not changes))
        why = _("Attempt {number} failed; {provider} tries again").format(number=number, provider=provider.name)
        changes.append(
            Change(
                workload=row,
                state=State.QUEUED,
                why=why,
                at=over.ended_at,
                phase=Phase.QUEUED,
                tariff=Tariff.NOTHING,
                detail=over.message,
                opens=number + 1,
            )
        )
        is_up = False
    return tuple(changes)


def _over(row: Workload, attempts: Sequence[Attempt]) -> Sequence[tuple[int, Attempt]]:
    """The tries from the row's own on that were followed by another."""
    return list(enumerate(attempts, start=1))[row.attempt - 1 : -1]


def _unseen(provider: Provider, row: Workload, attempt: Attempt, *, keeps_state: bool) -> Change:
    """``keeps_state``: it is stopping by our wish already, and does not go back for what is counted late."""
    return Change(
        workload=row,
        state=None if keeps_state else State.RUNNING,
        why=_("Ran between two looks at {provider}").format(provider=provider.name),
        at=attempt.started_at,
        phase=None if keeps_state else Phase.RUNNING,
        tariff=Tariff.RUN,
    )
