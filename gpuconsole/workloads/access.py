"""Which workloads a viewer sees, and what they may do with one."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.projects.access import roles, visible_projects
from gpuconsole.projects.models import ProjectRole
from gpuconsole.providers import registry
from gpuconsole.providers.features import Feature
from gpuconsole.workloads.models import Workload, WorkloadQuerySet
from gpuconsole.workloads.states import VERBS, Kind, Verb

_NEEDED = {
    (Kind.INSTANCE, Verb.STOP): Feature.STOP,
    (Kind.INSTANCE, Verb.START): Feature.START,
    (Kind.INSTANCE, Verb.RESTART): Feature.RESTART,
    **{(kind, Verb.EDIT): Feature.EDIT for kind in Kind},
    **{(kind, Verb.DELETE): Feature.DELETE for kind in Kind},
}


def visible_workloads(viewer: Viewer) -> WorkloadQuerySet:
    """Work of the projects that the viewer has a role in, but for deleted records."""
    if viewer.team is None or viewer.team_role is None or not viewer.scopes:
        return Workload.objects.none()
    found = Workload.objects.filter(team=viewer.team, deleted_at=None)
    return found if _sees_all(viewer) else found.filter(project__in=visible_projects(viewer).values("pk"))


def listed_workloads(viewer: Viewer) -> WorkloadQuerySet:
    """The same with the projects named by key, which the database plans better for the first page of very many."""
    if viewer.team is None or viewer.team_role is None or not viewer.scopes:
        return Workload.objects.none()
    found = Workload.objects.filter(team=viewer.team, deleted_at=None)
    return found if _sees_all(viewer) else found.filter(project__in=sorted(roles(viewer)))


def _sees_all(viewer: Viewer) -> bool:
    is_admin = viewer.team_role is not None and viewer.team_role.may_administer
    return is_admin and (viewer.token is None or viewer.token.project_id is None)


def find_workload(viewer: Viewer, public_id: str, kind: Kind | None = None) -> Workload:
    """The workload with its project, connection and owner. Raises Http404 where the viewer does not see it."""
    found = visible_workloads(viewer).select_related("project", "project__team", "connection", "owner")
    workload = found.filter(public_id=public_id, **({} if kind is None else {"kind": kind})).first()
    if workload is None:
        raise Http404
    return workload


def may_ever(viewer: Viewer, workload: Workload, verb: Verb) -> bool:
    """Whether the viewer's role and the provider allow the verb in some state; else its button is left out."""
    if verb not in VERBS[Kind(workload.kind)]:
        return False
    if not is_offered(registry.get(workload.provider).features, workload.kind, verb):
        return False
    is_gone = verb is Verb.DELETE and (workload.removed_at is not None or not workload.remote_id)
    return not is_gone and may_act(viewer, workload)


def is_offered(features: Collection[Feature], kind: str, verb: Verb) -> bool:
    """Whether a provider with these features can do it."""
    needed = _NEEDED.get((Kind(kind), verb))
    return needed is None or needed in features


def require(viewer: Viewer, workload: Workload) -> None:
    """Raises PermissionDenied where the role is too small; whether the state fits is the service's to say."""
    if not may_act(viewer, workload):
        raise PermissionDenied(may_not_act())


def may_not_act() -> str:
    """Why a role is too small."""
    return _("Members act on their own work; a project admin acts on anyone's.")


def may_act(viewer: Viewer, workload: Workload) -> bool:
    """Whether the viewer's role lets them act on it at all, and see the ways in that are hidden from others."""
    role = roles(viewer).get(workload.project_id)
    if role is None or role.rank < ProjectRole.MEMBER.rank:
        return False
    return role is ProjectRole.ADMIN or workload.owner_id == viewer.user.pk
