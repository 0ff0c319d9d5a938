"""Whose costs a viewer looks at: their projects, or the one in focus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest

from gpuconsole.accounts.access import Viewer, require_team
from gpuconsole.accounts.models import Team
from gpuconsole.projects.access import find_project, focused_project, visible_projects
from gpuconsole.projects.models import Project
from gpuconsole.spend.cells import Scope


@dataclass(frozen=True, slots=True)
class Seen:
    """A team, the projects of it that are looked at, and the one in focus (None: all that the viewer sees)."""

    team: Team
    projects: Sequence[Project]
    focus: Project | None
    is_whole_team: bool

    @property
    def scope(self) -> Scope:
        """For the reader; a whole team is read without naming its projects."""
        return Scope(self.team, None if self.is_whole_team else tuple(project.pk for project in self.projects))


def of_request(request: HttpRequest, viewer: Viewer) -> Seen:
    """By the project switcher. Raises Http404 for a project that the viewer does not see."""
    if request.GET.get("project"):
        find_project(viewer, request.GET["project"].replace("\0", ""))
    return of(viewer, focused_project(request, viewer))


def of(viewer: Viewer, focus: Project | None) -> Seen:
    """All that the viewer sees, or one project of it. Raises Http404 for somebody who is in no team."""
    team = require_team(viewer)
    projects = [focus] if focus else list(visible_projects(viewer).order_by("name"))
    if viewer.team_role is None:
        raise Http404
    sees_all = viewer.team_role.may_administer and (viewer.token is None or viewer.token.project_id is None)
    return Seen(team, projects, focus, sees_all and focus is None)
