"""What each cause means for the person: a word for lists, whose fault it is, what to do next, whether again helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gpuconsole.providers.contract import Provider
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Fault, ReasonCode, State


class Again(StrEnum):
    """Whether running it again, as it is, makes sense."""

    AS_IT_IS = "as_it_is"
    LATER = "later"
    CHANGE_FIRST = "change_first"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One cause, in words for people; its title is the label of its ``ReasonCode``."""

    word: str
    """Beside the state, where there is little room."""
    fault: Fault
    again: Again
    advice: str


_C, _LATER, _SAME = Again.CHANGE_FIRST, Again.LATER, Again.AS_IT_IS
_YOU, _PROVIDER, _NOBODY = Fault.YOU, Fault.PROVIDER, Fault.NOBODY
_R = ReasonCode

MEANINGS: Mapping[ReasonCode, Meaning] = {
    _R.IMAGE: Meaning("image", _YOU, _C, "Check the image's name and tag, and that the provider may pull it."),
    _R.REGISTRY: Meaning("registry", _YOU, _C, "Give a registry login that may pull this image."),
    _R.COMMAND: Meaning("command", _YOU, _C, "Check the command's spelling, and that the image holds it."),
    _R.EXIT_CODE: Meaning("exit code", _YOU, _C, "Read the last lines of the log; they mostly tell what broke."),
    _R.GPU_MEMORY: Meaning("GPU memory", _YOU, _C, "Use a smaller batch, more GPUs or a GPU with more memory."),
    _R.HOST_MEMORY: Meaning("memory", _YOU, _C, "Ask for more memory, or load less of the data at once."),
    _R.DISK_FULL: Meaning("disk", _YOU, _C, "Ask for a larger disk, or write less and clean up on the way."),
    _R.NO_DATA: Meaning("data not found", _YOU, _C, "Check the path, name and revision of data set, model or file."),
    _R.BAD_DATA: Meaning("bad data", _YOU, _C, "Mend or leave out the row that is named, and check those beside it."),
    _R.BAD_CONFIG: Meaning("settings", _YOU, _C, "Correct the argument, setting or variable that is named."),
    _R.DEPENDENCY: Meaning("package", _YOU, _C, "Install the package in the image, or pin versions that fit together."),
    _R.MODEL_LOAD: Meaning("model", _YOU, _C, "Check that weights and code are of the same model, whole and fit in."),
    _R.PERMISSION: Meaning("access", _YOU, _C, "Give it a token or role that may read what it asks for."),
    _R.GPU_ERROR: Meaning(
        "CUDA", _YOU, _C, "Run it with CUDA_LAUNCH_BLOCKING=1 to see the line; indices out of range are common."
    ),
    _R.COMMUNICATION: Meaning(
        "NCCL",
        _NOBODY,
        _SAME,
        "Look for another rank that failed first. If none did, try again; NCCL_DEBUG=INFO tells more.",
    ),
    _R.HARDWARE: Meaning(
        "GPU fault", _PROVIDER, _SAME, "Try again: another machine may do. Tell the provider of this one."
    ),
    _R.NODE_LOST: Meaning("node lost", _PROVIDER, _SAME, "Try again, and save checkpoints so that less is lost."),
    _R.PREEMPTED: Meaning("preempted", _PROVIDER, _SAME, "Try again, or launch it where it is not interrupted."),
    _R.NO_CAPACITY: Meaning(
        "no capacity", _PROVIDER, _LATER, "Try later, or other hardware, another region or provider."
    ),
    _R.PROVIDER_QUOTA: Meaning(
        "provider quota",
        _YOU,
        _C,
        "The account's own limit at the provider is reached: end other work or ask for more.",
    ),
    _R.NO_CREDIT: Meaning("no credit", _YOU, _C, "Top up the account at the provider, then try again."),
    _R.NOT_AUTHORIZED: Meaning("key refused", _YOU, _C, "Rotate the key of the connection, and test it."),
    _R.RATE_LIMITED: Meaning(
        "rate limit", _PROVIDER, _LATER, "Try again in some minutes, with fewer launches at once."
    ),
    _R.TIME_LIMIT: Meaning("time limit", _YOU, _C, "Raise the time limit, or save what is done and go on from there."),
    _R.NOT_READY: Meaning("never came up", _PROVIDER, _LATER, "Try again, or pick other hardware or another region."),
    _R.HEALTH_CHECK: Meaning(
        "health check", _YOU, _C, "Check the port and path that are probed, and how long it takes to start."
    ),
    _R.REJECTED: Meaning("refused", _YOU, _C, "Correct the field that is named: a clone opens with it marked."),
    _R.UNREACHABLE: Meaning(
        "unreachable", _PROVIDER, _SAME, "Nothing was launched. Try again once the provider answers."
    ),
    _R.PROVIDER_FAILURE: Meaning(
        "provider error", _PROVIDER, _SAME, "Try again. If it fails twice, tell the provider its id and time."
    ),
    _R.UNKNOWN: Meaning(
        "cause unknown", Fault.UNKNOWN, _SAME, "Look at the last lines of the log, and at the provider's own console."
    ),
    _R.UNCONFIRMED: Meaning("unconfirmed", _NOBODY, _C, "We look for it; it is not sent twice."),
    _R.NOT_FOUND: Meaning("not found", _NOBODY, _C, "Look in the provider's own console before you launch it again."),
    _R.GONE: Meaning("not listed", _PROVIDER, _C, "Look at the provider: it may still run and cost money."),
    _R.DEADLINE: Meaning("latest end", _NOBODY, _C, "Give it longer, or save what is done and go on from there."),
    _R.BUDGET: Meaning("budget", _NOBODY, _C, "Have the budget raised, or wait for the next month."),
    _R.COST: Meaning("cost", _NOBODY, _C, "Raise Stop at cost, or save what is done and go on from there."),
    _R.IDLE: Meaning("idle", _NOBODY, _C, "Look why its GPUs had nothing to do; let it idle for longer if it must."),
    _R.QUEUED: Meaning("queued too long", _PROVIDER, _C, "Pick hardware that is free, or let it wait for longer."),
    _R.STOPPED_ELSEWHERE: Meaning(
        "ended elsewhere", _NOBODY, _SAME, "Somebody ended it in the provider's own console."
    ),
    _R.STOPPED_BY_PERSON: Meaning("stopped", _NOBODY, _SAME, ""),
    _R.NEVER_SENT: Meaning("never sent", _NOBODY, _SAME, ""),
}

BY_PERSON = frozenset({ReasonCode.NONE, ReasonCode.STOPPED_BY_PERSON, ReasonCode.NEVER_SENT})
"""What somebody here wanted so: nothing that failed."""
VAGUE = frozenset({ReasonCode.UNKNOWN, ReasonCode.EXIT_CODE, ReasonCode.PROVIDER_FAILURE})
"""What gives way to a cause that its log tells."""
FILTERS: Mapping[str, str] = {
    str(code): found.word[0].upper() + found.word[1:]
    for code, found in sorted(MEANINGS.items(), key=lambda item: item[1].word.lower())
    if code not in BY_PERSON | {ReasonCode.UNCONFIRMED, ReasonCode.GONE}
}
"""Causes by which lists are narrowed, with their words: those that work ends by."""


def meaning(code: str) -> Meaning:
    """What the cause means; an empty one, or one that is not known here, is unknown."""
    return MEANINGS.get(ReasonCode(code), MEANINGS[ReasonCode.UNKNOWN])


def fault(code: ReasonCode) -> Fault:
    """Whose fault it is."""
    return meaning(code).fault


def advice(code: str, provider: Provider) -> str:
    """What to do next: the provider's own way, where it has one."""
    return next((text for cause, text in provider.advice.items() if cause == code), meaning(code).advice)


def ended_badly(workload: Workload) -> bool:
    """Whether it is over, or at rest, for a cause that nobody here asked for."""
    is_over = workload.state in (State.FAILED, State.CANCELLED, State.STOPPED)
    return is_over and workload.reason_code not in BY_PERSON


def warning(workload: Workload, provider: Provider) -> str:
    """What to change before it runs again; empty where it may run as it is, or nothing went wrong."""
    found = meaning(workload.reason_code)
    if not ended_badly(workload) or found.again is not Again.CHANGE_FIRST:
        return ""
    title = ReasonCode(workload.reason_code).label
    return f"{title}: as it is, it is likely to end so again. {advice(workload.reason_code, provider)}"


def word(workload: Workload) -> str:
    """The cause in few words where it ended badly; else empty."""
    return meaning(workload.reason_code).word if ended_badly(workload) else ""
