"""What each cause means for the person: a word for lists, whose fault it is, what to do next, whether again helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

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
    """Beside the state, where there is little room; marked for translation, as the advice is."""
    fault: Fault
    again: Again
    advice: str


_C, _LATER, _SAME = Again.CHANGE_FIRST, Again.LATER, Again.AS_IT_IS
_YOU, _PROVIDER, _NOBODY = Fault.YOU, Fault.PROVIDER, Fault.NOBODY
_R = ReasonCode

MEANINGS: Mapping[ReasonCode, Meaning] = {
    _R.IMAGE: Meaning(
        gettext_noop("image"),
        _YOU,
        _C,
        gettext_noop("Check the image's name and tag, and that the provider may pull it."),
    ),
    _R.REGISTRY: Meaning(
        gettext_noop("registry"), _YOU, _C, gettext_noop("Give a registry login that may pull this image.")
    ),
    _R.COMMAND: Meaning(
        gettext_noop("command"), _YOU, _C, gettext_noop("Check the command's spelling, and that the image holds it.")
    ),
    _R.EXIT_CODE: Meaning(
        gettext_noop("exit code"),
        _YOU,
        _C,
        gettext_noop("Read the last lines of the log; they mostly tell what broke."),
    ),
    _R.GPU_MEMORY: Meaning(
        gettext_noop("GPU memory"), _YOU, _C, gettext_noop("Use a smaller batch, more GPUs or a GPU with more memory.")
    ),
    _R.HOST_MEMORY: Meaning(
        gettext_noop("memory"), _YOU, _C, gettext_noop("Ask for more memory, or load less of the data at once.")
    ),
    _R.DISK_FULL: Meaning(
        gettext_noop("disk"), _YOU, _C, gettext_noop("Ask for a larger disk, or write less and clean up on the way.")
    ),
    _R.NO_DATA: Meaning(
        gettext_noop("data not found"),
        _YOU,
        _C,
        gettext_noop("Check the path, name and revision of data set, model or file."),
    ),
    _R.BAD_DATA: Meaning(
        gettext_noop("bad data"),
        _YOU,
        _C,
        gettext_noop("Mend or leave out the row that is named, and check those beside it."),
    ),
    _R.BAD_CONFIG: Meaning(
        gettext_noop("settings"), _YOU, _C, gettext_noop("Correct the argument, setting or variable that is named.")
    ),
    _R.DEPENDENCY: Meaning(
        gettext_noop("package"),
        _YOU,
        _C,
        gettext_noop("Install the package in the image, or pin versions that fit together."),
    ),
    _R.MODEL_LOAD: Meaning(
        gettext_noop("model"),
        _YOU,
        _C,
        gettext_noop("Check that weights and code are of the same model, whole and fit in."),
    ),
    _R.PERMISSION: Meaning(
        gettext_noop("access"), _YOU, _C, gettext_noop("Give it a token or role that may read what it asks for.")
    ),
    _R.GPU_ERROR: Meaning(
        gettext_noop("CUDA"),
        _YOU,
        _C,
        gettext_noop("Run it with CUDA_LAUNCH_BLOCKING=1 to see the line; indices out of range are common."),
    ),
    _R.COMMUNICATION: Meaning(
        gettext_noop("NCCL"),
        _NOBODY,
        _SAME,
        gettext_noop("Look for another rank that failed first. If none did, try again; NCCL_DEBUG=INFO tells more."),
    ),
    _R.HARDWARE: Meaning(
        gettext_noop("GPU fault"),
        _PROVIDER,
        _SAME,
        gettext_noop("Try again: another machine may do. Tell the provider of this one."),
    ),
    _R.NODE_LOST: Meaning(
        gettext_noop("node lost"),
        _PROVIDER,
        _SAME,
        gettext_noop("Try again, and save checkpoints so that less is lost."),
    ),
    _R.PREEMPTED: Meaning(
        gettext_noop("preempted"),
        _PROVIDER,
        _SAME,
        gettext_noop("Try again, or launch it where it is not interrupted."),
    ),
    _R.NO_CAPACITY: Meaning(
        gettext_noop("no capacity"),
        _PROVIDER,
        _LATER,
        gettext_noop("Try later, or other hardware, another region or provider."),
    ),
    _R.PROVIDER_QUOTA: Meaning(
        gettext_noop("provider quota"),
        _YOU,
        _C,
        gettext_noop("The account's own limit at the provider is reached: end other work or ask for more."),
    ),
    _R.NO_CREDIT: Meaning(
        gettext_noop("no credit"), _YOU, _C, gettext_noop("Top up the account at the provider, then try again.")
    ),
    _R.NOT_AUTHORIZED: Meaning(
        gettext_noop("key refused"), _YOU, _C, gettext_noop("Rotate the key of the connection, and test it.")
    ),
    _R.RATE_LIMITED: Meaning(
        gettext_noop("rate limit"),
        _PROVIDER,
        _LATER,
        gettext_noop("Try again in some minutes, with fewer launches at once."),
    ),
    _R.TIME_LIMIT: Meaning(
        gettext_noop("time limit"),
        _YOU,
        _C,
        gettext_noop("Raise the time limit, or save what is done and go on from there."),
    ),
    _R.NOT_READY: Meaning(
        gettext_noop("never came up"),
        _PROVIDER,
        _LATER,
        gettext_noop("Try again, or pick other hardware or another region."),
    ),
    _R.HEALTH_CHECK: Meaning(
        gettext_noop("health check"),
        _YOU,
        _C,
        gettext_noop("Check the port and path that are probed, and how long it takes to start."),
    ),
    _R.REJECTED: Meaning(
        gettext_noop("refused"),
        _YOU,
        _C,
        gettext_noop("Correct the field that is named: a clone opens with it marked."),
    ),
    _R.UNREACHABLE: Meaning(
        gettext_noop("unreachable"),
        _PROVIDER,
        _SAME,
        gettext_noop("Nothing was launched. Try again once the provider answers."),
    ),
    _R.PROVIDER_FAILURE: Meaning(
        gettext_noop("provider error"),
        _PROVIDER,
        _SAME,
        gettext_noop("Try again. If it fails twice, tell the provider its id and time."),
    ),
    _R.UNKNOWN: Meaning(
        gettext_noop("cause unknown"),
        Fault.UNKNOWN,
        _SAME,
        gettext_noop("Look at the last lines of the log, and at the provider's own console."),
    ),
    _R.UNCONFIRMED: Meaning(
        gettext_noop("unconfirmed"), _NOBODY, _C, gettext_noop("We look for it; it is not sent twice.")
    ),
    _R.NOT_FOUND: Meaning(
        gettext_noop("not found"),
        _NOBODY,
        _C,
        gettext_noop("Look in the provider's own console before you launch it again."),
    ),
    _R.GONE: Meaning(
        gettext_noop("not listed"),
        _PROVIDER,
        _C,
        gettext_noop("Look at the provider: it may still run and cost money."),
    ),
    _R.DEADLINE: Meaning(
        gettext_noop("latest end"),
        _NOBODY,
        _C,
        gettext_noop("Give it longer, or save what is done and go on from there."),
    ),
    _R.BUDGET: Meaning(
        gettext_noop("budget"), _NOBODY, _C, gettext_noop("Have the budget raised, or wait for the next month.")
    ),
    _R.COST: Meaning(
        gettext_noop("cost"),
        _NOBODY,
        _C,
        gettext_noop("Raise Stop at cost, or save what is done and go on from there."),
    ),
    _R.IDLE: Meaning(
        gettext_noop("idle"),
        _NOBODY,
        _C,
        gettext_noop("Look why its GPUs had nothing to do; let it idle for longer if it must."),
    ),
    _R.QUEUED: Meaning(
        gettext_noop("queued too long"),
        _PROVIDER,
        _C,
        gettext_noop("Pick hardware that is free, or let it wait for longer."),
    ),
    _R.STOPPED_ELSEWHERE: Meaning(
        gettext_noop("ended elsewhere"),
        _NOBODY,
        _SAME,
        gettext_noop("Somebody ended it in the provider's own console."),
    ),
    _R.STOPPED_BY_PERSON: Meaning(gettext_noop("stopped"), _NOBODY, _SAME, ""),
    _R.NEVER_SENT: Meaning(gettext_noop("never sent"), _NOBODY, _SAME, ""),
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
    text = next((text for cause, text in provider.advice.items() if cause == code), meaning(code).advice)
    return _(text) if text else ""


def ended_badly(workload: Workload) -> bool:
    """Whether it is over, or at rest, for a cause that nobody here asked for."""
    is_over = workload.state in (State.FAILED, State.CANCELLED, State.STOPPED)
    return is_over and workload.reason_code not in BY_PERSON


def warning(workload: Workload, provider: Provider) -> str:
    """What to change before it runs again; empty where it may run as it is, or nothing went wrong."""
    found = meaning(workload.reason_code)
    if not ended_badly(workload) or found.again is not Again.CHANGE_FIRST:
        return ""
    text = _("{cause}: as it is, it is likely to end so again.").format(cause=ReasonCode(workload.reason_code).label)
    return f"{text} {advice(workload.reason_code, provider)}"


def word(workload: Workload) -> str:
    """The cause in few words where it ended badly; else empty."""
    return _(meaning(workload.reason_code).word) if ended_badly(workload) else ""
