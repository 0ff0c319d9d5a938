"""Marks workloads whose sums are not true any more."""

from __future__ import annotations

from collections.abc import Sequence

from gpuconsole.spend.models import StaleWorkload
from gpuconsole.workloads.models import Workload


def mark(sender: object, workloads: Sequence[Workload], **kwargs: object) -> None:
    """One statement for all of them, in the transaction of the caller."""
    StaleWorkload.objects.bulk_create(StaleWorkload(team_id=row.team_id, workload=row) for row in workloads)
