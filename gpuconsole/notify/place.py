"""Whose webhook it is: a team's, or one project's; both have the same page and the same operations."""

from __future__ import annotations

from dataclasses import dataclass

from gpuconsole.accounts.access import Viewer, require_team_admin
from gpuconsole.accounts.models import Team
from gpuconsole.projects.access import find_project
from gpuconsole.projects.models import Project, ProjectRole


@dataclass(frozen=True, slots=True)
class Place:
    """A team (no project), or a project of it."""

    team: Team
    project: Project | None = None

    @property
    def name(self) -> str:
        return self.project.name if self.project else self.team.name

    @property
    def url(self) -> str:
        """Address of the page; those of its acts lie below."""
        return f"/projects/{self.project.slug}/settings/webhooks/" if self.project else "/team/notifications/"


def find(viewer: Viewer, slug: str | None = None) -> Place:
    """The viewer's team, or the project, for its admins.

    Raises Http404 for what they do not see, PermissionDenied where their role is too small for it.
    """
    if slug is None:
        return Place(require_team_admin(viewer))
    project = find_project(viewer, slug, role=ProjectRole.ADMIN)
    return Place(project.team, project)
