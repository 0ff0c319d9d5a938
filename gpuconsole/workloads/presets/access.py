"""Which presets a viewer sees, which of them they may change, and which secrets theirs may name."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.projects.access import may_act_as, visible_projects
from gpuconsole.projects.models import Project, ProjectRole, Secret
from gpuconsole.workloads.models import Preset


def visible(viewer: Viewer) -> models.QuerySet[Preset]:
    """The person's own, unless their token is one project's, and those of the projects that they see."""
    if viewer.team is None or viewer.team_role is None or not viewer.scopes:
        return Preset.objects.none()
    reach = Q(project__in=visible_projects(viewer).values("pk"))
    if viewer.token is None or viewer.token.project_id is None:
        reach |= Q(owner=viewer.user)
    found = Preset.objects.filter(reach, team=viewer.team).select_related("project", "connection", "by")
    return found.order_by("name", "pk")


def find(viewer: Viewer, public_id: str) -> Preset:
    """The preset. Raises Http404 where the viewer does not see it."""
    preset = visible(viewer).filter(public_id=public_id.replace("\0", "")).first()
    if preset is None:
        raise Http404
    return preset


def may_change(viewer: Viewer, preset: Preset) -> bool:
    """Whether it is theirs to change: their own, or of a project that they administer."""
    if preset.project is None:
        return preset.owner_id == viewer.user.pk
    return may_act_as(viewer, preset.project, ProjectRole.ADMIN)


def require_change(viewer: Viewer, preset: Preset) -> None:
    """Raises PermissionDenied where it is not theirs to change."""
    if not may_change(viewer, preset):
        raise PermissionDenied(_("Only an admin of the project may change its presets."))


def known_secrets(viewer: Viewer, project: Project | None) -> frozenset[str]:
    """Names that a secret field of a preset may hold: those of its project, else of every project that they see."""
    stored = Secret.objects.filter(project=project) if project else _seen(viewer)
    return frozenset(stored.values_list("name", flat=True))


def _seen(viewer: Viewer) -> models.QuerySet[Secret]:
    return Secret.objects.filter(project__in=visible_projects(viewer).values("pk"))
