"""Which connections a viewer sees, and which a project may launch on."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.connections.models import Connection, ConnectionQuerySet
from gpuconsole.projects.access import visible_projects
from gpuconsole.projects.models import Project


def visible_connections(viewer: Viewer) -> ConnectionQuerySet:
    """The team's connections for its admins; for others those that a project of theirs may use."""
    if viewer.team is None or not viewer.scopes:
        return Connection.objects.none()
    found = Connection.objects.kept().filter(team=viewer.team)
    if viewer.may_administer:
        return found
    limits = Connection.projects.through.objects.filter(connection=OuterRef("pk"))
    return found.filter(~Exists(limits) | Exists(limits.filter(project__in=visible_projects(viewer).values("pk"))))


def find_connection(viewer: Viewer, public_id: str) -> Connection:
    """The connection. Raises Http404 where the viewer does not see it."""
    connection = (
        visible_connections(viewer).select_related("team").filter(public_id=public_id.replace("\0", "")).first()
    )
    if connection is None:
        raise Http404
    return connection


def find_own_connection(viewer: Viewer, public_id: str) -> Connection:
    """The connection, to be settled: PermissionDenied for whoever is no admin of the team."""
    connection = find_connection(viewer, public_id)
    if not viewer.may_administer:
        raise PermissionDenied(_("Only owners and admins of the team may settle connections."))
    return connection


def usable_connections(project: Project) -> models.QuerySet[Connection]:
    """Those that work of the project may be launched on, sandboxes last."""
    return Connection.objects.usable_in(project).order_by("is_sandbox", "provider", "name")


def find_connection_for(project: Project, wanted: str) -> Connection | None:
    """The connection that a launch names by its public id or its name, if the project may use it."""
    usable = Connection.objects.usable_in(project).select_related("team")
    return usable.filter(public_id=wanted).first() or usable.filter(name=wanted).first()
