"""The statuses an instance goes through: each act of its owner begins a course, which lasts until the next act.

Nominal seconds at speed 1; pulling takes 40 to 120 of them, by the instance's id. The order of the statuses is assumed,
their names are the provider's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from gpuconsole.simulator.dialects.novita.plan import Plan

PULLING, RUNNING, EXITED, REMOVED = "pulling", "running", "exited", "removed"
PULLING_S = (40, 120)
PULL_FAILURE_S = 30

COURSES: dict[str, tuple[tuple[str, float], ...]] = {
    "create": (("pending", 2), ("toCreate", 3), ("creating", 15), (PULLING, 0), (RUNNING, 0)),
    "start": (("toStart", 3), ("starting", 20), (RUNNING, 0)),
    "stop": (("toStop", 3), ("stopping", 20), (EXITED, 0)),
    "restart": (("toRestart", 3), ("restarting", 15), (RUNNING, 0)),
    "upgrade": (("toReset", 3), ("resetting", 15), (PULLING, 0), (RUNNING, 0)),
    "migrate": (("migrating", 90), (RUNNING, 0)),
    "reclaim": ((EXITED, 0),),
    "expire": ((EXITED, 0),),
    "delete": (("toRemove", 3), ("removing", 15), (REMOVED, 0)),
}

BILLED = frozenset(
    (
        PULLING,
        RUNNING,
        "starting",
        "toStop",
        "stopping",
        "toRestart",
        "restarting",
        "toReset",
        "resetting",
        "migrating",
    )
)
"""Statuses in which the GPUs are paid for; all but the first two are assumed."""

KEEP_DATA_S = 7 * 86400


@dataclass(frozen=True)
class Act:
    """What the owner, or the platform, had done to it; `pull_s` and `run_s` are nominal, `run_s` None for ever."""

    kind: str
    at: float
    pull_s: float
    is_pullable: bool
    run_s: float | None

    @classmethod
    def of(cls, kind: str, at: float, luck: float, is_pullable: bool, plan: Plan) -> "Act":
        """An act on an instance with that plan."""
        low, high = PULLING_S
        return cls(kind, at, round(low + (high - low) * luck, 1), is_pullable, plan.ends_after_s)


@lru_cache(maxsize=20_000)
def course(act: Act, speed: float) -> tuple[tuple[float, str], ...]:
    """When each status begins after an act if nothing comes between."""
    moment, found = act.at, []
    for status, nominal_s in COURSES[act.kind]:
        found.append((round(moment, 3), status))
        if status == PULLING and not act.is_pullable:
            found.append((round(moment + PULL_FAILURE_S / speed, 3), EXITED))
            break
        moment += (act.pull_s if status == PULLING else nominal_s) / speed
    if found[-1][1] == RUNNING and act.run_s is not None:
        found.append((round(found[-1][0] + act.run_s / speed, 3), EXITED))
    if found[-1][1] == EXITED:
        # The calendar is never compressed: the data of what rests is kept for seven of its days.
        found.append((found[-1][0] + KEEP_DATA_S, REMOVED))
    return tuple(found)


Steps = list[tuple[float, str]]


def steps(acts: Sequence[Act], speed: float, now: float) -> Steps:
    """The statuses up to now with the moments they began, in order; there is always a first one."""
    found: Steps = []
    for index, act in enumerate(acts):
        until = acts[index + 1].at if index + 1 < len(acts) else now
        found += [step for step in course(act, speed) if step[0] <= until]
    # A clock that was set back cannot take the beginning away.
    return found or [course(acts[0], speed)[0]]


def next_after(acts: Sequence[Act], speed: float, now: float) -> float:
    """When the next status begins if nobody acts; infinite where none does."""
    return min((step[0] for step in course(acts[-1], speed) if step[0] > now), default=float("inf"))


def billed(taken: Steps) -> list[tuple[float, float | None]]:
    """The stretches of billed statuses, from when to when; None for the end of one that goes on."""
    found: list[tuple[float, float | None]] = []
    began: float | None = None
    for moment, status in taken:
        if status in BILLED and began is None:
            began = moment
        elif status not in BILLED and began is not None:
            found.append((began, moment))
            began = None
    return found if began is None else [*found, (began, None)]
