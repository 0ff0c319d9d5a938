"""Since when the GPUs of work are idle: followed on its row sample by sample, so that guards read no samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from gpuconsole.workloads.models import MetricSample, Workload

USE = "gpu_utilization"
MOST_GAP = timedelta(minutes=5)
"""Nobody knows what the GPUs did in a longer gap between two samples: idleness begins anew behind it."""
FRESH = timedelta(minutes=4)
"""A newest sample that is older tells nothing of now; providers tell theirs a minute late."""


def follow(workload: Workload, samples: Sequence[MetricSample]) -> None:
    """Take up samples, in order of time, that were just kept; those of moments that were told before change nothing."""
    idle_since, measured_at = workload.idle_since, workload.measured_at
    for sample in samples:
        use = busiest(sample.values)
        if use is None or (measured_at is not None and sample.at <= measured_at):
            continue
        is_gap = measured_at is not None and sample.at - measured_at > MOST_GAP
        if use * 100 >= workload.idle_percent:
            idle_since = None
        elif idle_since is None or is_gap:
            idle_since = sample.at
        measured_at = sample.at
    if measured_at == workload.measured_at:
        return
    # another attempt, or another percentage, begins anew
    same = Workload.objects.filter(pk=workload.pk, attempt=workload.attempt, idle_percent=workload.idle_percent)
    if same.update(idle_since=idle_since, measured_at=measured_at):
        workload.idle_since, workload.measured_at = idle_since, measured_at


def busiest(values: Mapping[str, Any]) -> float | None:
    """The use of the busiest GPU, 0 to 1; None where the sample tells none."""
    told = values.get(USE)
    return max(map(float, told.values()), default=None) if isinstance(told, Mapping) else None


def since(workload: Workload, now: datetime) -> datetime | None:
    """Since when it is idle while it runs; None: it is not, or its samples are too old to tell."""
    if workload.idle_since is None or workload.measured_at is None or now - workload.measured_at > FRESH:
        return None
    return max(workload.idle_since, workload.state_at)
