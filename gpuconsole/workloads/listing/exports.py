"""A list as a file: one row a workload at full precision, in the order of the list, whatever the page shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from gpuconsole.workloads.models import Workload, WorkloadQuerySet
from gpuconsole.workloads.usage import billed_so_far_s, cost_so_far

COLUMNS = (
    *("id", "name", "kind", "state", "reason", "project", "owner", "labels", "provider", "connection", "sandbox"),
    *("provider_id", "hardware_id", "gpu_model", "gpu_count", "region", "created_at", "started_at", "ended_at"),
    *("billed_seconds", "hourly_price", "cost", "currency"),
)
_AT_ONCE = 500


def lines(rows: WorkloadQuerySet, now: datetime) -> Iterator[Sequence[Any]]:
    """The head and one line a row, newest first. An amount that nobody knows is empty, never zero."""
    yield COLUMNS
    for workload in rows.order_by("-id").iterator(chunk_size=_AT_ONCE):
        yield _values(workload, now)


def _values(workload: Workload, now: datetime) -> Sequence[Any]:
    moments = (workload.created_at, workload.started_at, workload.ended_at)
    return (
        *(workload.public_id, workload.name, workload.kind, workload.state, workload.reason_code),
        *(workload.project.slug, workload.owner.email if workload.owner else "", " ".join(workload.labels)),
        *(workload.provider, workload.connection.public_id, "yes" if workload.is_sandbox else "no"),
        *(workload.remote_id, workload.hardware_id, workload.gpu_model, workload.gpu_count, workload.region),
        *("" if at is None else at.isoformat(timespec="seconds") for at in moments),
        *(billed_so_far_s(workload, now), workload.hourly_price, cost_so_far(workload, now), workload.currency),
    )
