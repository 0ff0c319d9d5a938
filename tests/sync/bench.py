"""A team with sandbox connections at a simulator over real HTTP, and the engine called as a worker calls it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from gpuconsole.accounts.models import Membership, Team, TeamRole, User
from gpuconsole.catalog.refresh import refresh
from gpuconsole.connections import opening
from gpuconsole.connections import services as connections
from gpuconsole.connections.models import Connection
from gpuconsole.core import redis
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.sync import round
from gpuconsole.sync.clock import Clock
from gpuconsole.workloads import services
from gpuconsole.workloads.models import Workload

JOB: dict[str, Any] = {
    "provider": "baseten",
    "training_project_name": "engine",
    "training_job": {
        "name": "sft",
        "image": {"base_image": "pytorch/pytorch:2.7.0"},
        "compute": {"accelerator": {"accelerator": "H100", "count": 2}},
        "runtime": {"start_commands": ["sleep 600"]},
    },
}
INSTANCE: dict[str, Any] = {
    "provider": "cortecs",
    "model_id": "cortecs--phi-4-FP8-Dynamic",
    "hardware_type_id": "NVIDIA_L4_1",
    "context_length": 16000,
    "billing_interval": "per_minute",
    "num_workers": 2,
}


@dataclass
class Engine:
    """One team's console without its pages, and the far side."""

    far: httpx.Client
    team: Team
    user: User
    project: Project
    by_provider: dict[str, Connection] = field(default_factory=dict)
    ahead: timedelta = timedelta()

    def connect(self, slug: str, base_url: str = "sandbox") -> Connection:
        """A connection, to the sandbox unless told otherwise, with its catalogue read."""
        if slug not in self.by_provider:
            provider = registry.get(slug)
            given = provider.credentials.model_validate(provider.sandbox_credentials)
            made = connections.add(
                team=self.team, provider=provider, name=slug, credentials_given=given, by=self.user, base_url=base_url
            )
            refresh(made)
            self.by_provider[slug] = made
        return self.by_provider[slug]

    def launch(self, spec: dict[str, Any] | None = None, **asked: Any) -> Workload:
        """Ask for new work as a form does; nothing is sent yet."""
        spec = spec or JOB
        provider = registry.get(spec["provider"])
        asked = {"name": "work", "by": self.user, **asked}
        return services.launch(
            project=self.project, connection=self.connect(provider.slug), spec=provider.spec.read(spec), **asked
        )

    def job(self, *commands: str, **changed: Any) -> dict[str, Any]:
        """The spec of a job with other commands, or other fields at the top of the body."""
        spec = copy.deepcopy(JOB)
        if commands:
            spec["training_job"]["runtime"]["start_commands"] = list(commands)
        spec["training_job"].update(changed)
        return spec

    def sync(self, slug: str = "baseten") -> None:
        """One round, as the task does it."""
        round.sync(self.connect(slug).pk, Clock(self.ahead))

    def pass_time(self, seconds: float, *, here: bool = True) -> None:
        """Turn the simulator's clock forward, and ours with it unless told otherwise."""
        self.far.post("/_sim/clock", json={"advance_s": seconds}).raise_for_status()
        if here:
            self.wait_here(seconds)

    def wait_here(self, seconds: float) -> None:
        """Let time pass on our side alone; with it, leave for calls comes back."""
        self.ahead += timedelta(seconds=seconds)
        for connection in self.by_provider.values():
            redis.client().delete(f"gpc:limit:{connection.pk}")

    def spoil(self, fault: str, provider: str = "baseten", **how: Any) -> None:
        """Order a trouble."""
        self.far.post("/_sim/faults", json={"provider": provider, "fault": fault, **how}).raise_for_status()

    def heal(self) -> None:
        """End all troubles."""
        self.far.delete("/_sim/faults").raise_for_status()

    def resources(self) -> list[dict[str, Any]]:
        """What exists, or existed, at the providers."""
        found: list[dict[str, Any]] = self.far.get("/_sim/resources").raise_for_status().json()["resources"]
        return found

    def calls(self, path: str, method: str = "POST") -> list[dict[str, Any]]:
        """The provider's record of calls whose path contains the text."""
        answer = self.far.get("/_sim/requests", params={"path": path, "method": method}).raise_for_status()
        found: list[dict[str, Any]] = answer.json()["requests"]
        return found

    def fresh(self, row: Workload) -> Workload:
        """The row as it stands now."""
        row.refresh_from_db()
        return row

    def texts(self, row: Workload) -> list[str]:
        """The timeline in words."""
        return list(row.events.order_by("id").values_list("text", flat=True))


@contextmanager
def engine_at(url: str) -> Iterator[Engine]:
    """A team, its owner and a project, with the simulator at the address as its far side."""
    team = Team.objects.create(name="Research lab", slug="lab")
    user = User.objects.create_user("rita@example.com")
    Membership.objects.create(team=team, user=user, role=TeamRole.OWNER)
    project = Project.objects.create(team=team, name="First project", slug="first", may_never_end=True)
    with httpx.Client(base_url=url, trust_env=False) as far:
        yield Engine(far, team, user, project)
    opening.close_all()
