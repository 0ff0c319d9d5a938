"""A team with work of every kind that can be stopped, and two people in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from gpuconsole.accounts.models import TeamRole, User
from gpuconsole.projects.models import Project, ProjectMember, ProjectRole
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads import transitions
from gpuconsole.workloads.halts import progress, services
from gpuconsole.workloads.halts.progress import Progress, Step, Summary
from gpuconsole.workloads.halts.reach import Reach
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import Halt, HaltEntry, HaltScope, InstanceEnd, Intent, Workload
from gpuconsole.workloads.states import State
from tests.factories import add_member
from tests.factories_workloads import Lab, make_lab, make_user


@dataclass
class Scene:
    """A lab with a second project and a member of the first who owns some of its work."""

    lab: Lab
    other: Project
    member: User

    @property
    def reaches(self) -> dict[HaltScope, Reach]:
        team = self.lab.team
        return {
            HaltScope.MINE: Reach(HaltScope.MINE, team, person=self.member),
            HaltScope.PROJECT: Reach(HaltScope.PROJECT, team, project=self.lab.project),
            HaltScope.CONNECTION: Reach(HaltScope.CONNECTION, team, connection=self.lab.connections["cortecs"]),
            HaltScope.TEAM: Reach(HaltScope.TEAM, team),
        }

    def halt(self, scope: HaltScope = HaltScope.TEAM, **how: Any) -> Halt:
        """Pressed by the owner."""
        told: dict[str, Any] = {
            "reach": self.reaches[scope],
            "by": self.lab.owner,
            "instances": InstanceEnd.STOP,
            **how,
        }
        return services.stop_everything(**told)


def progress_of(halt: Halt) -> dict[str, Progress]:
    """Each entry by the name of its work."""
    found = progress.readable(HaltEntry.objects.filter(halt=halt))
    return {str(entry): progress.of(entry) for entry in found}


def steps_of(halt: Halt) -> dict[str, Step]:
    return {name: one.step for name, one in progress_of(halt).items()}


def summary_of(halt: Halt) -> Summary:
    return progress.summary(halt, progress.readable(HaltEntry.objects.filter(halt=halt)))


def confirmed(workload: Workload, state: State = State.CANCELLED) -> Workload:
    """The provider's word for the end came."""
    with locked(workload.pk) as row:
        row.intent, row.due_at = Intent.NONE, None
        change: dict[str, Any] = {"why": f"now {state}", "tariff": Tariff.REST, "fields": ("intent", "due_at")}
        transitions.move(row, state, **change)
    workload.refresh_from_db()
    return workload


def unanswered(workload: Workload) -> Workload:
    """Sent, and no answer came."""
    Workload.objects.filter(pk=workload.pk).update(sending_at=timezone.now())
    return workload


def make_scene() -> Scene:
    lab = make_lab()
    other = Project.objects.create(team=lab.team, name="Other", slug="other", may_never_end=True)
    return Scene(lab, other, make_user(lab.team, project=ProjectRole.MEMBER))


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def viewer_in(scene: Scene, role: ProjectRole) -> User:
    """Somebody with this role in the first project."""
    user = add_member(scene.lab.team, TeamRole.MEMBER)
    ProjectMember.objects.create(project=scene.lab.project, user=user, role=role)
    return user
