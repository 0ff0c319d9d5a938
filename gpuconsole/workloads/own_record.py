"""How a team's own launches on each kind of hardware went: what the catalogue shows beside its offers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import median

from django.utils import timezone

from gpuconsole.accounts.models import Team
from gpuconsole.catalog import records
from gpuconsole.catalog.records import Key, Record
from gpuconsole.core import gpus
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State

_WITHIN = timedelta(days=90)
_NEWEST = 500
"""Launches looked at, so that a page costs the same for a team that launches all day."""


def of(team: Team) -> Mapping[Key, Record]:
    """By provider and GPU: launches that came to run, or failed before they did; whoever cancelled one decided it
    before the hardware could. One query."""
    rows = Workload.objects.filter(team=team, created_at__gte=timezone.now() - _WITHIN).order_by("-id")
    columns = ("provider", "gpu_model", "is_sandbox", "state", "created_at", "started_at")
    launches: dict[Key, list[tuple[bool, float | None]]] = defaultdict(list)
    for provider, gpu_model, is_sandbox, state, created_at, started_at in rows.values_list(*columns)[:_NEWEST]:
        did_run = started_at is not None or state == State.SUCCEEDED  # it may have come and gone between two looks
        if gpu_model and (did_run or state == State.FAILED):
            wait_s = None if started_at is None else (started_at - created_at).total_seconds()
            launches[provider, gpus.read(gpu_model).model, is_sandbox].append((did_run, wait_s))
    return {key: _record(found) for key, found in launches.items()}


def register() -> None:
    """Have the catalogue ask."""
    records.register(of)


def _record(launches: Sequence[tuple[bool, float | None]]) -> Record:
    waits = [wait_s for _, wait_s in launches if wait_s is not None]
    ready_s = median(waits) if len(waits) >= records.AT_LEAST else None
    return Record(len(launches), sum(did_run for did_run, _ in launches), ready_s)
