"""The one vocabulary of states: what each word means, which moves are allowed, what each remote state becomes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from gpuconsole.providers.causes import Cause
from gpuconsole.providers.remote import Phase, RemoteState


class Kind(models.TextChoices):
    JOB = "job", _("Job")
    INSTANCE = "instance", _("Instance")


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTING = "submitting", _("Submitting")
    QUEUED = "queued", _("Queued")
    STARTING = "starting", _("Starting")
    RUNNING = "running", _("Running")
    STOPPING = "stopping", _("Stopping")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    STOPPED = "stopped", _("Stopped")
    LOST = "lost", _("Lost")

    @property
    def icon(self) -> str:
        """The lucide icon that always stands beside the word."""
        return _ICONS[self]

    @property
    def meaning(self) -> str:
        return str(_MEANINGS[self])


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})
"""States that nothing leaves (but for a retry, which opens a new attempt)."""

OPEN = tuple(sorted(set(State) - FINAL))
"""All others. Queries name them: of a list of words the database knows how few rows have them, of "none of these" it
believes a quarter of all."""

ACTIVE = frozenset({State.SUBMITTING, State.QUEUED, State.STARTING, State.RUNNING, State.STOPPING, State.LOST})
"""States that count against the quota; a lost workload may still run, so it counts."""

TRANSITIONAL = frozenset({State.SUBMITTING, State.QUEUED, State.STARTING, State.STOPPING})
"""States that do not last: looked at often."""

_ENDS = FINAL | {State.LOST}
_FORWARD = {
    State.DRAFT: frozenset({State.SUBMITTING}),
    State.SUBMITTING: frozenset({State.QUEUED, State.STARTING, State.RUNNING, State.STOPPING}) | _ENDS,
    State.QUEUED: frozenset({State.STARTING, State.RUNNING, State.STOPPING}) | _ENDS,
    State.STARTING: frozenset({State.RUNNING, State.STOPPING, State.QUEUED}) | _ENDS,
    State.RUNNING: frozenset({State.STOPPING}) | _ENDS,
    State.STOPPING: _ENDS,
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
    State.STOPPED: frozenset(),
    State.LOST: frozenset({State.QUEUED, State.STARTING, State.RUNNING, State.STOPPING}) | FINAL,
}
_AGAIN = {
    State.FAILED: frozenset({State.SUBMITTING}),
    State.CANCELLED: frozenset({State.SUBMITTING}),
}
_AT_REST = {
    State.STARTING: frozenset({State.STOPPED}),
    State.RUNNING: frozenset({State.STOPPED, State.STARTING}),
    State.STOPPING: frozenset({State.STOPPED, State.STARTING}),
    State.STOPPED: frozenset({State.STARTING, State.RUNNING, State.STOPPING}) | _ENDS,
    State.LOST: frozenset({State.STOPPED}),
    State.SUBMITTING: frozenset({State.STOPPED}),
}

MOVES: dict[Kind, dict[State, frozenset[State]]] = {
    Kind.JOB: {state: moves | _AGAIN.get(state, frozenset()) for state, moves in _FORWARD.items()},
    Kind.INSTANCE: {state: moves | _AT_REST.get(state, frozenset()) for state, moves in _FORWARD.items()},
}
"""Per kind, where each state may go. Moves go forward, but for a retry (a new attempt), a find after lost, and a start
after a stop."""

FROM_REMOTE: dict[RemoteState, State] = {
    RemoteState.QUEUED: State.QUEUED,
    RemoteState.STARTING: State.STARTING,
    RemoteState.RUNNING: State.RUNNING,
    RemoteState.STOPPING: State.STOPPING,
    RemoteState.SUCCEEDED: State.SUCCEEDED,
    RemoteState.FAILED: State.FAILED,
    RemoteState.CANCELLED: State.CANCELLED,
    RemoteState.STOPPED: State.STOPPED,
}
"""UNKNOWN is left out on purpose: an unheard-of word keeps the state."""

PHASE_OF: dict[State, Phase | None] = {
    State.DRAFT: None,
    State.SUBMITTING: None,
    State.QUEUED: Phase.QUEUED,
    State.STARTING: Phase.PREPARING,
    State.RUNNING: Phase.RUNNING,
    State.STOPPING: Phase.STOPPING,
    State.SUCCEEDED: None,
    State.FAILED: None,
    State.CANCELLED: None,
    State.STOPPED: None,
    State.LOST: None,
}


class Verb(models.TextChoices):
    """What a person may do with a workload."""

    STOP = "stop", _("Stop")
    START = "start", _("Start")
    RESTART = "restart", _("Restart")
    TERMINATE = "terminate", _("Terminate")
    RETRY = "retry", _("Retry")
    CLONE = "clone", _("Clone")
    EDIT = "edit", _("Edit")
    DELETE = "delete", _("Delete")


_RUNNING_ON = frozenset({State.SUBMITTING, State.QUEUED, State.STARTING, State.RUNNING, State.LOST})
_THERE = frozenset({State.QUEUED, State.STARTING, State.RUNNING})

VERBS: dict[Kind, dict[Verb, frozenset[State]]] = {
    Kind.JOB: {
        Verb.STOP: _RUNNING_ON,
        Verb.RETRY: frozenset({State.FAILED, State.CANCELLED}),
        Verb.CLONE: frozenset(State),
        Verb.EDIT: _THERE,
        Verb.DELETE: FINAL,
    },
    Kind.INSTANCE: {
        Verb.STOP: frozenset({State.STARTING, State.RUNNING}),
        Verb.START: frozenset({State.STOPPED}),
        Verb.RESTART: frozenset({State.RUNNING}),
        Verb.TERMINATE: _RUNNING_ON | {State.STOPPING, State.STOPPED},
        Verb.RETRY: frozenset({State.FAILED, State.CANCELLED}),
        Verb.CLONE: frozenset(State),
        Verb.EDIT: _THERE | {State.STOPPED},
        Verb.DELETE: FINAL,
    },
}
"""Per kind, the states in which each verb makes sense."""


class Fault(models.TextChoices):
    """Whose fault an end is."""

    YOU = "you", _("Your code or settings")
    PROVIDER = "provider", _("The provider")
    CONSOLE = "console", "gpuconsole"
    NOBODY = "nobody", _("Nobody")
    UNKNOWN = "unknown", _("Not known")


class ReasonCode(models.TextChoices):
    """Why a workload failed or ended, apart from its state. The first ones are a provider's ``Cause``s, by the same
    words; what each means for people stands in the module ``causes``."""

    NONE = "", _("None")
    IMAGE = Cause.IMAGE, _("The image could not be pulled")
    REGISTRY = Cause.REGISTRY, _("The image's registry refused the login")
    COMMAND = Cause.COMMAND, _("The command could not be started")
    EXIT_CODE = Cause.EXIT_CODE, _("The command ended with an error")
    GPU_MEMORY = Cause.GPU_MEMORY, _("Out of GPU memory")
    HOST_MEMORY = Cause.HOST_MEMORY, _("Out of memory on the machine")
    DISK_FULL = Cause.DISK_FULL, _("The disk is full")
    NO_DATA = Cause.NO_DATA, _("A data set, model or file was not found")
    BAD_DATA = Cause.BAD_DATA, _("An input could not be read")
    BAD_CONFIG = Cause.BAD_CONFIG, _("A setting makes no sense to the program")
    DEPENDENCY = Cause.DEPENDENCY, _("A package is missing or does not fit")
    MODEL_LOAD = Cause.MODEL_LOAD, _("The model could not be loaded")
    PERMISSION = Cause.PERMISSION, _("Access was denied")
    GPU_ERROR = Cause.GPU_ERROR, _("A CUDA error")
    COMMUNICATION = Cause.COMMUNICATION, _("The GPUs lost touch with each other")
    HARDWARE = Cause.HARDWARE, _("The GPU or its driver failed")
    NODE_LOST = Cause.NODE_LOST, _("The machine was lost")
    PREEMPTED = Cause.PREEMPTED, _("The provider took the hardware back")
    NO_CAPACITY = Cause.NO_CAPACITY, _("The provider has no such hardware free")
    PROVIDER_QUOTA = Cause.PROVIDER_QUOTA, _("A limit of the account at the provider")
    NO_CREDIT = Cause.NO_CREDIT, _("The account at the provider has no credit left")
    NOT_AUTHORIZED = Cause.NOT_AUTHORIZED, _("The provider refused the credentials")
    RATE_LIMITED = Cause.RATE_LIMITED, _("The provider asked for fewer calls for too long")
    TIME_LIMIT = Cause.TIME_LIMIT, _("The time limit at the provider was reached")
    NOT_READY = Cause.NOT_READY, _("It never came up")
    HEALTH_CHECK = Cause.HEALTH_CHECK, _("A health check failed")
    REJECTED = Cause.REJECTED, _("The provider refused the request")
    UNREACHABLE = Cause.UNREACHABLE, _("The provider could not be reached")
    PROVIDER_FAILURE = Cause.PROVIDER_FAILURE, _("It failed at the provider")
    UNKNOWN = Cause.UNKNOWN, _("The provider gives no cause")
    UNCONFIRMED = "unconfirmed", _("Sent, and the answer was lost")
    NOT_FOUND = "not_found", _("Sent, and not found at the provider")
    STOPPED_BY_PERSON = "stopped_by_person", _("Stopped by a person")
    STOPPED_ELSEWHERE = "stopped_elsewhere", _("Ended at the provider, not from here")
    DEADLINE = "deadline", _("Its latest end had come")
    BUDGET = "budget", _("Its budget was overspent")
    COST = "cost", _("It had cost as much as it may")
    IDLE = "idle", _("Its GPUs were idle")
    QUEUED = "queued", _("It was queued too long")
    GONE = "gone", _("The provider no longer lists it")
    NEVER_SENT = "never_sent", _("Ended before it was sent")


OF_GUARDS = frozenset({ReasonCode.DEADLINE, ReasonCode.BUDGET, ReasonCode.COST, ReasonCode.IDLE, ReasonCode.QUEUED})
"""Ends that a guard asked for."""


class Source(StrEnum):
    """Who said the line that tells a cause."""

    MESSAGE = "message"
    PART = "part"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The line that tells a cause, as it was said; secrets are taken out."""

    text: str
    source: Source
    line: int | None = None
    """Its number in the kept log, from 1."""
    offset: int | None = None
    """The byte of that log at which it begins."""
    exit_code: int | None = None
    raw: str = ""
    """The provider's whole answer to a request that it refused, where it says more than the line."""

    def as_kept(self) -> dict[str, Any]:
        """As JSON; without a raw answer where there is none, as for all but refusals."""
        return {name: value for name, value in asdict(self).items() if value or name != "raw"}


@dataclass(frozen=True, slots=True)
class Reason:
    """A typed cause: what, in the provider's words or ours, and whose fault it is."""

    code: ReasonCode
    text: str = ""
    fault: Fault = Fault.NOBODY
    field: str = ""
    """Dotted wire path of the field that the provider refused, where it named one."""
    evidence: Evidence | None = None


def may_move(kind: Kind, before: State, after: State) -> bool:
    """Whether the move is allowed for this kind of workload."""
    return after in MOVES[kind][before]


_ICONS = {
    State.DRAFT: "pencil-line",
    State.SUBMITTING: "arrow-up-from-line",
    State.QUEUED: "clock",
    State.STARTING: "loader",
    State.RUNNING: "circle-play",
    State.STOPPING: "circle-stop",
    State.SUCCEEDED: "circle-check",
    State.FAILED: "circle-x",
    State.CANCELLED: "ban",
    State.STOPPED: "square",
    State.LOST: "circle-help",
}
_MEANINGS = {
    State.DRAFT: _("Saved here, never sent."),
    State.SUBMITTING: _("Sent, or about to be; no provider id yet."),
    State.QUEUED: _("Accepted; waits for hardware."),
    State.STARTING: _("Has hardware; assigned or preparing."),
    State.RUNNING: _("The command or the machine is up."),
    State.STOPPING: _("Stop asked, not confirmed."),
    State.SUCCEEDED: _("Ended by itself without an error."),
    State.FAILED: _("Ended with an error or at a time limit."),
    State.CANCELLED: _("Stopped by a person, a rule or a budget before it ended."),
    State.STOPPED: _("The instance is off; its disks are kept."),
    State.LOST: _("The provider no longer lists it, or has not answered for longer than the limit."),
}
