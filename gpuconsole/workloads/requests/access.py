"""Which launch requests a viewer sees, and which of them they may decide."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.models import Membership, Team, TeamRole, User
from gpuconsole.projects.access import may_act_as, roles, visible_projects
from gpuconsole.projects.models import Project, ProjectRole
from gpuconsole.workloads.models import LaunchRequest, LaunchRequestQuerySet
from gpuconsole.workloads.requests import scopes


def visible(viewer: Viewer) -> LaunchRequestQuerySet:
    """Requests of the projects that the viewer has a role in, as with their work."""
    if viewer.team is None or viewer.team_role is None or not viewer.scopes:
        return LaunchRequest.objects.none()
    found = LaunchRequest.objects.filter(team=viewer.team, project__in=visible_projects(viewer).values("pk"))
    return found.select_related("project", "project__team", "connection", "by", "decided_by", "workload", "preset")


def find(viewer: Viewer, public_id: str) -> LaunchRequest:
    """The request. Raises Http404 where the viewer does not see it."""
    request = visible(viewer).filter(public_id=public_id.replace("\0", "")).first()
    if request is None:
        raise Http404
    return request


def waiting_for(viewer: Viewer, now: datetime) -> LaunchRequestQuerySet:
    """Those that wait for this person's decision."""
    settled = [pk for pk, role in roles(viewer).items() if role is ProjectRole.ADMIN]
    found = visible(viewer).waiting(now).filter(project__in=settled) if settled else LaunchRequest.objects.none()
    return found if viewer.may_administer else found.filter(is_of_team=False)


def may_approve(viewer: Viewer, request: LaunchRequest) -> bool:
    """Whether the limits that it broke are theirs to waive: an admin of the project, of the team for the team's."""
    return may_decline(viewer, request) and (viewer.may_administer or not request.is_of_team)


def may_decline(viewer: Viewer, request: LaunchRequest) -> bool:
    """Whether it is one of a project that they settle."""
    return may_act_as(viewer, request.project, ProjectRole.ADMIN)


def may_withdraw(viewer: Viewer, request: LaunchRequest) -> bool:
    """Whether they asked, and may launch still."""
    return request.by_id == viewer.user.pk and may_act_as(viewer, request.project, ProjectRole.MEMBER)


def require_approve(viewer: Viewer, request: LaunchRequest) -> None:
    """Raises PermissionDenied where it is not theirs to allow."""
    require_decline(viewer, request)
    if not may_approve(viewer, request):
        raise PermissionDenied(_("A limit of the whole team stands against it: an owner or admin of the team decides."))


def require_decline(viewer: Viewer, request: LaunchRequest) -> None:
    """Raises PermissionDenied for everybody but the project's admins."""
    if not may_decline(viewer, request):
        raise PermissionDenied(_("Only an admin of the project decides about launch requests."))


def require_withdraw(viewer: Viewer, request: LaunchRequest) -> None:
    """Raises PermissionDenied for everybody but the person who asked."""
    if not may_withdraw(viewer, request):
        raise PermissionDenied(_("Only the person who asked may withdraw it."))


def allowable(viewer: Viewer, project: Project, limits: Collection[str]) -> frozenset[str]:
    """Those of the limits, by key, that are the viewer's to waive."""
    return frozenset(limits) if viewer.may_administer else frozenset(limits) - scopes.of_team(project.team, limits)


def viewer_of(user: User, team: Team) -> Viewer:
    """The person as they would look at the team with all that their role allows; without one they see nothing."""
    membership = Membership.objects.filter(user=user, team=team).first() if user.is_active else None
    return Viewer(user, team, None if membership is None else TeamRole(membership.role))


def deciders(request: LaunchRequest) -> list[User]:
    """Everybody who may approve it."""
    team, project = request.team_id, request.project_id
    admins = list(User.objects.filter(memberships__team=team, memberships__role__in=_SETTLING, is_active=True))
    if not request.is_of_team:
        of_project = {"project_memberships__project": project, "project_memberships__role": ProjectRole.ADMIN}
        own = User.objects.filter(**of_project, memberships__team=team, is_active=True)
        admins += [user for user in own if user not in admins]
    return admins


_SETTLING = [role for role in TeamRole if role.may_administer]
