"""Who may stop what: everybody their own work, project admins a project, team admins a connection and the team."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer, require_team, require_team_admin
from gpuconsole.connections.access import find_own_connection, visible_connections
from gpuconsole.projects.access import find_project, roles, visible_projects
from gpuconsole.projects.models import Project, ProjectRole
from gpuconsole.workloads.halts.reach import Reach
from gpuconsole.workloads.models import Halt, HaltEntry, HaltQuerySet, HaltScope


def find_reach(viewer: Viewer, kind: HaltScope, *, project: str = "", connection: str = "") -> Reach:
    """The reach that was named. Raises Http404 where the viewer does not see it, PermissionDenied where it is not
    theirs to stop."""
    team = require_team(viewer)
    if kind is HaltScope.MINE:
        return Reach(kind, team, person=viewer.user, project=_narrowed_to(viewer))
    if kind is HaltScope.PROJECT:
        return Reach(kind, team, project=find_project(viewer, project, role=ProjectRole.ADMIN))
    if kind is HaltScope.CONNECTION:
        return Reach(kind, team, connection=find_own_connection(viewer, connection))
    return Reach(kind, require_team_admin(viewer))


def reaches(viewer: Viewer) -> Sequence[Reach]:
    """All that are theirs to stop, the smallest first."""
    team = require_team(viewer)
    found = [Reach(HaltScope.MINE, team, person=viewer.user, project=_narrowed_to(viewer))]
    settled = [pk for pk, role in roles(viewer).items() if role is ProjectRole.ADMIN]
    projects = visible_projects(viewer).filter(pk__in=settled, archived_at=None).order_by("name")
    found += [Reach(HaltScope.PROJECT, team, project=one) for one in projects]
    if viewer.may_administer:
        connections = visible_connections(viewer).order_by("name")
        found += [Reach(HaltScope.CONNECTION, team, connection=one) for one in connections]
        found += [Reach(HaltScope.TEAM, team)]
    return found


def named(viewer: Viewer, value: str) -> Reach:
    """The reach of an address, as ``Reach.value`` has it. Raises Http404 and PermissionDenied as ``find_reach``."""
    word, colon, name = value.replace("\0", "").partition(":")
    if word not in HaltScope.values or bool(colon) != (word in (HaltScope.PROJECT, HaltScope.CONNECTION)):
        raise Http404
    return find_reach(viewer, HaltScope(word), project=name, connection=name)


def usual(viewer: Viewer, project: Project | None, *, is_mine: bool = False) -> Reach | None:
    """The reach that somebody means who looks at this project, or at all; None for somebody who is in no team."""
    if viewer.team is None:
        return None
    is_settled = project is not None and roles(viewer).get(project.pk) is ProjectRole.ADMIN
    if project is not None and is_settled and not is_mine:
        return Reach(HaltScope.PROJECT, viewer.team, project=project)
    if viewer.may_administer and project is None and not is_mine:
        return Reach(HaltScope.TEAM, viewer.team)
    return Reach(HaltScope.MINE, viewer.team, person=viewer.user)


def visible(viewer: Viewer) -> HaltQuerySet:
    """A person's own, those of projects that they see, and for the team's admins all."""
    if viewer.team is None or viewer.team_role is None or not viewer.scopes:
        return Halt.objects.none()
    found = Halt.objects.filter(team=viewer.team)
    found = found.select_related("team", "person", "project", "connection", "by", "released_by")
    if viewer.may_administer:
        return found
    own = Q(scope=HaltScope.MINE, person=viewer.user)
    if viewer.token is not None and viewer.token.project_id is not None:
        own &= Q(project=viewer.token.project_id)
    return found.filter(own | Q(scope=HaltScope.PROJECT, project__in=visible_projects(viewer).values("pk")))


def find(viewer: Viewer, public_id: str) -> Halt:
    """The halt. Raises Http404 where the viewer does not see it."""
    halt = visible(viewer).filter(public_id=public_id.replace("\0", "")).first()
    if halt is None:
        raise Http404
    return halt


def entries(viewer: Viewer, halt: Halt) -> QuerySet[HaltEntry]:
    """What of it the viewer sees: work of projects that they have left is theirs no more."""
    found = HaltEntry.objects.filter(halt=halt)
    if viewer.may_administer:
        return found
    seen = visible_projects(viewer).values("pk")
    return found.filter(Q(workload__project__in=seen) | Q(request__project__in=seen))


def may_settle(viewer: Viewer, halt: Halt) -> bool:
    """Whether they may ask again, or let launches be made again: whoever could press the same now."""
    if viewer.may_administer:
        return True
    if halt.scope == HaltScope.MINE:
        return halt.person_id == viewer.user.pk and viewer.has_scope("launch")
    return halt.scope == HaltScope.PROJECT and roles(viewer).get(halt.project_id or 0) is ProjectRole.ADMIN


def require_settle(viewer: Viewer, halt: Halt) -> None:
    """Raises PermissionDenied for everybody else."""
    if not may_settle(viewer, halt):
        raise PermissionDenied(_("Only those who could stop the same may do this: ask an admin."))


def _narrowed_to(viewer: Viewer) -> Project | None:
    return viewer.token.project if viewer.token is not None else None
