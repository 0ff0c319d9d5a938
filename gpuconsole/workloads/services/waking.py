"""Makes work due and wakes a worker for it."""

from __future__ import annotations

from datetime import datetime

from gpuconsole.connections.models import Connection
from gpuconsole.core import wake as tasks
from gpuconsole.workloads.models import Workload


def wake(workload: Workload, now: datetime) -> None:
    """Mark the connection due in this transaction; once it has committed, send the wake-up that may get lost."""
    Connection.objects.filter(pk=workload.connection_id).update(due_at=now)
    tasks.wake("sync.connection", workload.connection_id)
