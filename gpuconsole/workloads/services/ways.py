"""Showing a way in that is hidden until somebody asks for it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.core.errors import Refused
from gpuconsole.workloads import ways
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State


@transaction.atomic
def show_way(*, workload: Workload, way: str, by: User) -> str:
    """The value of a hidden way in, by its label; who asked for it is written down. Raises Refused."""
    value = ways.hidden(workload).get(way) if workload.state == State.RUNNING else None
    if value is None:
        text = _("{name} has no hidden way in of this name just now.").format(name=workload.name)
        raise Refused(text, code="no_such_way", field="way")
    audit.record(
        "workload.show_way",
        by=by,
        team=workload.project.team,
        project=workload.project,
        target=workload,
        after={"way": way},
    )
    return value
