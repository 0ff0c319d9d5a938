"""A Baseten training job and its life as a pure function of time.

Nominal seconds at speed 1, each varied by up to 15 % from the job's id: PENDING 60, CREATED 20 (weights are mirrored),
DEPLOYING 150, RUNNING as its commands say. A stop takes 40 seconds until it shows, with the status of that moment till
then. Billing: minutes of RUNNING, a started minute is a whole one, times nodes, times the price of the node.
"""

import math
from decimal import Decimal
from functools import cached_property
from typing import Any

from gpuconsole.simulator.charges import COMPUTE, MINUTE, Charge
from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.baseten import commands
from gpuconsole.simulator.dialects.baseten.hardware import fitting
from gpuconsole.simulator.world import Resource, World, chance

PREFIX = "TRAINING_JOB_"
PENDING, CREATED, DEPLOYING, RUNNING = "PENDING", "CREATED", "DEPLOYING", "RUNNING"
FINAL = ("COMPLETED", "FAILED", "DEPLOY_FAILED", "STOPPED", "PREEMPTED")
PHASE_S = {PENDING: 60, CREATED: 20, DEPLOYING: 150}
PULL_FAILURE_S = 40
STOPPING_S = 40
USER_EMAIL = "sandbox@example.com"


class Job(Resource):
    """One job. Status words lack their prefix inside; answers have it."""

    provider = "baseten"
    currency = "USD"
    unknown_status = f"{PREFIX}REBALANCING"
    kept = (*Resource.kept, "project_id", "priority", "availability", "stop_asked_at", "stopped_at", "patched_at")

    def __init__(self, world: World, job_id: str, project_id: str, create_body: dict[str, Any]) -> None:
        self.request: dict[str, Any] = create_body["training_job"]
        super().__init__(world, job_id, self.request.get("name") or "", create_body)
        self.project_id = project_id
        self.instance_type = fitting(self.compute)
        self.nodes = int(self.compute.get("node_count") or 1)
        self.priority = int(self.request.get("priority") or 0)
        self.availability = self.compute.get("availability_model") or "dedicated"
        self.stop_asked_at: float | None = None
        self.stopped_at: float | None = None
        self.patched_at = self.created_at

    @cached_property
    def plan(self) -> commands.Plan:
        """What its commands, or the failure that it was born to, make of it."""
        image, is_spot = self.request["image"]["base_image"], self.availability == "spot"
        return commands.failing(self.failure) or commands.plan(image, self.start_commands, is_spot=is_spot)

    @property
    def compute(self) -> dict[str, Any]:
        """The asked hardware of each node."""
        return self.request.get("compute") or {}

    @property
    def runtime(self) -> dict[str, Any]:
        """What runs."""
        return self.request.get("runtime") or {}

    @property
    def start_commands(self) -> list[str]:
        """The shell commands."""
        return self.runtime.get("start_commands") or []

    @property
    def gpus(self) -> int:
        """GPUs of all nodes, as asked."""
        accelerator = self.compute.get("accelerator")
        return int(accelerator["count"]) * self.nodes if accelerator else 0

    @classmethod
    def revive(cls, world: World, memory: dict[str, Any]) -> "Job":
        """The job of which `memory` tells."""
        job = cls(world, memory["id"], memory["project_id"], memory["create_body"])
        job.recall(memory)
        return job

    @cached_property
    def course(self) -> list[tuple[float, str]]:
        """When each status begins if nobody interferes, the final one last; without stock it waits with no end."""
        if self.is_short:
            return [(self.created_at, PENDING), (math.inf, "COMPLETED")]
        moment, course = self.created_at, []
        for word, nominal in PHASE_S.items():
            course.append((round(moment, 3), word))
            moment += self.span(nominal * (0.85 + 0.3 * chance(self.id, word)))
            moment = max(moment, self.released_at or moment)
        if not self.plan.is_deployable:
            failed_at = course[-1][0] + self.span(PULL_FAILURE_S)
            return [*course, (round(failed_at, 3), "DEPLOY_FAILED")]
        course.append((round(moment, 3), RUNNING))
        last = "PREEMPTED" if self.plan.is_preempted else "FAILED" if self.plan.exit_code else "COMPLETED"
        return [*course, (round(moment + self.span(self.plan.run_s), 3), last)]

    def entered(self, now: float) -> list[tuple[float, str]]:
        """The statuses it has been through, with the moments they began."""
        natural_end = self.course[-1][0]
        if self.stopped_at is None or natural_end <= self.stopped_at:
            # A job that ends by itself while it is being stopped has ended by itself.
            frozen_at = now if self.stop_asked_at is None or natural_end <= now else min(now, self.stop_asked_at)
            return self._begun(frozen_at)
        asked_at = self.stop_asked_at or now
        seen = self._begun(min(now, asked_at))
        return [*seen, (self.stopped_at, "STOPPED")] if self.stopped_at <= now else seen

    def _begun(self, moment: float) -> list[tuple[float, str]]:
        """The natural course until then; a clock that was set back cannot take its beginning away."""
        return self.course[:1] + [step for step in self.course[1:] if step[0] <= moment]

    def history(self, now: float) -> list[tuple[float, str]]:
        """The statuses that it has been through."""
        return [(moment, PREFIX + word) for moment, word in self.entered(now)]

    def word(self, now: float) -> str:
        """The present status without its prefix."""
        return self.entered(now)[-1][1]

    def state(self, now: float) -> str:
        """The present status."""
        return PREFIX + self.word(now)

    def is_final(self, now: float) -> bool:
        """Whether it has ended."""
        return self.word(now) in FINAL

    def began(self, word: str, now: float) -> float | None:
        """When it came into a status, if it did."""
        return next((moment for moment, entered in self.entered(now) if entered == word), None)

    def ended_at(self, now: float) -> float | None:
        """When it ended or was deleted."""
        moment, word = self.entered(now)[-1]
        ends = [end for end in (moment if word in FINAL else None, self.deleted_at) if end is not None]
        return min(ends, default=None)

    def ask_to_stop(self) -> None:
        """Begin to stop; a second ask changes nothing, and a zombie never ends."""
        if self.stop_asked_at is None and not self.refuses_to_end():
            self.stop_asked_at = self.world.now()
            self.stopped_at = round(self.stop_asked_at + self.span(STOPPING_S), 3)

    def running_span(self, now: float) -> tuple[float, float] | None:
        """From when to when it ran, until now if it still does; None if it never did."""
        began = self.began(RUNNING, now)
        if began is None:
            return None
        end = self.ended_at(now)
        return began, now if end is None else end

    def billed_s(self, now: float) -> Decimal:
        """Seconds of RUNNING."""
        span = self.running_span(now)
        return Decimal(str(round(max(span[1] - span[0], 0), 3))) if span else Decimal(0)

    def charges(self, now: float) -> list[Charge]:
        """The minutes of RUNNING of each node, a started one counts whole."""
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
                price=self.instance_type.price * self.price_factor,
                price_s=MINUTE,
                step_s=MINUTE,
                units=self.nodes,
                unit="node",
                run=1,
            )
        ]

    def error_message(self, now: float) -> str | None:
        """What went wrong; while pending it may be a hint."""
        word, said = self.word(now), self.failure.said if self.failure else ""
        if word == "DEPLOY_FAILED":
            return f"Failed to pull image {self.request['image']['base_image']}: {said or 'manifest unknown'}"
        if word == "FAILED" and (said or self.fails_by == "silent"):
            return f"Training job failed: {said}." if said else None
        if word == "FAILED":
            return f"Training job failed: start command exited with code {self.plan.exit_code} on node 0."
        if word == "PREEMPTED":
            return "Spot capacity was reclaimed."
        if word == PENDING and self.availability == "dedicated" and self.gpus > 16:
            return "This job would start sooner on spot capacity."
        return None

    def as_json(self, project_name: str, checkpoint_sync: str | None) -> dict[str, Any]:
        """As every call shows it; image, commands and environment do not come back."""
        now = self.world.now()
        changed_at = max(self.entered(now)[-1][0], self.patched_at)
        return {
            "id": self.id,
            "name": self.request.get("name"),
            "created_at": iso(self.created_at),
            "updated_at": iso(changed_at),
            "current_status": self.shown_state(now),
            "error_message": self.error_message(now),
            "instance_type": self.instance_type.as_json(),
            "node_count": self.nodes,
            "training_project_id": self.project_id,
            "training_project": {"id": self.project_id, "name": project_name},
            "checkpoint_sync_status": checkpoint_sync,
            "priority": self.priority,
            "availability_model": self.availability,
            "user": {"email": USER_EMAIL},
        }
