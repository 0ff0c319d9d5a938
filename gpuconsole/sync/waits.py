"""How long until the next look or the next try; pure figures."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

FRESH = timedelta(seconds=1.5)
"""Between looks while something moves or somebody watches; the tick makes about two of it."""
PATIENT = timedelta(seconds=5)
"""While something has been moving for long and nobody watches."""
PATIENT_AFTER = timedelta(minutes=5)
STEADY = timedelta(seconds=15)
MOST_STEADY = timedelta(seconds=60)
"""Where a look is so dear that even steady work must do with fewer."""
EMPTY = timedelta(seconds=60)
"""Where nothing of ours runs."""
OUTPUT_FOR = timedelta(seconds=2.5)
"""Output is fetched for so long in one round at most: on a worker that has much to do, looks go first."""
MOST_JITTER = timedelta(seconds=0.5)
REST = 0.6
"""A connection is left alone for at least this much of the time that its last round took: others need the worker."""
SHARE = 0.8
"""Looks use up no more than this of the rate limit; the rest is for launches, ends and output."""
_FEW_UNSEEN = 2.0
"""So many changes may come between two looks at steady work, by what the last looks found."""

SEND_WITHIN = timedelta(seconds=30)
"""So long after it was written down a call may still begin: far less than anybody waits before sending again."""
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

INVENTORY_EVERY = timedelta(minutes=5)
"""How often everything in an account is compared with what is on record."""
INVENTORY_AGAIN = timedelta(seconds=30)
"""Until the second look at what was seen for the first time: only what both agree on is shown."""
INVENTORY_LATE = timedelta(minutes=1)
"""So much later it may come where launches have used up the rate limit."""

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


@dataclass(frozen=True, slots=True)
class Need:
    """What makes a connection worth a look. ``moving_for``: since the newest move of what is on its way, if any is."""

    live: int = 0
    is_watched: bool = False
    moving_for: timedelta | None = None
    has_unread_logs: bool = False
    pulse: float = 0.0
    """Changes a second that the last looks found."""


@dataclass(frozen=True, slots=True)
class Price:
    """What the last look cost: seconds of a worker, and calls to a provider that takes ``rate`` of them a second."""

    took_s: float = 0.0
    calls: int = 1
    rate: float = 5.0


def until_next_look(need: Need, price: Price) -> timedelta:
    """From the end of one look to the next: as soon as it is needed, and no sooner than it can be paid for."""
    by_worker_s = price.took_s * REST
    by_rate_s = price.calls / (price.rate * SHARE) - price.took_s if price.calls > 1 else 0.0
    least = timedelta(seconds=min(max(by_worker_s, by_rate_s, 0.0), MOST_STEADY.total_seconds()))
    wait = max(wanted(need), least)
    return wait + min(wait * 0.05, MOST_JITTER) * random.random()  # noqa: S311 (no secret)


def wanted(need: Need) -> timedelta:
    """How soon a look is worth having, whatever it costs."""
    if need.is_watched and need.live:
        return FRESH
    if need.moving_for is not None:
        return FRESH if need.moving_for < PATIENT_AFTER else min(PATIENT, _by_pulse(need))
    if need.has_unread_logs:
        return LOGS_WATCHED
    return _by_pulse(need) if need.live else EMPTY


def _by_pulse(need: Need) -> timedelta:
    """Work that changes all the time is looked at as if it moved, however steady each piece of it seems."""
    steady_s = STEADY.total_seconds()
    seconds = steady_s if need.pulse * steady_s < _FEW_UNSEEN else _FEW_UNSEEN / need.pulse
    return timedelta(seconds=max(seconds, FRESH.total_seconds()))


def after_launch_try(tries: int) -> timedelta:
    """Before a launch that provably did not happen is sent again."""
    return _doubling(2, tries, most_s=60)


def after_look(tries: int) -> timedelta:
    """Between looks for a lost launch."""
    return _doubling(1, tries, most_s=15)


def after_act(tries: int) -> timedelta:
    """Before a stop, start, restart or end is asked for again."""
    return _doubling(3, tries, most_s=60)


def after_inventory() -> timedelta:
    """Between two inventories, so that those of many accounts spread out."""
    return INVENTORY_EVERY * random.uniform(0.9, 1.1)  # noqa: S311 (jitter, no secret)


def after_trouble(failures: int, *, asked_s: float | None = None) -> timedelta:
    """Before a connection in trouble is asked again; a figure of the provider's own is the least."""
    wait = _doubling(2, failures, most_s=60)
    return max(wait, timedelta(seconds=asked_s)) if asked_s else wait


def _doubling(first_s: float, tries: int, *, most_s: float) -> timedelta:
    wait_s: float = min(most_s, first_s * 2.0 ** min(max(tries, 1) - 1, 10))
    return timedelta(seconds=wait_s * random.uniform(0.8, 1.2))  # noqa: S311 (jitter, no secret)
