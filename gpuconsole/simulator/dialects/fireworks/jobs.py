"""A Fireworks batch job and its life as a pure function of time.

Nominal seconds at speed 1, each varied by up to 15 % from the job's id: CREATING 8, PENDING 60, RUNNING as its program
says. A cancel shows CANCELLING for 20 seconds, a delete DELETING for 10, then the job is gone. A job with more ranks
than its pool can ever hold stays PENDING. Counted are the seconds of RUNNING, with the end's CANCELLING or DELETING.
"""

import math
from decimal import Decimal
from functools import cached_property
from typing import Any

from gpuconsole.simulator.charges import COMPUTE, Charge
from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.fireworks import programs
from gpuconsole.simulator.dialects.fireworks.auth import ACCOUNT, USER_EMAIL
from gpuconsole.simulator.dialects.fireworks.schemas import BATCH_JOB
from gpuconsole.simulator.world import Resource, World, chance

CREATING, PENDING, RUNNING = "CREATING", "PENDING", "RUNNING"
COMPLETED, FAILED, CANCELLED = "COMPLETED", "FAILED", "CANCELLED"
CANCELLING, DELETING = "CANCELLING", "DELETING"
FINAL = (COMPLETED, FAILED, CANCELLED)
# CREATING is assumed; the provider's documentation names the other three.
CANCELLABLE = (CREATING, "QUEUED", PENDING, RUNNING)
PHASE_S = {CREATING: 8, PENDING: 60}
RARE_S = 30
PULL_FAILURE_S = 40
CANCELLING_S = 20
DELETING_S = 10


class Job(Resource):
    """One job. `hardware` is what its pool was at its birth: max_nodes, ranks_per_node, has_gpus, instance_type."""

    provider = "fireworks"
    currency = "USD"
    unknown_status = "REBALANCING"
    kept = (
        *Resource.kept,
        "name",
        "serial",
        "hardware",
        "image",
        "shared",
        "cancel_asked_at",
        "cancelled_at",
        "delete_asked_at",
        "patched_at",
    )

    def __init__(self, world: World, job_id: str, create_body: Any, hardware: dict[str, Any], image: str) -> None:
        self.request = BATCH_JOB(create_body, "")
        super().__init__(world, job_id, self.request.get("displayName", ""), create_body)
        self.serial = len(world.resources(self.provider))
        self.hardware = hardware
        self.image = image
        self.shared = bool(self.request.get("shared"))
        self.cancel_asked_at: float | None = None
        self.cancelled_at: float | None = None
        self.delete_asked_at: float | None = None
        self.patched_at = self.created_at

    @classmethod
    def revive(cls, world: World, memory: dict[str, Any]) -> "Job":
        """The job of which `memory` tells."""
        job = cls(world, memory["id"], memory["create_body"], memory["hardware"], memory["image"])
        job.recall(memory)
        return job

    @property
    def path(self) -> str:
        """The resource name that the REST address has (the schema's own has a cluster in the middle)."""
        return f"accounts/{ACCOUNT}/batchJobs/{self.id}"

    @property
    def ranks(self) -> int:
        """How many processes; 1 unless asked."""
        return int(self.request.get("numRanks", 1))

    @property
    def nodes(self) -> int:
        """Hosts that the ranks fill."""
        return math.ceil(self.ranks / int(self.hardware["ranks_per_node"]))

    @property
    def gpus(self) -> int:
        """One GPU a rank, none on a CPU pool."""
        return self.ranks if self.hardware["has_gpus"] else 0

    @cached_property
    def plan(self) -> programs.Plan:
        """What the program will do."""
        return programs.failing(self.failure) or programs.plan(self.request, self.image)

    @property
    def course(self) -> list[tuple[float, str]]:
        """When each state begins if nobody interferes, the final one last; without stock it waits with no end."""
        return self._waiting()[0] if self.is_short else self._course

    @cached_property
    def _course(self) -> list[tuple[float, str]]:
        steps, machines_at = self._waiting()
        if self.nodes > self.hardware["max_nodes"]:
            return steps
        if not self.plan.is_startable:
            return [*steps, (round(machines_at + self.span(PULL_FAILURE_S), 3), FAILED)]
        end = round(machines_at + self.span(self.plan.run_s), 3)
        return [*steps, (round(machines_at, 3), RUNNING), (end, FAILED if self.plan.exit_code else COMPLETED)]

    def _waiting(self) -> tuple[list[tuple[float, str]], float]:
        """The steps until it has machines, and the moment it has them."""
        moment, steps = self.created_at, []
        phases = {CREATING: PHASE_S[CREATING], **dict.fromkeys(programs.rare_states(self.request), RARE_S)}
        for state, nominal in {**phases, PENDING: PHASE_S[PENDING]}.items():
            steps.append((round(moment, 3), state))
            moment += self.span(nominal * (0.85 + 0.3 * chance(self.id, state)))
        return steps, max(moment, self.released_at or moment)

    def entered(self, now: float) -> list[tuple[float, str]]:
        """The states it has been through, with the moments they began."""
        steps = self.course
        if self.cancel_asked_at is not None and self.cancelled_at is not None:
            moment, last = steps[-1]
            # A job that ends by itself while it is being cancelled has ended by itself.
            own_end = last in FINAL and moment <= self.cancelled_at
            end = steps[-1] if own_end else (self.cancelled_at, CANCELLED)
            steps = [*_until(steps, self.cancel_asked_at), (self.cancel_asked_at, CANCELLING), end]
        if self.delete_asked_at is not None:
            steps = [*_until(steps, self.delete_asked_at), (self.delete_asked_at, DELETING)]
        return steps[:1] + _until(steps[1:], now)  # a clock that was set back cannot take the beginning away

    def history(self, now: float) -> list[tuple[float, str]]:
        """The states that it has been through."""
        return self.entered(now)

    def state(self, now: float) -> str:
        """The present state."""
        return self.entered(now)[-1][1]

    def is_gone(self, now: float) -> bool:
        """Whether its deletion is over."""
        return self.deleted_at is not None and self.deleted_at <= now

    def began(self, state: str, now: float) -> float | None:
        """When it came into a state, if it did."""
        return next((moment for moment, entered in self.entered(now) if entered == state), None)

    def final_at(self, now: float) -> float | None:
        """When it completed, failed or was cancelled."""
        return next((moment for moment, entered in self.entered(now) if entered in FINAL), None)

    def last_word(self, now: float) -> str:
        """How it ended, also while it is being deleted; its state if it has not ended."""
        return next((entered for _, entered in self.entered(now) if entered in FINAL), self.state(now))

    def ended_at(self, now: float) -> float | None:
        """When it came to its end, if only by being deleted."""
        final_at = self.final_at(now)
        return self.deleted_at if final_at is None and self.is_gone(now) else final_at

    def ask_to_cancel(self) -> None:
        """Begin to cancel; a zombie never ends."""
        if not self.refuses_to_end():
            self.cancel_asked_at = self.world.now()
            self.cancelled_at = round(self.cancel_asked_at + self.span(CANCELLING_S), 3)

    def ask_to_delete(self) -> None:
        """Begin to delete, whatever it is doing; a second ask changes nothing, and a zombie stays."""
        if self.delete_asked_at is None and not self.refuses_to_end():
            self.delete_asked_at = self.world.now()
            self.deleted_at = round(self.delete_asked_at + self.span(DELETING_S), 3)

    def running_span(self, now: float) -> tuple[float, float] | None:
        """From when to when it ran, until now if it still does; None if it never did."""
        began = self.began(RUNNING, now)
        end = self.ended_at(now)
        return None if began is None else (began, now if end is None else end)

    def billed_s(self, now: float) -> Decimal:
        """Seconds that it ran."""
        span = self.running_span(now)
        return Decimal(str(round(max(span[1] - span[0], 0), 3))) if span else Decimal(0)

    def charges(self, now: float) -> list[Charge]:
        """Time without a price: the machines are on the customer's own AWS bill, and no price is published."""
        span = self.running_span(now)
        if span is None:
            return []
        return [
            Charge(
                resource_id=self.id,
                name=self.name,
                what=COMPUTE,
                currency=self.currency,
                began_at=span[0],
                ended_at=self.ended_at(now),
                price=None,
                units=self.nodes,
                unit="node",
                run=1,
            )
        ]

    def status(self, now: float) -> str:
        """A word for people; here a plain text, elsewhere an object. There is no exit code but in here."""
        state = self.state(now)
        if state == PENDING:
            nodes, most = self.nodes, self.hardware["max_nodes"]
            limit = f"; the node pool has {most} at most" if nodes > most else ""
            return f"waiting for {nodes} node(s) of {self.request['nodePoolId']}{limit}"
        said = self.failure.said if self.failure else ""
        if state == FAILED and not self.plan.is_startable:
            return f"failed to pull image {self.image}: {said or 'manifest unknown'}"
        if state == FAILED and (said or self.fails_by == "silent"):
            return said
        if state == FAILED:
            return f"rank 0 exited with code {self.plan.exit_code}"
        return f"cancelled by {USER_EMAIL}" if state == CANCELLED else ""

    def as_row(self, now: float) -> dict[str, Any]:
        """How the control surface shows it: no cost, as nobody knows it, and not deleted until it is gone."""
        row = {**super().as_row(now), "cost": None}
        return row if self.deleted_at is None or self.is_gone(now) else {**row, "state": DELETING, "deleted_at": None}

    def as_json(self, now: float) -> dict[str, Any]:
        """As every call shows it; what is zero is left out, but state and status."""
        changed_at = max(self.entered(now)[-1][0], self.patched_at)
        told = {
            "name": self.path,
            "displayName": self.name,
            "createTime": iso(self.created_at),
            "startTime": iso(self.began(RUNNING, now)),
            "endTime": iso(self.final_at(now)),
            "createdBy": USER_EMAIL,
            **{name: value for name, value in self.request.items() if name not in ("displayName", "shared")},
            "shared": self.shared,
            "updateTime": iso(changed_at),
        }
        return {k: v for k, v in told.items() if v} | {"state": self.shown_state(now), "status": self.status(now)}


def _until(steps: list[tuple[float, str]], moment: float) -> list[tuple[float, str]]:
    return [step for step in steps if step[0] <= moment]
