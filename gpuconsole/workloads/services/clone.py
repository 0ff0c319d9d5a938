"""Clones: what a launch form starts from when it is opened on earlier work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gpuconsole.connections.models import Connection
from gpuconsole.providers import registry
from gpuconsole.workloads import names
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Verb
from gpuconsole.workloads.unspecified import refuse_without_spec


@dataclass(frozen=True, slots=True)
class Clone:
    """A launch like an earlier one: its spec as chosen, under a name that is free."""

    spec: dict[str, Any]
    name: str
    connection: Connection
    labels: tuple[str, ...]
    stop_after_s: int | None
    guards: Guards


def clone(workload: Workload) -> Clone:
    """What to fill a launch form with; nothing is written. Raises Refused where nobody knows it."""
    refuse_without_spec(workload, Verb.CLONE)
    provider = registry.get(workload.provider)
    name = names.next_free(workload.project, workload.name, longest=provider.name_max)
    return Clone(
        spec=names.renamed(workload.spec, provider.name_path, name),
        name=name,
        connection=workload.connection,
        labels=tuple(workload.labels),
        stop_after_s=workload.stop_after_s,
        guards=Guards.of(workload),
    )


def clone_spec(workload: Workload) -> dict[str, Any]:
    """The spec as it was chosen, ready to be read again."""
    return dict(workload.spec)
