"""What a provider tells about the things that it runs for us, in our words beside its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from pydantic import SecretStr


class RemoteState(StrEnum):
    """Where a remote stands; UNKNOWN is the answer for a status word that we have never heard."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """A stretch within one attempt; each has its own colour on every timeline."""

    QUEUED = "queued"
    ASSIGNED = "assigned"
    PREPARING = "preparing"
    RUNNING = "running"
    STOPPING = "stopping"


class Tariff(StrEnum):
    """What a status is billed on: nothing, the price of what runs, or the price of what is kept while it is off."""

    NOTHING = ""
    RUN = "run"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one raw status word means: our state, the phase (None outside an attempt) and what it is billed on."""

    state: RemoteState
    phase: Phase | None
    tariff: Tariff | None = Tariff.NOTHING
    """None: whatever was billed before goes on, as where an end is being made of what may have run or not."""


UNHEARD_OF = Reading(RemoteState.UNKNOWN, None, None)
"""The answer for a word that is in no table: keep the last state and go on counting money."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """A GPU type: our short name, its maker, memory of one GPU in GB (None where unknown)."""

    model: str
    maker: str = "NVIDIA"
    vram_gb: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """Hardware × count × region × price as seen at a moment; ``hourly_price`` is for all GPUs of the offer together."""

    hardware_id: str
    hardware: Hardware | None
    gpu_count: int
    hourly_price: Decimal | None
    currency: str
    billing: str
    """The billing unit in a word: second, minute or hour."""
    region: str = ""
    cpu_count: Decimal | None = None
    ram_gb: Decimal | None = None
    is_available: bool | None = None
    """None: the provider does not tell."""
    detail: str = ""
    regions: tuple[str, ...] = ()
    """All that it can be had in, where that is more than one."""
    is_doubted: bool = False
    """The console's own finding: the price is more likely a mistake than a bargain."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that the provider offers for a field just now."""

    value: str
    label: str
    help: str = ""
    group: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """JSON-able facts that forms show or check, such as the longest context per hardware."""


class PartState(StrEnum):
    """Where one worker or node stands."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Part:
    """One worker or node of a workload, with the provider's own step where it tells one."""

    name: str
    state: PartState
    step: int | None = None
    steps: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of the provider's own to run a remote: when it came to run, when it ended, and why in a few words."""

    started_at: datetime | None = None
    ended_at: datetime | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """What the provider bills by itself beside others, such as one node in one try; ``ended_at`` None: it still is."""

    id: str
    attempt: int
    """In which of the provider's own tries, from 1."""
    started_at: datetime
    ended_at: datetime | None
    hourly_price: Decimal | None
    gpu_count: int = 0


Way: TypeAlias = str | SecretStr
"""One way into what runs: an address or a command to copy; a ``SecretStr`` is shown only when somebody asks for it."""


@dataclass(frozen=True, slots=True)
class Port:
    """One published port, by its number inside; its address outside is the way of the label ``way`` in ``connect``."""

    number: int
    protocol: str
    way: str
    use: str = ""
    """What it is there for, where the provider says so: a tool, a node."""
    answers: bool | None = None
    """Whether something listens, by the provider's word; None: it does not tell."""


@dataclass(frozen=True, slots=True)
class Remote:
    """One thing at the provider as its last answer shows it.

    ``status`` is the raw word; ``raw`` the answer itself with secrets taken out (kept for the Spec tab).
    ``name`` is what the provider keeps of the name we sent; ``token`` is the launch token found in it or "".
    """

    id: str
    status: str
    reading: Reading
    token: str = ""
    name: str = ""
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    message: str = ""
    hardware_id: str = ""
    gpu_count: int | None = None
    region: str = ""
    hourly_price: Decimal | None = None
    """What it is charged per hour just now by the provider's own word; None where it does not say."""
    resting_hourly_price: Decimal | None = None
    """What is kept while it is off costs so much per hour, as it is now; None where it does not say."""
    attempts: tuple[Attempt, ...] = ()
    """The provider's own tries, oldest first; it stands in the last. Empty: one, or not told."""
    lanes: tuple[Lane, ...] = ()
    """All that came up so far, where each is billed by itself: then they are counted, and not the time of the states.
    """
    parts: tuple[Part, ...] = ()
    connect: Mapping[str, Way] = field(default_factory=dict)
    """Ways in, by label: {"Base URL": "https://…"}; empty until usable. What lets anybody in, as a password does, is
    handed over as a ``SecretStr``, whatever its label."""
    ports: tuple[Port, ...] = ()
    """Those of the ways in that are published ports."""
    raw: Mapping[str, Any] = field(default_factory=dict)
    is_whole: bool = True
    """False: a list told it, which leaves out the ways in and parts of ``raw``; what is known of those stays."""


GAP = "gap"
"""Level of a line that is no output, but says that lines are missing in its place."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of output; ``at`` is None where the provider gives no time."""

    at: datetime | None
    text: str
    source: str = ""
    """Node, rank or stream in the provider's word."""
    level: str = ""
    """In the provider's word, or ``GAP``."""


@dataclass(frozen=True, slots=True)
class LogPage:
    """Lines in order of time and the cursor for what follows; ``has_more`` says that more lines wait already."""

    lines: tuple[LogLine, ...]
    cursor: str
    has_more: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """One measured value: ``name`` such as gpu_utilization (fraction 0 to 1), ``series`` the GPU or node."""

    at: datetime
    name: str
    series: str
    value: float


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A saved state of a training job, as the provider lists it."""

    id: str
    created_at: datetime | None
    size_bytes: int | None
    is_complete: bool
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One read-only step of a connection test."""

    name: str
    is_ok: bool
    detail: str
    took_ms: int
    is_refused: bool = False
    """The credentials themselves were refused: trying again cannot help."""
