"""Why work goes wrong, in a word each, and how to read that word out of what a provider or a program says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

LONGEST = 2000
"""Characters of one line that are looked at, so that no text keeps anybody busy."""


class Cause(StrEnum):
    """Why work may end badly, or not begin."""

    IMAGE = "image"
    REGISTRY = "registry"
    COMMAND = "command"
    EXIT_CODE = "exit_code"
    GPU_MEMORY = "gpu_memory"
    HOST_MEMORY = "host_memory"
    DISK_FULL = "disk_full"
    NO_DATA = "no_data"
    BAD_DATA = "bad_data"
    BAD_CONFIG = "bad_config"
    DEPENDENCY = "dependency"
    MODEL_LOAD = "model_load"
    PERMISSION = "permission"
    GPU_ERROR = "gpu_error"
    COMMUNICATION = "communication"
    HARDWARE = "hardware"
    NODE_LOST = "node_lost"
    PREEMPTED = "preempted"
    NO_CAPACITY = "no_capacity"
    PROVIDER_QUOTA = "provider_quota"
    NO_CREDIT = "no_credit"
    NOT_AUTHORIZED = "not_authorized"
    RATE_LIMITED = "rate_limited"
    TIME_LIMIT = "time_limit"
    NOT_READY = "not_ready"
    HEALTH_CHECK = "health_check"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    PROVIDER_FAILURE = "provider_failure"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ending:
    """What a final status word says by itself of the cause; ``text`` stands in where the provider gives none."""

    cause: Cause
    text: str


Words: TypeAlias = tuple[tuple[Cause, re.Pattern[str]], ...]
"""What tells a cause, the most telling first."""


def words(*rows: tuple[Cause, str]) -> Words:
    """A table of patterns, in any case of letters. None may repeat what repeats, so that each reads in linear time."""
    return tuple((cause, re.compile(pattern, re.IGNORECASE)) for cause, pattern in rows)


def told(text: str, *tables: Words) -> Cause | None:
    """The first cause that a text tells, by tables in order; None where none knows it."""
    line = text[:LONGEST]
    found = (cause for table in tables for cause, pattern in table if pattern.search(line))
    return next((_by_code(cause, line) for cause in found if not _is_code_0(cause, line)), None)


_EXIT_CODE = re.compile(
    r"(?:exit(?:ed)?|return(?:ed)?)[ _]{0,2}(?:with |non-zero |code|status|[:= ]){0,8}(-?\d{1,10})\b"
)
_MEANT = {126: Cause.COMMAND, 127: Cause.COMMAND, 137: Cause.HOST_MEMORY, -9: Cause.HOST_MEMORY}
"""Exit codes that say more than that there was an error; by habit of shells 137 is a kill, mostly to free memory."""


def exit_code(text: str) -> int | None:
    """The exit code that a text tells; None where it tells none."""
    found = _EXIT_CODE.search(text[:LONGEST].lower())
    return int(found[1]) if found else None


def _by_code(cause: Cause, line: str) -> Cause:
    return _MEANT.get(exit_code(line) or 0, cause) if cause is Cause.EXIT_CODE else cause


def _is_code_0(cause: Cause, line: str) -> bool:
    return cause is Cause.EXIT_CODE and exit_code(line) == 0


@dataclass(frozen=True, slots=True)
class Clue:
    """Which line of several tells the cause."""

    cause: Cause
    index: int


def clue(lines: Sequence[str], *tiers: Words) -> Clue | None:
    """The line that tells most: the last one of the first tier that any line fits."""
    for tier in tiers:
        for index, line in _backwards(lines):
            if (cause := told(line, tier)) is not None:
                return Clue(cause, index)
    return None


def _backwards(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    return ((index, lines[index]) for index in range(len(lines) - 1, -1, -1))
