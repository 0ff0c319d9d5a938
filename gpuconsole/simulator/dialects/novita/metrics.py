"""Utilisation of an instance's GPUs, processor, memory and disk in percent, computed for the asked window."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from gpuconsole.simulator.dialects.novita.instances import Instance
from gpuconsole.simulator.dialects.novita.life import RUNNING
from gpuconsole.simulator.world import chance

DEFAULT_INTERVAL_S = 15
SHORTEST_WINDOW_S = 60
LAG_S = 45  # about a minute, and short enough that the default window holds a point
MOST_POINTS = 5000

Series = list[dict[str, Any]]


def answer(instance: Instance, query: Mapping[str, str]) -> dict[str, Any]:
    """The answer of the metrics call; parameters out of range fall back to their defaults without a word."""
    now = instance.world.now()
    moments = _moments(instance, *_window(query, now))

    def series(value: Callable[[float], float]) -> Series:
        return [{"timestamp": str(int(moment)), "value": round(value(moment), 2)} for moment in moments]

    def per_gpu(value: Callable[[int, float], float]) -> dict[str, Any]:
        gpus = range(instance.gpus)
        rows = [{"gpuId": _gpu_id(instance, gpu), "items": series(partial(value, gpu))} for gpu in gpus]
        count = max(instance.gpus, 1)
        return {"avg": series(lambda t: sum(value(gpu, t) for gpu in gpus) / count), "gpuIds": rows}

    return {
        "cpuUtilization": series(lambda t: 4 + 45 * _load(instance, t) + 8 * chance(instance.id, "cpu", t)),
        "memUtilization": series(lambda t: 8 + 40 * _warm(instance, t) * _load(instance, t) ** 0.5),
        "rootDiskUtilization": series(lambda t: 12 + 30 * _warm(instance, t) + 5 * chance(instance.id, "disk")),
        "gpuUtilization": per_gpu(lambda gpu, t: _busy(instance, gpu, t)),
        "gpuMemUtilization": per_gpu(lambda gpu, t: _filled(instance, gpu, t)),
    }


def _window(query: Mapping[str, str], now: float) -> tuple[float, float, int]:
    end = _number(query, "endTime")
    end = now if end is None or not 0 < end <= now else end
    start = _number(query, "startTime")
    start = end - SHORTEST_WINDOW_S if start is None or not 0 < start <= end - SHORTEST_WINDOW_S else start
    interval = _number(query, "interval")
    step = int(interval) if interval is not None and interval > DEFAULT_INTERVAL_S else DEFAULT_INTERVAL_S
    return start, end, max(step, math.ceil((end - start) / MOST_POINTS))


def _number(query: Mapping[str, str], name: str) -> float | None:
    text = query.get(name, "")
    return float(text) if text.isascii() and text.isdigit() else None


def _moments(instance: Instance, start: float, end: float, step: int) -> list[float]:
    """Sample times on a fixed grid while it ran."""
    now = instance.world.now()
    end = min(end, now - LAG_S)
    taken = instance.steps(now)
    spans = [
        (moment, after[0])
        for (moment, status), after in zip(taken, [*taken[1:], (now, "")], strict=True)
        if status == RUNNING
    ]
    grid = range(math.ceil(start / step), math.floor(end / step) + 1)
    return [float(n * step) for n in grid if any(began <= n * step < until for began, until in spans)]


def _gpu_id(instance: Instance, gpu: int) -> str:
    return f"GPU-{int(chance(instance.id, 'gpu', gpu) * 2**48):012x}"


def _nominal(instance: Instance, moment: float) -> float:
    """Nominal seconds since it came to run, as far as this moment tells."""
    began = max((at for at, status in instance.steps(moment) if status == RUNNING), default=moment)
    return (moment - began) * instance.speed


def _warm(instance: Instance, moment: float) -> float:
    """From 0 to 1 over the first two nominal minutes of a run."""
    return min(1.0, _nominal(instance, moment) / 120)


def _load(instance: Instance, moment: float) -> float:
    """How hard it works, 0 to 1: steadily, in stretches of ten nominal minutes by hand, or not at all."""
    if instance.plan.is_idle:
        return 0.0
    nominal = _nominal(instance, moment)
    if instance.plan.is_by_hand:
        stretch = chance(instance.id, "hand", int(nominal // 600))
        return 0.0 if stretch < 0.5 else 0.3 + 0.6 * stretch
    return 0.1 if nominal < 60 or nominal % 900 < 30 else 1.0  # loading, and a checkpoint every quarter of an hour


def _busy(instance: Instance, gpu: int, moment: float) -> float:
    noise = chance(instance.id, gpu, moment)
    load = _load(instance, moment)
    return min(load * (86 + 13 * noise), 100) if load else (0 if noise < 0.8 else 1)


def _filled(instance: Instance, gpu: int, moment: float) -> float:
    """Memory is taken when work begins and held through its pauses."""
    if instance.plan.is_idle:
        return 1.0
    return 2 + (60 + 30 * chance(instance.id, gpu, "memory")) * _warm(instance, moment)
