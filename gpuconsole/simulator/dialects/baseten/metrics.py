"""Utilisation, memory and storage of a job's nodes, computed for the asked window."""

import math
from typing import Any

from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.baseten.checks import record, whole
from gpuconsole.simulator.dialects.baseten.errors import invalid
from gpuconsole.simulator.dialects.baseten.jobs import Job
from gpuconsole.simulator.world import chance

LOOK_BACK_S = 30 * 60
MOST_POINTS = 360
SHORTEST_STEP_S = 5
EPHEMERAL_GIB, CACHE_GIB = 200, 1024
PARAMETERS = record({"start_epoch_millis": whole(0), "end_epoch_millis": whole(0), "step_seconds": whole(1)})

Series = list[dict[str, Any]]


def answer(job: Job, asked: Any, job_json: dict[str, Any]) -> dict[str, Any]:
    """The answer of the metrics call to parameters from a query or a body."""
    asked = {} if asked is None else asked
    PARAMETERS(asked, "")
    end = _seconds(asked, "end_epoch_millis", job.world.now())
    start = _seconds(asked, "start_epoch_millis", end - LOOK_BACK_S)
    if end < start:
        raise invalid("end_epoch_millis", "must not be before start_epoch_millis")
    least = max(SHORTEST_STEP_S, math.ceil((end - start) / MOST_POINTS))
    step = max(asked.get("step_seconds") or least, math.ceil((end - start) / (MOST_POINTS * 10)), 1)
    moments = _moments(job, start, end, step)
    nodes = [_node(job, node, moments) for node in range(job.nodes)]
    has_cache = (job.runtime.get("cache_config") or {}).get("enabled")
    return {
        **nodes[0],
        "cache": _storage(job, 0, "cache", CACHE_GIB, moments) if has_cache else None,
        "per_node_metrics": [{"node_id": f"{job.id}-{n}", "metrics": metrics} for n, metrics in enumerate(nodes)],
        "training_job": job_json,
    }


def _seconds(asked: dict[str, Any], name: str, default: float) -> float:
    value = asked.get(name)
    return default if value is None else value / 1000


def _moments(job: Job, start: float, end: float, step: int) -> list[float]:
    """Sample times on a fixed grid while it ran; in no order, as the provider may send them."""
    now = job.world.now()
    span = job.running_span(now)
    if span is None:
        return []
    first, last = math.ceil(max(start, span[0]) / step), math.floor(min(end, span[1], now) / step)
    return sorted((float(n * step) for n in range(first, last + 1)), key=lambda moment: chance("order", moment))


def _node(job: Job, node: int, moments: list[float]) -> dict[str, Any]:
    per_node = job.gpus // job.nodes
    memory = (job.instance_type.gpu_memory_gib or 0) * 2**30
    ram, cpus = job.instance_type.memory_gib * 2**30, job.instance_type.cpus
    return {
        "gpu_utilization": {
            str(gpu): _series(moments, lambda t, g=gpu: round(_busy(job, node, g, t), 4)) for gpu in range(per_node)
        },
        "gpu_memory_usage_bytes": {
            str(gpu): _series(moments, lambda t, g=gpu: int(memory * _filled(job, node, g, t)))
            for gpu in range(per_node)
        },
        "cpu_usage": _series(moments, lambda t: round(cpus * (0.2 + 0.3 * chance(job.id, node, "cpu", t)), 3)),
        "cpu_memory_usage_bytes": _series(moments, lambda t: int(ram * (0.25 + 0.2 * _warm(job, t)))),
        "ephemeral_storage": _storage(job, node, "ephemeral", EPHEMERAL_GIB, moments),
    }


def _series(moments: list[float], value: Any) -> Series:
    return [{"timestamp": iso(moment), "value": value(moment)} for moment in moments]


def _storage(job: Job, node: int, name: str, size_gib: int, moments: list[float]) -> dict[str, Series]:
    def share(moment: float) -> float:
        return 0.05 + 0.1 * chance(job.id, node, name) + 0.25 * _warm(job, moment)

    return {
        "usage_bytes": _series(moments, lambda t: int(size_gib * 2**30 * share(t))),
        "utilization": _series(moments, lambda t: round(share(t), 4)),
    }


def _nominal(job: Job, moment: float) -> float:
    span = job.running_span(job.world.now())
    return (moment - span[0]) * job.speed if span else 0.0


def _warm(job: Job, moment: float) -> float:
    """From 0 to 1 over the first nominal minute of running."""
    return min(1.0, _nominal(job, moment) / 60)


def _busy(job: Job, node: int, gpu: int, moment: float) -> float:
    """Near full, low while it loads, with a dip at every checkpoint."""
    nominal = _nominal(job, moment)
    noise = chance(job.id, node, gpu, moment)
    if nominal < 12 or nominal % 300 < 8:
        return 0.05 + 0.15 * noise
    return 0.88 + 0.11 * noise


def _filled(job: Job, node: int, gpu: int, moment: float) -> float:
    return (0.15 + 0.65 * _warm(job, moment)) + 0.05 * chance(job.id, node, gpu, "memory")
