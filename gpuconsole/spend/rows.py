"""Every workload's every day of a span, in order, in constant memory: what the files are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import groupby

from gpuconsole.core import snapshot
from gpuconsole.core.days import Span
from gpuconsole.projects.models import Project
from gpuconsole.spend.cells import Scope, WorkloadCell
from gpuconsole.spend.reading import Reader
from gpuconsole.workloads.models import Workload

AT_ONCE = 2_000
"""Rows in memory."""
_FACTS = (
    *("public_id", "name", "kind", "state", "provider", "is_sandbox", "labels", "hardware_id", "gpu_model", "region"),
    *("gpu_count", "hourly_price", "remote_id", "connection__public_id", "connection__name"),
    *("owner__name", "owner__email"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One workload on one day, charged to one project in one currency."""

    cell: WorkloadCell
    workload: Workload
    project: Project

    @property
    def is_priced(self) -> bool:
        """Whether all of it has a price."""
        return not self.cell.unpriced_s


def rows(scope: Scope, span: Span, now: datetime) -> Iterator[Row]:
    """Days in order, within a day by workload. Each portion is read at one moment, ended use before what runs."""
    projects = Project.objects.filter(team=scope.team).in_bulk()
    for day in span:
        after = 0
        while True:
            with snapshot.one_moment():
                reader = Reader(scope, now)
                closed = reader.workload_days(day, after=after, limit=AT_ONCE)
                is_last = len(closed) < AT_ONCE
                upto = None if is_last else closed[-1].workload
                still_open = _between(reader.open_days(Span(day, day, span.zone)), after, upto)
                portion = list(_shaped(_together(closed, still_open), projects))
            yield from portion
            if upto is None:
                break
            after = upto


def _between(cells: Iterable[WorkloadCell], after: int, upto: int | None) -> list[WorkloadCell]:
    inside = [cell for cell in cells if cell.workload > after and (upto is None or cell.workload <= upto)]
    return sorted(inside, key=_key)


def _key(cell: WorkloadCell) -> tuple[int, int, str]:
    return cell.workload, cell.project, cell.currency


def _together(closed: Sequence[WorkloadCell], still_open: Sequence[WorkloadCell]) -> Iterator[WorkloadCell]:
    """One cell a workload, project and currency."""
    for _, alike in groupby(merge(closed, still_open, key=_key), key=_key):
        first, *others = alike
        for other in others:
            first = replace(
                first,
                cost=first.cost + other.cost,
                gpu_s=first.gpu_s + other.gpu_s,
                unpriced_s=first.unpriced_s + other.unpriced_s,
                billed_s=first.billed_s + other.billed_s,
                charged_s=first.charged_s + other.charged_s,
            )
        yield first


def _shaped(cells: Iterator[WorkloadCell], projects: dict[int, Project]) -> Iterator[Row]:
    found = list(cells)
    loaded = Workload.objects.select_related("owner", "connection").only(*_FACTS)
    workloads = loaded.in_bulk({cell.workload for cell in found})
    for cell in found:
        if cell.workload in workloads and cell.project in projects:
            yield Row(cell, workloads[cell.workload], projects[cell.project])
