"""Names the active work that stands in the way of removing a connection or archiving a project."""

from __future__ import annotations

from collections.abc import Sequence

from gpuconsole.connections.models import Connection
from gpuconsole.core import blockers
from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import Workload, WorkloadQuerySet


def on_connection(connection: Connection) -> Sequence[str]:
    """Work that still needs the connection's key: at rest too, since only it can start or end it."""
    return _lines(Workload.objects.filter(connection=connection).not_ended())


def in_project(project: Project) -> Sequence[str]:
    """Work of the project that has not ended."""
    return _lines(Workload.objects.filter(project=project).not_ended())


def register() -> None:
    """Have the floors below ask."""
    blockers.register(Connection, on_connection)
    blockers.register(Project, in_project)


def _lines(rows: WorkloadQuerySet) -> list[str]:
    return [f"{row.name} ({row.state_word.label.lower()})" for row in rows.order_by("pk")]
