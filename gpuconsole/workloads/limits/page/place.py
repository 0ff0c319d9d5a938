"""Where limits are settled: in one project, or in the whole team; both have the same page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from gpuconsole.accounts.access import Viewer, require_team_admin
from gpuconsole.accounts.models import Team
from gpuconsole.accounts.team_views import tabs
from gpuconsole.projects.access import find_project, may_act_as
from gpuconsole.projects.models import Budget, Project, ProjectRole, Quota
from gpuconsole.projects.tabs import frame


@dataclass(frozen=True, slots=True)
class Place:
    """A project, or a team (no project), as one viewer comes to it."""

    viewer: Viewer
    team: Team
    project: Project | None
    may_edit: bool

    @property
    def url(self) -> str:
        """Address of the page; those of its acts lie below."""
        return f"/projects/{self.project.slug}/settings/quotas/" if self.project else "/team/quotas/"

    @property
    def name(self) -> str:
        return self.project.name if self.project else self.team.name

    @property
    def frame(self) -> dict[str, Any]:
        """Context of the page's head and tabs."""
        if self.project is not None:
            return frame(self.viewer, self.project, "quotas")
        return {"tabs": tabs("quotas", self.viewer), "team": self.team, "may_administer": self.may_edit}

    def quotas(self) -> QuerySet[Quota]:
        """The limits that are settled here."""
        rows = Quota.objects.select_related("team", "project", "member")
        return rows.filter(team=self.team, project=self.project).order_by("pk")

    def inherited(self) -> QuerySet[Quota]:
        """Limits of the whole team that hold in the project too."""
        rows = Quota.objects.select_related("team", "project", "member")
        return rows.filter(team=self.team, project=None).order_by("pk") if self.project else rows.none()

    def quota(self, public_id: str) -> Quota:
        """One limit that is settled here. Raises Http404."""
        found = self.quotas().filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found

    def budget(self) -> Budget | None:
        """The budget that is settled here."""
        return Budget.objects.select_related("team", "project").filter(team=self.team, project=self.project).first()

    def team_budget(self) -> Budget | None:
        """The whole team's budget, where it counts beside the project's own."""
        if self.project is None:
            return None
        return Budget.objects.select_related("team", "project").filter(team=self.team, project=None).first()


def find(viewer: Viewer, slug: str | None, *, settles: bool = False) -> Place:
    """The project that the viewer sees, or the team that they settle.

    Raises Http404 for what they do not see, PermissionDenied where their role is too small for it.
    """
    if slug is None:
        return Place(viewer, require_team_admin(viewer), None, may_edit=True)
    project = find_project(viewer, slug, role=ProjectRole.ADMIN if settles else ProjectRole.VIEWER)
    return Place(viewer, project.team, project, may_act_as(viewer, project, ProjectRole.ADMIN))
