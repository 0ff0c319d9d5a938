"""How long until the next look or the next try; pure figures."""

from __future__ import annotations

import random
from datetime import timedelta

FRESH = timedelta(seconds=1.5)
"""Between looks while something moves or somebody watches; the tick makes about two of it."""
PATIENT = timedelta(seconds=5)
"""While something has been moving for long and nobody watches."""
PATIENT_AFTER = timedelta(minutes=5)
STEADY = timedelta(seconds=15)
EMPTY = timedelta(seconds=60)
"""Where nothing of ours runs."""

LOOK_FOR = timedelta(minutes=10)
"""How long a launch whose answer was lost is looked for before a person decides."""
LOOK_LATE = timedelta(minutes=5)
LOOK_LATE_FOR = timedelta(days=1)
"""How long, and how seldom, it is still looked for after that, where its token tells it from all others."""
TRY_LAUNCH_FOR = timedelta(hours=1)
"""How long a launch that provably did not happen is sent again."""
MISSING_COUNT = 3
MISSING_FOR = timedelta(minutes=2)
"""A workload is lost only after so many agreeing readings over so long."""

LOGS_WATCHED = timedelta(seconds=3)
LOGS_STEADY = timedelta(seconds=15)
LOGS_SETTLE = timedelta(seconds=15)
"""After the end, lines may still arrive for so long."""
LOGS_GIVE_UP = timedelta(minutes=30)
CHECKPOINTS_WATCHED = timedelta(seconds=15)
CHECKPOINTS_STEADY = timedelta(seconds=60)
METRICS_EVERY = timedelta(seconds=30)
METRICS_GUARDED = timedelta(seconds=60)
"""Before the samples of work that a guard ends when it is idle are fetched ahead of all others."""


def after_launch_try(tries: int) -> timedelta:
    """Before a launch that provably did not happen is sent again."""
    return _doubling(2, tries, most_s=60)


def after_look(tries: int) -> timedelta:
    """Between looks for a lost launch."""
    return _doubling(1, tries, most_s=15)


def after_act(tries: int) -> timedelta:
    """Before a stop, start, restart or end is asked for again."""
    return _doubling(3, tries, most_s=60)


def after_trouble(failures: int, *, asked_s: float | None = None) -> timedelta:
    """Before a connection in trouble is asked again; a figure of the provider's own is the least."""
    wait = _doubling(2, failures, most_s=60)
    return max(wait, timedelta(seconds=asked_s)) if asked_s else wait


def _doubling(first_s: float, tries: int, *, most_s: float) -> timedelta:
    wait_s: float = min(most_s, first_s * 2.0 ** min(max(tries, 1) - 1, 10))
    return timedelta(seconds=wait_s * random.uniform(0.8, 1.2))  # noqa: S311 (jitter, no secret)
