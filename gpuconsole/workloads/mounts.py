"""What was mounted into the container of a workload, as its spec says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from gpuconsole.catalog import queries as catalog
from gpuconsole.core.translated import translated
from gpuconsole.providers import registry
from gpuconsole.providers.specs import Mount
from gpuconsole.workloads.models import Workload


@dataclass(frozen=True, slots=True)
class Mounted:
    """One path, and what is there by the name that people gave it."""

    path: str
    what: str


def of(workload: Workload) -> list[Mounted]:
    """In the order of the spec; empty where it mounts nothing, or nobody knows the spec."""
    mounts = _mounts(workload)
    named = {mount.choices for mount in mounts if mount.choices}
    listed = catalog.all_choices(workload.connection) if named else {}
    labels = {(source, one.value): one.label for source in named for one in listed.get(source, ())}
    return [Mounted(one.path, labels.get((one.choices, one.what)) or translated(one.what)) for one in mounts]


def _mounts(workload: Workload) -> Sequence[Mount]:
    try:
        return registry.get(workload.provider).spec.read(workload.spec).mounts()
    except ValidationError:  # adopted as it ran, or of an older form
        return ()
