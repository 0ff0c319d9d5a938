"""A storm: launches everywhere while a fifth of all calls fail and workers are killed; and who agrees after it."""

from __future__ import annotations

import copy
import random
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from gpuconsole.core.errors import Refused
from gpuconsole.workloads import services
from gpuconsole.workloads.decisions import services as decisions
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import FINAL, State
from tests.faults.matrix import agreement, scenes
from tests.faults.matrix.agreement import NOT_FOUND, Verdict
from tests.faults.matrix.ground import STOP_AFTER_S, Ground, endless

TROUBLES: tuple[dict[str, Any], ...] = (
    {"fault": "dropped_before"},
    {"fault": "dropped_after"},
    {"fault": "500"},
    {"fault": "502"},
    {"fault": "502_after"},
    {"fault": "429", "retry_after": 1},
    {"fault": "broken_json"},
    {"fault": "latency", "seconds": 0.3},
)
WORKERS = 2
_STEP_S = 0.3
_BURST = 12
_ENDS_A_STEP = 0.02
_HERE, _THERE = 60, 20
"""Seconds that pass on our side, and at the providers, in each step."""


@dataclass(frozen=True)
class Plan:
    """How much, how bad, and by which dice."""

    launches: int
    seed: int
    share: float = 0.2
    kill_every_s: float = 3.0
    calm_within_s: float = 300.0


@dataclass
class Outcome:
    """What the storm did, and the verdict of each connection after it."""

    plan: Plan
    launched: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    hits: int = 0
    calls: int = 0
    took_s: float = 0.0
    calm_s: float = 0.0
    decided: Counter[str] = field(default_factory=Counter)
    """What people chose for launches that nobody could confirm."""
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    states: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> Verdict:
        """All connections together."""
        total = Verdict()
        for verdict in self.verdicts.values():
            total.add(verdict)
        return total


def rage(ground: Ground, plan: Plan) -> Outcome:
    """Launch, spoil and kill; then heal, and wait until both sides agree or the time is over."""
    dice = random.Random(plan.seed)
    outcome, began = Outcome(plan), time.monotonic()
    ground.clear()
    ground.crew.start("beat")
    for _ in range(WORKERS):
        ground.crew.start()
    _spoil(ground, plan)
    kill_at = began + plan.kill_every_s
    while sum(outcome.launched.values()) < plan.launches:
        _step(ground, plan, dice, outcome)
        if time.monotonic() >= kill_at:
            _kill_one(ground, dice, outcome)
            kill_at = time.monotonic() + dice.uniform(0.5, 1.5) * plan.kill_every_s
    _rage_on(ground, plan, dice, outcome)
    outcome.hits, outcome.calls = sum(scenes.was_hit(ground).values()), len(ground.gateway.calls)
    outcome.took_s = time.monotonic() - began
    ground.engine.heal()
    _calmed(ground, plan, {NOT_FOUND})
    outcome.decided = _decide(ground, dice)
    outcome.verdicts = _calmed(ground, plan, frozenset())
    outcome.calm_s = time.monotonic() - began - outcome.took_s
    outcome.states = Counter(Workload.objects.values_list("state", flat=True))
    ground.crew.kill_all()
    return outcome


def _spoil(ground: Ground, plan: Plan) -> None:
    """So that the chance of a call to meet any of the troubles is the plan's share."""
    each = 1 - (1 - plan.share) ** (1 / len(TROUBLES))
    for trouble in TROUBLES:
        scenes.spoil(ground, **trouble, share=round(each, 5))


def _step(ground: Ground, plan: Plan, dice: random.Random, outcome: Outcome) -> None:
    """A burst of launches, some ends, and a little time."""
    for _ in range(min(dice.randint(1, _BURST), plan.launches - sum(outcome.launched.values()))):
        slug = dice.choice(sorted(ground.connections))
        ground.engine.launch(_spec(slug, dice), stop_after_s=STOP_AFTER_S)
        outcome.launched[slug] += 1
    _end_some(ground, dice)
    _pass_time(ground)


def _rage_on(ground: Ground, plan: Plan, dice: random.Random, outcome: Outcome) -> None:
    """Until most has been sent, the storm goes on."""
    until = time.monotonic() + plan.calm_within_s / 3
    while time.monotonic() < until:
        waiting = Workload.objects.filter(state=State.SUBMITTING, sending_at=None).count()
        if waiting <= plan.launches // 50:
            return
        _end_some(ground, dice)
        _pass_time(ground)
        if dice.random() < _STEP_S / plan.kill_every_s:
            _kill_one(ground, dice, outcome)


def _end_some(ground: Ground, dice: random.Random) -> None:
    """A few are stopped, wherever they stand."""
    alive = Workload.objects.exclude(state__in=[*FINAL, State.STOPPING])
    for row in list(alive.order_by("pk")):
        if dice.random() < _ENDS_A_STEP:
            try:
                services.terminate(workload=row, by=ground.engine.user)
            except Refused:  # it has just ended by itself
                continue


def _pass_time(ground: Ground) -> None:
    ground.pass_time_there(_THERE)
    ground.pass_time_here(_HERE)
    ground.pause(_STEP_S)


def _kill_one(ground: Ground, dice: random.Random, outcome: Outcome) -> None:
    """One of the workers, whatever it is doing; what it held is free again once its leases have run out."""
    ground.crew.kill(dice.choice(ground.crew.of("worker")))
    outcome.kills += 1
    ground.let_leases_run_out()
    ground.crew.start()


def _decide(ground: Ground, dice: random.Random) -> Counter[str]:
    """A person looks at each launch that was never found, and has it sent again or gives it up."""
    made: Counter[str] = Counter()
    for row in Workload.objects.filter(state=State.SUBMITTING, reason_code=NOT_FOUND).order_by("pk"):
        choose = dice.choice([decisions.send_again, decisions.give_up])
        choose(workload=row, by=ground.engine.user)
        made[choose.__name__] += 1
    return made


def _calmed(ground: Ground, plan: Plan, allowed: Collection[str]) -> dict[str, Verdict]:
    """The verdicts once all agree, and still do after another round; or those of the end of the time."""
    until = time.monotonic() + plan.calm_within_s
    while True:
        verdicts = _verdicts(ground, allowed)
        if time.monotonic() > until:
            return verdicts
        if not any(one.complaints for one in verdicts.values()):
            scenes.another_round(ground)
            verdicts = _verdicts(ground, allowed)
            if not any(one.complaints for one in verdicts.values()):
                return verdicts
        _pass_time(ground)
        ground.nudge()


def _verdicts(ground: Ground, allowed: Collection[str]) -> dict[str, Verdict]:
    return {
        slug: agreement.compare(connection, ground.engine.far, allowed=allowed)
        for slug, connection in ground.connections.items()
    }


def _spec(slug: str, dice: random.Random) -> dict[str, Any]:
    """One that never ends, one that ends by itself, or one that fails, where the provider has such."""
    spec = copy.deepcopy(endless(slug))
    seconds, code = dice.choice([(None, 0), (60, 0), (30, 3)])
    if seconds is None:
        return spec
    command = f"sleep {seconds}" + (f"; exit {code}" if code else "")
    if slug == "baseten":
        spec["training_job"]["runtime"]["start_commands"] = [command]
    if slug == "fireworks":
        spec["pythonExecutor"]["args"] = [command]
    if slug == "otoy":
        spec["parameters"]["parameters"]["env"] |= {"SIM_RUN_S": str(seconds), "SIM_EXIT_CODE": str(code)}
    return spec
