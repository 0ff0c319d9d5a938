"""Why a workload ended, read from the provider's status word and message; pure tables."""

from __future__ import annotations

import re

from gpuconsole.providers import registry
from gpuconsole.providers.remote import Cause, Remote
from gpuconsole.workloads.models import Intent
from gpuconsole.workloads.states import Fault, Reason, ReasonCode, State

_FAULTS = {
    Cause.PREEMPTED: Fault.PROVIDER,
    Cause.NO_CAPACITY: Fault.PROVIDER,
    Cause.IMAGE: Fault.YOU,
    Cause.EXIT_CODE: Fault.YOU,
    Cause.OUT_OF_MEMORY: Fault.YOU,
}

_BY_MESSAGE: tuple[tuple[str, Cause], ...] = (
    (r"out of memory|\boom\b|oomkilled|exit(?: code|ed with)?:? 137\b", Cause.OUT_OF_MEMORY),
    (r"preempt|spot capacity|reclaimed", Cause.PREEMPTED),
    (r"(?:no|insufficient) capacity|not available|no resources", Cause.NO_CAPACITY),
    (r"image|manifest|registry|\bpull", Cause.IMAGE),
    (r"exit(?:ed)?(?: with)?(?: code| status)?:? -?\d+|non-?zero exit", Cause.EXIT_CODE),
)
"""What messages say, the most telling first."""

_PLAIN = {
    ReasonCode.PROVIDER_FAILURE: "The provider gives no cause. Its own console may tell more.",
    ReasonCode.STOPPED_ELSEWHERE: "Ended at the provider, not from here.",
}


def of_failure(slug: str, remote: Remote) -> Reason:
    """The cause of a failure: the word first where it tells the kind, else the message, else the provider's silence."""
    said = next((cause for words, cause in _BY_MESSAGE if re.search(words, remote.message, re.IGNORECASE)), None)
    by_word = registry.get(slug).endings.get(remote.status)
    if said is not None and (by_word is None or by_word.cause is not Cause.PREEMPTED):
        return _reason(said, remote.message)
    if by_word is not None:
        return _reason(by_word.cause, remote.message or by_word.text)
    return Reason(ReasonCode.PROVIDER_FAILURE, remote.message or _PLAIN[ReasonCode.PROVIDER_FAILURE], Fault.PROVIDER)


def _reason(cause: Cause, text: str) -> Reason:
    return Reason(ReasonCode(cause.value), text, _FAULTS[cause])


def of_end(slug: str, remote: Remote, *, before: State, intent: str, asked: Reason | None) -> Reason | None:
    """Why a workload came to rest, or None where it simply did what it was for.

    ``intent`` is what we wanted when it ended and ``asked`` the reason for that; a rest that nobody here asked for was
    a failure to start, or somebody's at the provider.
    """
    target = remote.reading.state.value
    if target == State.SUCCEEDED:
        return None
    if target == State.FAILED:
        return of_failure(slug, remote)
    if remote.status in registry.get(slug).endings:
        return of_failure(slug, remote)
    if intent == Intent.RESTART:
        return None
    if intent in (Intent.END, Intent.STOP):
        return asked or Reason(ReasonCode.STOPPED_BY_PERSON)
    if before in (State.SUBMITTING, State.QUEUED, State.STARTING) and target == State.STOPPED:
        return of_failure(slug, remote)
    return Reason(ReasonCode.STOPPED_ELSEWHERE, remote.message or _PLAIN[ReasonCode.STOPPED_ELSEWHERE], Fault.NOBODY)
