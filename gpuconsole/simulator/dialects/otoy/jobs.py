"""An OTOY job: what was asked, its runs, and its life as a pure function of time.

Billed is the time that each run's container is up, from RUNNING until COMPLETED, FAILED or CANCELLED, at the price of
the whole node. BATCH pays for the time itself, PERSISTENT for started hours ("hourly until cancelled").
"""

import math
import uuid
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from gpuconsole.simulator.charges import COMPUTE, HOUR, MILLISECOND, Charge, total
from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.otoy import plan as plans
from gpuconsole.simulator.dialects.otoy import runs as lives
from gpuconsole.simulator.dialects.otoy.nodes import node_urls
from gpuconsole.simulator.dialects.otoy.runs import CANCELLING_S, FINAL, RUNNING, Run
from gpuconsole.simulator.dialects.otoy.validation import read_job
from gpuconsole.simulator.world import Resource, World


@dataclass(frozen=True)
class _Told:
    """Where a job stands at a moment."""

    word: str
    changed_at: float
    cost: Decimal


@dataclass(frozen=True)
class _Stretch:
    """A while in which no run changes its status."""

    since: float
    until: float
    runs: list[Run]
    word: str


class Job(Resource):
    """One job. `full` names offers that had no free node left when it was born; `is_cooked` is true for recipes."""

    provider = "otoy"
    currency = "USD"
    kept = (*Resource.kept, "cancel_asked_at", "full", "is_cooked")

    def __init__(self, world: World, job_id: str, create_body: dict[str, Any], *, is_cooked: bool = False) -> None:
        self.asked = read_job(create_body)
        super().__init__(world, job_id, self.asked["title"], create_body)
        self.cancel_asked_at: float | None = None
        self.full: list[str] = []
        self.is_cooked = is_cooked
        self._last: _Told | None = None
        self._stretch: _Stretch | None = None

    @classmethod
    def revive(cls, world: World, memory: dict[str, Any]) -> "Job":
        """The job of which `memory` tells."""
        job = cls(world, memory["id"], memory["create_body"])
        job.recall(memory)
        job._stretch = None
        return job

    @cached_property
    def plan(self) -> plans.Plan:
        """What its container, or the failure that it was born to, makes of it."""
        return plans.plan(self.asked["task"], self.container, self.failure)

    @property
    def container(self) -> dict[str, Any]:
        """The container block."""
        block: dict[str, Any] = self.asked["parameters"]["parameters"]
        return block

    @property
    def gpus(self) -> int:
        """GPUs asked for, on all nodes that the job would ever use side by side."""
        return int(self.asked["gpu_count"]) * len({run.place for run in self._natural})

    @cached_property
    def _natural(self) -> list[Run]:
        return lives.natural_runs(self)

    @cached_property
    def _natural_end(self) -> float:
        return max(run.steps[-1][0] for run in self._natural)

    @property
    def over_at(self) -> float:
        """From when on nothing changes any more, at the latest."""
        asked_at = self.cancel_asked_at
        cancelled_at = self._natural_end if asked_at is None else asked_at + self.span(CANCELLING_S)
        return min(self._natural_end, cancelled_at)

    def held_offers(self, now: float) -> list[str]:
        """The offers of which it has a node, or is about to have one."""
        if now >= self.over_at:
            return []
        places = {(run.place, run.attempt): run.offer for run in self._natural}
        live = [run for run in self.runs(now) if run.word not in FINAL]
        return [offer.id for run in live if (offer := places[run.place, run.attempt])]

    def runs(self, now: float) -> list[Run]:
        """The runs that there are at a moment, oldest first; a later one of the same node follows a failed one.

        Reckoned once for each stretch in which nothing changes: lists tell thousands of jobs that stand as they stood.
        """
        return list(self._stretch_at(now).runs)

    def _stretch_at(self, now: float) -> _Stretch:
        if self._stretch is None or not self._stretch.since <= now < self._stretch.until:
            self._stretch = self._reckoned_stretch(now)
        return self._stretch

    def _reckoned_stretch(self, now: float) -> _Stretch:
        asked_at = self.cancel_asked_at
        seen_at = now if asked_at is None else min(now, asked_at)
        cancelling_s = self.span(CANCELLING_S)
        born = [run for run in self._natural if run.attempt == 0 or run.began_at <= seen_at]
        moments = [step[0] for run in self._natural for step in run.steps]
        moments += [] if asked_at is None else [asked_at, round(asked_at + cancelling_s, 3)]
        since = max((moment for moment in moments if moment <= now), default=-math.inf)
        until = min((moment for moment in moments if moment > now), default=math.inf)
        runs = [run.until(now, asked_at, cancelling_s) for run in born]
        return _Stretch(since, until, runs, lives.together([run.word for run in lives.latest(runs)]))

    def run_id(self, run: Run) -> str:
        """The UUID of a run."""
        return str(uuid.uuid5(uuid.UUID(self.id), f"{run.place}/{run.attempt}"))

    def _told(self, now: float) -> "_Told":
        """What most calls tell; reckoned once for a job that is over, as old jobs are many."""
        if now < self.over_at:
            return self._reckoned(now)
        if self._last is None:
            self._last = self._reckoned(now)
        return self._last

    def _reckoned(self, now: float) -> "_Told":
        runs = self.runs(now)
        word = lives.together([run.word for run in lives.latest(runs)])
        return _Told(word, max(run.steps[-1][0] for run in runs), total(self._charges(runs), now))

    def history(self, now: float) -> list[tuple[float, str]]:
        """The statuses that it has been through."""
        found: list[tuple[float, str]] = []
        for moment in sorted({step[0] for run in self.runs(now) for step in run.steps}):
            runs = [run for run in self.runs(moment) if run.began_at <= moment]
            word = lives.together([run.word for run in lives.latest(runs)])
            if not found or found[-1][1] != word:
                found.append((moment, word))
        return found

    def state(self, now: float) -> str:
        """The present status."""
        return self._stretch_at(now).word

    def ended_at(self, now: float) -> float | None:
        """When it ended."""
        told = self._told(now)
        return told.changed_at if told.word in FINAL else None

    def cancel(self) -> None:
        """Begin to end it; a second ask changes nothing, and a zombie never ends."""
        if self.cancel_asked_at is None and not self.refuses_to_end():
            self.cancel_asked_at, self._last, self._stretch = self.world.now(), None, None

    def release(self) -> None:
        """There is stock again: what still waits for a node may find one from here on."""
        if self.state(self.world.now()) not in FINAL:
            super().release()
            self._stretch = None
            for reckoned in ("_natural", "_natural_end"):
                self.__dict__.pop(reckoned, None)

    def up_s(self, run: Run, now: float) -> Decimal:
        """Seconds that a run's container is or was up."""
        started = run.at(RUNNING)
        if started is None:
            return Decimal(0)
        end = run.steps[-1][0] if run.word in FINAL else now
        return Decimal(str(round(max(end - started, 0), 3)))

    def billed_s(self, now: float) -> Decimal:
        """Seconds of all runs together."""
        return sum((self.up_s(run, now) for run in self.runs(now)), Decimal(0))

    def charges(self, now: float) -> list[Charge]:
        """Each run that came up, at the price of the node on which it landed."""
        return self._charges(self.runs(now))

    def _charges(self, runs: list[Run]) -> list[Charge]:
        is_persistent = self.asked["task"] == "PERSISTENT"
        return [
            Charge(
                resource_id=self.id,
                name=self.name,
                what=COMPUTE,
                currency=self.currency,
                began_at=started,
                ended_at=run.steps[-1][0] if run.word in FINAL else None,
                price=run.offer.hourly_usd * self.price_factor,
                step_s=HOUR if is_persistent else MILLISECOND,
                unit="node",
                run=run.attempt + 1,
                part=self.run_id(run),
            )
            for run in runs
            if run.offer is not None and (started := run.at(RUNNING)) is not None
        ]

    def cost(self, now: float) -> Decimal:
        """USD so far."""
        return self._told(now).cost

    def as_json(self, now: float) -> dict[str, Any]:
        """As every call shows it; the container block comes back with all its secrets, as it does there."""
        return {
            "object": "job",
            "uuid": self.id,
            "created_at": iso(self.created_at),
            "updated_at": iso(self._told(now).changed_at),
            "status": self.shown_state(now),
            **self.asked,
        }

    def run_json(self, run: Run, now: float) -> dict[str, Any]:
        """A run without its logs."""
        started = run.at(RUNNING)
        return {
            "object": "job_run",
            "uuid": self.run_id(run),
            "job_uuid": self.id,
            "created_at": iso(run.began_at),
            "updated_at": iso(run.steps[-1][0]),
            "status": run.word,
            "started_at_ms": None if started is None else int(started * 1000),
            "duration_ms": None if started is None else int(self.up_s(run, now) * 1000),
            "hourly_rate_usd": run.offer.hourly_usd * self.price_factor if run.offer else None,
            "node_urls": node_urls(self, run, now),
            "container_access_tokens": [] if started is None else [{"token": uuid.UUID(self.run_id(run)).hex}],
            "job_snapshot": {"object": "job", "uuid": self.id, "created_at": iso(self.created_at), **self.asked},
        }
