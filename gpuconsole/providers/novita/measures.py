"""Novita's metrics as samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from gpuconsole.providers.remote import Sample
from gpuconsole.providers.wire import decimal

FIRST_LOOK = timedelta(hours=1)
"""How far back the first look goes: the call wants a start, and tells none."""
INTERVAL_S = 15
"""The least and usual step (docs)."""
MOST_POINTS = 2000

_WHOLE = {
    "cpuUtilization": "cpu_utilization",
    "memUtilization": "memory_utilization",
    "rootDiskUtilization": "disk_utilization",
}
_EACH = {"gpuUtilization": "gpu_utilization", "gpuMemUtilization": "gpu_memory_utilization"}


def query(instance_id: str, since: datetime | None, now: datetime) -> dict[str, Any]:
    """Parameters of a call from ``since`` to the provider's own now. A start that is less than a minute back is passed
    over in silence and becomes one minute (docs), so what was seen already has to be left out."""
    start = int((since or now - FIRST_LOOK).timestamp())
    step_s = max(0, int(now.timestamp()) - start) // MOST_POINTS
    wanted = {"interval": step_s} if step_s > INTERVAL_S else {}
    return {"instanceId": instance_id, "startTime": start, **wanted}


def samples(answer: Mapping[str, Any], since: datetime | None) -> list[Sample]:
    """Every series after ``since``, in order of time; percent (assumed) become fractions."""
    found = (one for one in _measured(answer) if since is None or one.at > since)
    return sorted(found, key=lambda one: (one.at, one.name, one.series))


def _measured(answer: Mapping[str, Any]) -> Iterator[Sample]:
    for theirs, ours in _WHOLE.items():
        yield from _series(answer.get(theirs), ours, "")
    for theirs, ours in _EACH.items():
        gpus = answer.get(theirs)
        for number, gpu in enumerate(gpus.get("gpuIds") or () if isinstance(gpus, Mapping) else ()):
            if isinstance(gpu, Mapping):
                yield from _series(gpu.get("items"), ours, f"GPU {number}")


def _series(points: Any, name: str, label: str) -> Iterator[Sample]:
    for point in points or ():
        at, value = decimal(point.get("timestamp")), decimal(point.get("value"))
        if at is not None and value is not None:
            yield Sample(datetime.fromtimestamp(float(at), UTC), name, label, float(value / 100))
