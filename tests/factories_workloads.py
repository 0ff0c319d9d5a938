"""Makes teams, connections with prices, and workloads in any state, for tests; all through the product's own code."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.models import ApiToken, Membership, Team, TeamRole, User
from gpuconsole.catalog.models import Offer
from gpuconsole.connections.models import Connection
from gpuconsole.core.ids import new_id
from gpuconsole.projects.models import Project, ProjectMember, ProjectRole
from gpuconsole.providers import registry
from gpuconsole.providers.remote import Tariff
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads import services, transitions
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.contract.samples import sample

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
PRICES = {
    "cortecs": ("NVIDIA_L4_1", "L4", 1, Decimal("1.2"), "EUR"),
    "baseten": ("H100x2", "H100", 2, Decimal("13"), "USD"),
    "fireworks": ("sandbox/a10g-pool", "A10G", 4, None, "USD"),
    "otoy": ("NVIDIA RTX 4090", "RTX 4090", 2, Decimal("0.7"), "USD"),
    "novita": ("4090.16c62g", "RTX 4090", 1, Decimal("0.35"), "USD"),
}
CONNECTED = ("cortecs", "baseten")
"""What a fresh lab has; others are made when they are asked for."""
_numbers = count(1)


class Connections(dict[str, Connection]):
    """A team's connections by provider; one that is not there is made when it is asked for."""

    def __init__(self, team: Team) -> None:
        super().__init__({slug: make_connection(team, slug) for slug in CONNECTED})
        self._team = team

    def __missing__(self, slug: str) -> Connection:
        self[slug] = make_connection(self._team, slug)
        return self[slug]


@dataclass
class Lab:
    """A team with an owner, a project and one connection a provider."""

    team: Team
    owner: User
    project: Project
    connections: dict[str, Connection]

    def launch(self, slug: str = "cortecs", **asked: Any) -> Workload:
        """Through the service; nothing is sent."""
        spec = asked.pop("spec", None) or make_spec(slug)
        asked = {"project": self.project, "name": "work", "by": self.owner, **asked}
        return services.launch(connection=self.connections[slug], spec=spec, **asked)

    def workload(self, slug: str = "cortecs", state: State = State.RUNNING, **asked: Any) -> Workload:
        """Launched, sent, and moved on to the state by the provider's word."""
        return moved(sent(self.launch(slug, **asked)), state)


def make_lab(name: str = "lab") -> Lab:
    """A fresh team; nothing of it is another's."""
    number = next(_numbers)
    team = Team.objects.create(name=name, slug=f"{name}-{number}")
    owner = make_user(team, TeamRole.OWNER)
    project = Project.objects.create(team=team, name="Project", slug="project", may_never_end=True)
    return Lab(team, owner, project, Connections(team))


def make_user(team: Team, role: TeamRole = TeamRole.MEMBER, **projects: ProjectRole) -> User:
    """A member of the team, with roles by project slug."""
    user = User.objects.create_user(f"user{next(_numbers)}@example.com")
    Membership.objects.create(team=team, user=user, role=role)
    for slug, project_role in projects.items():
        project = Project.objects.get(team=team, slug=slug)
        ProjectMember.objects.create(project=project, user=user, role=project_role)
    return user


def make_viewer(user: User, team: Team, token: ApiToken | None = None) -> Viewer:
    """The person looking at the team."""
    membership = Membership.objects.filter(team=team, user=user).first()
    return Viewer(user, team, TeamRole(membership.role) if membership else None, token)


def make_connection(team: Team, slug: str) -> Connection:
    """A connection that has seen one offer."""
    hardware_id, model, gpus, price, currency = PRICES[slug]
    connection = Connection.objects.create(
        public_id=new_id("con"), team=team, provider=slug, name=f"{slug} {next(_numbers)}"
    )
    Offer.objects.create(
        connection=connection,
        hardware_id=hardware_id,
        gpu_model=model,
        maker="NVIDIA",
        gpu_count=gpus,
        hourly_price=price,
        currency=currency,
        billing="minute",
        seen_at=timezone.now(),
    )
    return connection


def make_spec(slug: str, **changed: Any) -> Spec:
    """The sample spec, with other values at its top."""
    return registry.get(slug).spec.read({**copy.deepcopy(sample(slug)), **changed})


def sent(workload: Workload) -> Workload:
    """As after a worker's call that the provider answered."""
    workload.remote_id, workload.sending_at = f"remote-{workload.pk}", workload.created_at
    workload.intent, workload.intent_at, workload.due_at = "", None, None
    workload.save(update_fields=["remote_id", "sending_at", "intent", "intent_at", "due_at"])
    return workload


def moved(workload: Workload, state: State, *, is_billed: bool | None = None, **told: Any) -> Workload:
    """Moved, straight, to the state; running is billed unless said otherwise."""
    if state == State.SUBMITTING:
        return workload
    billed = state == State.RUNNING if is_billed is None else is_billed
    tariff = Tariff.RUN if billed else Tariff.NOTHING
    with locked(workload.pk) as row:
        if state == State.STOPPED:
            transitions.move(row, State.RUNNING, why="up", tariff=Tariff.RUN)
        transitions.move(row, state, why=str(state.label), tariff=tariff, **told)
    workload.refresh_from_db()
    return workload


def later(seconds: float) -> datetime:
    """A moment after START."""
    return START + timedelta(seconds=seconds)
