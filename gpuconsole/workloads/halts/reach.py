"""How far a halt reaches: the workloads and launch requests of a person, a project, a connection or a team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from gpuconsole.accounts.models import Team, User
from gpuconsole.connections.models import Connection
from gpuconsole.projects.access import roles
from gpuconsole.projects.models import Project, ProjectRole
from gpuconsole.workloads.halts import plans
from gpuconsole.workloads.models import (
    Halt,
    HaltScope,
    InstanceEnd,
    LaunchRequest,
    LaunchRequestQuerySet,
    Workload,
    WorkloadQuerySet,
)
from gpuconsole.workloads.requests.access import viewer_of


@dataclass(frozen=True, slots=True)
class Reach:
    """One reach; ``person``, ``project`` or ``connection`` as its kind has it."""

    kind: HaltScope
    team: Team
    person: User | None = None
    project: Project | None = None
    connection: Connection | None = None

    @property
    def row(self) -> Halt:
        """A halt of this reach that is not saved: it knows the scope's words."""
        return Halt(
            team=self.team, scope=self.kind, person=self.person, project=self.project, connection=self.connection
        )

    @property
    def value(self) -> str:
        """As an address names it: ``mine``, ``project:slug``, ``connection:con_…``, ``team``."""
        if self.kind is HaltScope.PROJECT and self.project is not None:
            return f"{self.kind}:{self.project.slug}"
        if self.kind is HaltScope.CONNECTION and self.connection is not None:
            return f"{self.kind}:{self.connection.public_id}"
        return self.kind.value

    @property
    def url(self) -> str:
        """The page that asks before everything in it is stopped."""
        return f"{reverse('stop-everything')}?{urlencode({'scope': self.value})}"

    @property
    def may_hold(self) -> bool:
        """Whether launches can be held in it: nobody need hold their own."""
        return self.kind is not HaltScope.MINE

    def workloads(self) -> WorkloadQuerySet:
        """All in it that has not ended."""
        return Workload.objects.filter(**self._narrowed("owner")).not_ended()

    def taken_in(self, instances: InstanceEnd) -> WorkloadQuerySet:
        """What a halt takes in."""
        return self.workloads().filter(plans.taken_in(instances))

    def requests(self, now: datetime) -> LaunchRequestQuerySet:
        """Launch requests in it that could still become work."""
        return LaunchRequest.objects.filter(**self._narrowed("by")).waiting(now)

    def _narrowed(self, person: str) -> dict[str, Any]:
        found: dict[str, Any] = {"team": self.team}
        if self.kind is HaltScope.MINE:
            found |= {person: self.person, "project__in": _own_projects(self.person, self.team)}
        if self.project is not None:
            found["project"] = self.project
        if self.connection is not None:
            found["connection"] = self.connection
        return found


def reach_of(halt: Halt) -> Reach:
    """The reach of a halt, as it is now."""
    return Reach(HaltScope(halt.scope), halt.team, halt.person, halt.project, halt.connection)


def _own_projects(person: User | None, team: Team) -> list[int]:
    """Those in which the person may act on their own work."""
    if person is None:
        return []
    found = roles(viewer_of(person, team))
    return [pk for pk, role in found.items() if role.rank >= ProjectRole.MEMBER.rank]
