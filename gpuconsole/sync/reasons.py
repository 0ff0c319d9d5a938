"""Why a workload ended, read from the provider's status word and message; pure tables."""

from __future__ import annotations

import re

from gpuconsole.providers.remote import Remote
from gpuconsole.workloads.models import Intent
from gpuconsole.workloads.states import Fault, Reason, ReasonCode, State

_BY_WORD: dict[tuple[str, str], tuple[ReasonCode, Fault, str]] = {
    ("baseten", "TRAINING_JOB_PREEMPTED"): (
        ReasonCode.PREEMPTED,
        Fault.PROVIDER,
        "Spot capacity was taken back. Retry it, or launch it as dedicated.",
    ),
    ("baseten", "TRAINING_JOB_DEPLOY_FAILED"): (
        ReasonCode.IMAGE,
        Fault.YOU,
        "It never started. Check that the image exists and may be pulled.",
    ),
}
"""Status words that say by themselves why something ended."""

_BY_MESSAGE: tuple[tuple[str, ReasonCode, Fault], ...] = (
    (r"out of memory|\boom\b|oomkilled|exit(?: code|ed with)?:? 137\b", ReasonCode.OUT_OF_MEMORY, Fault.YOU),
    (r"preempt|spot capacity|reclaimed", ReasonCode.PREEMPTED, Fault.PROVIDER),
    (r"(?:no|insufficient) capacity|not available|no resources", ReasonCode.NO_CAPACITY, Fault.PROVIDER),
    (r"image|manifest|registry|\bpull", ReasonCode.IMAGE, Fault.YOU),
    (r"exit(?:ed)?(?: with)?(?: code| status)?:? -?\d+|non-?zero exit", ReasonCode.EXIT_CODE, Fault.YOU),
)
"""What messages say, the most telling first."""

_PLAIN = {
    ReasonCode.PROVIDER_FAILURE: "The provider gives no cause. Its own console may tell more.",
    ReasonCode.STOPPED_ELSEWHERE: "Ended at the provider, not from here.",
}


def of_failure(slug: str, remote: Remote) -> Reason:
    """The cause of a failure: the word first where it tells the kind, else the message, else the provider's silence."""
    said = next(
        ((code, fault) for words, code, fault in _BY_MESSAGE if re.search(words, remote.message, re.IGNORECASE)), None
    )
    by_word = _BY_WORD.get((slug, remote.status))
    if said is not None and (by_word is None or by_word[0] is not ReasonCode.PREEMPTED):
        return Reason(said[0], remote.message, said[1])
    if by_word is not None:
        return Reason(by_word[0], remote.message or by_word[2], by_word[1])
    return Reason(ReasonCode.PROVIDER_FAILURE, remote.message or _PLAIN[ReasonCode.PROVIDER_FAILURE], Fault.PROVIDER)


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
    if (slug, remote.status) in _BY_WORD:
        return of_failure(slug, remote)
    if intent == Intent.RESTART:
        return None
    if intent in (Intent.END, Intent.STOP):
        return asked or Reason(ReasonCode.STOPPED_BY_PERSON)
    if before in (State.SUBMITTING, State.QUEUED, State.STARTING) and target == State.STOPPED:
        return of_failure(slug, remote)
    return Reason(ReasonCode.STOPPED_ELSEWHERE, remote.message or _PLAIN[ReasonCode.STOPPED_ELSEWHERE], Fault.NOBODY)
