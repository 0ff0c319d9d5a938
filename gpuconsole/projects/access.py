"""Which projects a viewer sees, and in what role."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.models import Scope
from gpuconsole.projects.models import Project, ProjectMember, ProjectRole

PROJECT_KEY = "project"  # in the session: slug of the project in focus
_CEILING = {Scope.READ: ProjectRole.VIEWER, Scope.LAUNCH: ProjectRole.MEMBER, Scope.ADMIN: ProjectRole.ADMIN}
_NO = gettext_noop("Your role in this project does not allow this.")


def visible_projects(viewer: Viewer) -> models.QuerySet[Project]:
    """The projects of the team in focus that the viewer has a role in, archived ones too."""
    if viewer.team is None or viewer.team_role is None or not viewer.scopes:
        return Project.objects.none()
    found = Project.objects.filter(team=viewer.team)
    if not viewer.team_role.may_administer:
        found = found.filter(pk__in=ProjectMember.objects.filter(user=viewer.user).values("project"))
    if viewer.token is not None and viewer.token.project_id is not None:
        found = found.filter(pk=viewer.token.project_id)
    return found


def find_project(viewer: Viewer, slug: str, *, role: ProjectRole = ProjectRole.VIEWER) -> Project:
    """The project; Http404 where the viewer does not see it, PermissionDenied where their role is too small."""
    project = visible_projects(viewer).select_related("team").filter(slug=slug).first()
    if project is None:
        raise Http404
    require_role(viewer, project, role)
    return project


def role_in(viewer: Viewer, project: Project) -> ProjectRole | None:
    """What the viewer may do in the project; None: not see it. An API token never exceeds its scopes."""
    return roles(viewer).get(project.pk)


def may_act_as(viewer: Viewer, project: Project, role: ProjectRole) -> bool:
    """Whether the viewer has at least this role."""
    own = role_in(viewer, project)
    return own is not None and own.rank >= role.rank


def require_role(viewer: Viewer, project: Project, role: ProjectRole) -> None:
    """Raises Http404 or PermissionDenied, as ``find_project``."""
    if role_in(viewer, project) is None:
        raise Http404
    if not may_act_as(viewer, project, role):
        raise PermissionDenied(_(_NO))


def roles(viewer: Viewer) -> Mapping[int, ProjectRole]:
    """The viewer's role by project, of all projects that they see; read once a request."""
    if "roles" not in viewer.memo:
        viewer.memo["roles"] = _read_roles(viewer)
    found: Mapping[int, ProjectRole] = viewer.memo["roles"]
    return found


def launchable_projects(viewer: Viewer) -> models.QuerySet[Project]:
    """Projects that the viewer may launch in now."""
    able = [pk for pk, role in roles(viewer).items() if role.rank >= ProjectRole.MEMBER.rank]
    return visible_projects(viewer).filter(pk__in=able, archived_at=None)


def focused_project(request: HttpRequest, viewer: Viewer) -> Project | None:
    """The project that pages are narrowed to: ``?project=`` (remembered), else the one before; None: all projects."""
    slug = request.GET.get("project")
    if slug is None:
        slug = request.session.get(PROJECT_KEY, "")
    elif slug != request.session.get(PROJECT_KEY, ""):
        request.session[PROJECT_KEY] = slug
    if not slug:
        return None
    if ("focus", slug) not in viewer.memo:
        viewer.memo["focus", slug] = visible_projects(viewer).filter(slug=slug).first()
    found: Project | None = viewer.memo["focus", slug]
    return found


def _read_roles(viewer: Viewer) -> dict[int, ProjectRole]:
    if viewer.team_role is not None and viewer.team_role.may_administer:
        own = dict.fromkeys(visible_projects(viewer).values_list("pk", flat=True), ProjectRole.ADMIN)
    else:
        rows = ProjectMember.objects.filter(user=viewer.user, project__in=visible_projects(viewer))
        own = {pk: ProjectRole(role) for pk, role in rows.values_list("project", "role")}
    if viewer.token is None:
        return own
    ceiling = max((_CEILING[scope] for scope in viewer.scopes), key=lambda role: role.rank)
    return {pk: min(role, ceiling, key=lambda one: one.rank) for pk, role in own.items()}
