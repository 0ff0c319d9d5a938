"""Utilisation of an instance's GPUs, processor, memory and disk in percent, computed for the asked window."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from gpuconsole.simulator.dialects.novita.instances import Instance
from gpuconsole.simulator.dialects.novita.life import RUNNING
from gpuconsole.simulator.dialects.novita.plan import Plan
from gpuconsole.simulator.world import chance

DEFAULT_INTERVAL_S = 15
SHORTEST_WINDOW_S = 60
LAG_S = 45  # about a minute, and short enough that the default window holds a point
MOST_POINTS = 5000
CHECKPOINT_S = 75  # nominal, every quarter of an hour

Series = list[dict[str, Any]]


def answer(instance: Instance, query: Mapping[str, str]) -> dict[str, Any]:
    """The answer of the metrics call; parameters out of range fall back to their defaults without a word."""
    usage = _Usage.of(instance)
    moments = usage.moments(*_window(query, instance.world.now()))

    def series(value: Callable[[float], float]) -> Series:
        return [{"timestamp": str(int(moment)), "value": round(value(moment), 2)} for moment in moments]

    def per_gpu(value: Callable[[int, float], float]) -> dict[str, Any]:
        gpus = range(instance.gpus)
        rows = [{"gpuId": _gpu_id(instance, gpu), "items": series(partial(value, gpu))} for gpu in gpus]
        count = max(instance.gpus, 1)
        return {"avg": series(lambda t: sum(value(gpu, t) for gpu in gpus) / count), "gpuIds": rows}

    return {
        "cpuUtilization": series(usage.cpu),
        "memUtilization": series(usage.memory),
        "rootDiskUtilization": series(usage.disk),
        "gpuUtilization": per_gpu(usage.gpu),
        "gpuMemUtilization": per_gpu(usage.gpu_memory),
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


def _gpu_id(instance: Instance, gpu: int) -> str:
    return f"GPU-{int(chance(instance.id, 'gpu', gpu) * 2**48):012x}"


@dataclass(frozen=True)
class _Usage:
    """What one instance used in percent, while it ran: between the moments of `runs`."""

    id: str
    speed: float
    now: float
    plan: Plan
    runs: list[tuple[float, float]]

    @classmethod
    def of(cls, instance: Instance) -> "_Usage":
        now = instance.world.now()
        taken = instance.steps(now)
        spans = zip(taken, [*taken[1:], (now, "")], strict=True)
        runs = [(moment, after[0]) for (moment, status), after in spans if status == RUNNING]
        return cls(instance.id, instance.speed, now, instance.plan, runs)

    def moments(self, start: float, end: float, step: int) -> list[float]:
        """Sample times on a fixed grid while it ran."""
        grid = range(math.ceil(start / step), math.floor(min(end, self.now - LAG_S) / step) + 1)
        return [float(n * step) for n in grid if any(began <= n * step < until for began, until in self.runs)]

    def cpu(self, moment: float) -> float:
        """Of the processor."""
        return 4 + 45 * self._load(moment) + 8 * chance(self.id, "cpu", moment)

    def memory(self, moment: float) -> float:
        """Of the main memory."""
        return 8 + 40 * self._warm(moment) * math.sqrt(self._load(moment))

    def disk(self, moment: float) -> float:
        """Of the container disk."""
        return 12 + 30 * self._warm(moment) + 5 * chance(self.id, "disk")

    def gpu(self, gpu: int, moment: float) -> float:
        """Of a GPU's time: near full under load, now and then a flicker without."""
        noise, load = chance(self.id, gpu, moment), self._load(moment)
        return min(load * (86 + 13 * noise), 100) if load else float(noise > 0.8)

    def gpu_memory(self, gpu: int, moment: float) -> float:
        """Of a GPU's memory: taken when work begins, and held through its pauses."""
        if self.plan.is_idle:
            return 1
        return 2 + (60 + 30 * chance(self.id, gpu, "memory")) * self._warm(moment)

    def _nominal(self, moment: float) -> float:
        """Nominal seconds since it last came to run."""
        return (moment - max(began for began, _ in self.runs if began <= moment)) * self.speed

    def _warm(self, moment: float) -> float:
        """From 0 to 1 over the first two nominal minutes of a run."""
        return min(1.0, self._nominal(moment) / 120)

    def _load(self, moment: float) -> float:
        """How hard it works, 0 to 1: steadily, in stretches of ten nominal minutes by hand, or not at all."""
        if self.plan.is_idle:
            return 0.0
        nominal = self._nominal(moment)
        if self.plan.is_by_hand:
            stretch = chance(self.id, "hand", int(nominal // 600))
            return 0.0 if stretch < 0.5 else 0.3 + 0.6 * stretch
        return 0.1 if nominal < 60 or nominal % 900 < CHECKPOINT_S else 1.0
