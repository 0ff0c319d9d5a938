"""Names the active work that stands in the way of removing a connection or archiving a project."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from gpuconsole.connections.models import Connection
from gpuconsole.core import blockers
from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import Intent, Workload, WorkloadQuerySet
from gpuconsole.workloads.states import FINAL


def on_connection(connection: Connection) -> Sequence[str]:
    """Work that still needs the connection's key: at rest too, since only it can start or end it, and what has ended
    while its record is being deleted."""
    needs_key = ~Q(state__in=FINAL) | Q(intent=Intent.DELETE)
    return _lines(Workload.objects.filter(needs_key, connection=connection))


def in_project(project: Project) -> Sequence[str]:
    """Work of the project that has not ended."""
    return _lines(Workload.objects.filter(project=project).not_ended())


def register() -> None:
    """Have the floors below ask."""
    blockers.register(Connection, on_connection)
    blockers.register(Project, in_project)


def _lines(rows: WorkloadQuerySet) -> list[str]:
    return [f"{row.name} ({_word(row)})" for row in rows.order_by("pk")]


def _word(row: Workload) -> str:
    return _("being deleted") if row.intent == Intent.DELETE else row.state_word.label.lower()
