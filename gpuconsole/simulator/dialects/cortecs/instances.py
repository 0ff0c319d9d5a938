"""A Cortecs instance: its arguments, its runs, and its life as a pure function of time.

Nominal seconds at speed 1: a worker allocates hardware (10 to 25), starts the machine (20 to 50), downloads the model
(60 to 140) and loads it (30 to 70); half of that for instantly provisioned models. Workers start 15 seconds apart.
The instance turns `running` 10 seconds after its first worker shows step 5, so a poll can meet step 5 with `pending`.
A stop takes 40 seconds until it is listed.
"""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from gpuconsole.simulator.charges import COMPUTE, HOUR, MINUTE, Charge
from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.cortecs.catalogue import HARDWARE, MODELS, Hardware
from gpuconsole.simulator.world import Resource, World, chance

STEPS = ("Allocating hardware", "Starting machine", "Downloading model", "Loading model", "Running")
STEP_S = ((10, 25), (20, 50), (60, 140), (30, 70))
STAGGER_S = 15
READY_LAG_S = 10
STOPPING_S = 40


@dataclass
class Run:
    """One start or restart; `stop_asked_at` freezes what is shown until `stopped_at`."""

    began_at: float
    stop_asked_at: float | None = None
    stopped_at: float | None = None


class Instance(Resource):
    """One instance with its workers."""

    provider = "cortecs"
    currency = "EUR"
    unknown_status = "rebalancing"

    def __init__(self, world: World, resource_id: str, args: dict[str, Any], create_body: Any) -> None:
        super().__init__(world, resource_id, "", create_body)
        self.args = args
        self.runs = [Run(self.created_at)]
        self._times: dict[tuple[float, int], list[float]] = {}

    def memory(self) -> dict[str, Any]:
        """What must be kept over a restart."""
        return {**super().memory(), "args": self.args, "runs": [asdict(run) for run in self.runs]}

    @classmethod
    def revive(cls, world: World, memory: dict[str, Any]) -> "Instance":
        """The instance of which `memory` tells."""
        instance = cls(world, memory["id"], memory["args"], memory["create_body"])
        instance.recall(memory)
        instance.runs = [Run(**run) for run in memory["runs"]]
        instance._times = {}
        return instance

    @property
    def hardware(self) -> Hardware:
        """What each worker runs on."""
        return HARDWARE[self.args["hardware_type_id"]]

    @property
    def workers(self) -> int:
        """How many identical workers."""
        return int(self.args["num_workers"])

    @property
    def gpus(self) -> int:
        """GPUs of all workers."""
        return self.hardware.gpu_count * self.workers

    def ready_at(self, run: Run) -> float:
        """When that run turned, or would turn, to running."""
        first = min(self._step_times(run, worker)[-1] for worker in range(self.workers))
        return round(first + self.span(READY_LAG_S), 3)

    def started_at(self, run: Run, now: float) -> float | None:
        """When that run began to serve, None if it has not or was stopped before."""
        ready, died_at = self.ready_at(run), self._died_at(run)
        if died_at is not None:
            return None
        seen = min(now, run.stop_asked_at) if run.stop_asked_at is not None else now
        return ready if ready <= seen else None

    def _stopped_at(self, run: Run, now: float) -> float | None:
        ends = [moment for moment in (run.stopped_at, self._died_at(run)) if moment is not None and moment <= now]
        return min(ends, default=None)

    def _died_at(self, run: Run) -> float | None:
        """When a run that is told to fail gives up: while it loads the model, or, if the platform fails, before."""
        if self.failure is None:
            return None
        allocated_at, _, loading_at, loaded_at = self._step_times(run, 0)
        early = (run.began_at + allocated_at) / 2
        return round(early if self.failure.said else (loading_at + loaded_at) / 2, 3)

    def history(self, now: float) -> list[tuple[float, str]]:
        """The statuses that it has been through."""
        found = []
        for run in self.runs:
            found.append((run.began_at, "pending"))
            if (started := self.started_at(run, now)) is not None:
                found.append((started, "running"))
            if (stopped := self._stopped_at(run, now)) is not None:
                found.append((stopped, "stopped"))
        return found

    def stir(self) -> bool:
        """Stop it, or start it again once it is stopped."""
        state, run = self.state(self.world.now()), self.runs[-1]
        if state == "stopped":
            self.restart()
        elif state == "running" and run.stop_asked_at is None:
            self.ask_to_stop()
        else:
            return False
        return True

    def state(self, now: float) -> str:
        """`pending`, `running` or `stopped`."""
        run = self.runs[-1]
        if self._stopped_at(run, now) is not None:
            return "stopped"
        return "running" if self.started_at(run, now) is not None else "pending"

    def ended_at(self, now: float) -> float | None:
        """When it was stopped or deleted."""
        return self._stopped_at(self.runs[-1], now) or self.deleted_at

    def ask_to_stop(self) -> None:
        """Begin to stop; a second ask changes nothing, and a zombie never ends."""
        run = self.runs[-1]
        if run.stop_asked_at is None and not self.refuses_to_end():
            run.stop_asked_at = self.world.now()
            run.stopped_at = round(run.stop_asked_at + self.span(STOPPING_S), 3)

    def restart(self) -> None:
        """Begin a new run under the same id."""
        self.runs.append(Run(self.world.now()))

    def billed_s(self, now: float) -> Decimal:
        """Seconds between `started_at` and `stopped_at` over all runs."""
        return sum((charge.seconds(now) for charge in self.charges(now)), Decimal(0))

    def charges(self, now: float) -> list[Charge]:
        """Each run from `started_at` on: started minutes or hours of all workers."""
        hardware, is_hourly = self.hardware, self.args["billing_interval"] == "per_hour"
        price = hardware.price_per_hour if is_hourly else hardware.price_per_minute
        step_s = HOUR if is_hourly else MINUTE
        return [
            Charge(
                resource_id=self.id,
                name=self.name,
                what=COMPUTE,
                currency=self.currency,
                began_at=started,
                ended_at=self._run_ended_at(run, now),
                price=price * self.price_factor,
                price_s=step_s,
                step_s=step_s,
                units=self.workers,
                unit="worker",
                run=number,
            )
            for number, run in enumerate(self.runs, start=1)
            if (started := self.started_at(run, now)) is not None
        ]

    def _run_ended_at(self, run: Run, now: float) -> float | None:
        ends = [moment for moment in (run.stopped_at, self.deleted_at) if moment is not None and moment <= now]
        return min(ends, default=None)

    def _step_times(self, run: Run, worker: int) -> list[float]:
        """When a worker reaches steps 2, 3, 4 and 5; reckoned once, as lists tell it again and again."""
        key = (run.began_at, worker)
        if key not in self._times:
            self._times[key] = self._reckoned_times(run, worker)
        return self._times[key]

    def _reckoned_times(self, run: Run, worker: int) -> list[float]:
        pace = 0.5 if MODELS[self.args["model_id"]].instant else 1.0
        moment = run.began_at + self.span(STAGGER_S * worker)
        times = []
        for step, (low, high) in enumerate(STEP_S):
            nominal = low + (high - low) * chance(self.id, run.began_at, worker, step)
            moment += self.span(nominal * pace)
            times.append(moment)
        return times

    def _worker(self, run: Run, worker: int, now: float) -> dict[str, Any]:
        if self._stopped_at(run, now) is not None:
            return {"init_progress": None}
        seen = min(now, run.stop_asked_at) if run.stop_asked_at is not None else now
        step = 1 + sum(moment <= seen for moment in self._step_times(run, worker))
        progress = {"current_step": step, "num_steps": len(STEPS), "description": STEPS[step - 1]}
        return {"init_progress": progress}

    def as_json(self, now: float) -> dict[str, Any]:
        """As every call shows it."""
        run = self.runs[-1]
        state = self.state(now)
        return {
            "instance_id": self.id,
            "base_url": f"https://{self.id.replace('instance', 'i')}.example.eu/v1" if state == "running" else None,
            "instance_args": self.args,
            "instance_status": {
                "status": self.shown_state(now),
                "started_at": iso(self.started_at(run, now)),
                "stopped_at": iso(self._stopped_at(run, now)),
            },
            "worker_statuses": [self._worker(run, worker, now) for worker in range(self.workers)],
        }
