"""Line charts of a workload's measurements, computed to points: templates only draw."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils import timezone

from gpuconsole.core import formats
from gpuconsole.workloads import metrics
from gpuconsole.workloads.models import Workload

WIDTH, HEIGHT = 400, 120
GAP_FACTOR = 4
MOST_SERIES = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its name, colour number, and stretches of points (a gap in the samples parts them)."""

    name: str
    number: int
    stretches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """One measurement over time; ``latest`` and the labels are ready to be read."""

    title: str
    latest: str
    lines: tuple[Line, ...]
    top: str
    middle: str
    start: str
    end: str
    sentence: str
    table: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Measure:
    title: str
    scale: float
    unit: str
    top: float | None


_MEASURES = {
    "gpu_utilization": _Measure("GPU utilisation", 100, "%", 100),
    "gpu_memory_used_bytes": _Measure("GPU memory", 1e-9, "GB", None),
    "gpu_memory_utilization": _Measure("GPU memory", 100, "%", 100),
    "gpu_temperature_c": _Measure("Temperature", 1, "°C", 100),
    "gpu_power_w": _Measure("Power", 1, "W", None),
    "cpu_usage": _Measure("CPU", 1, "cores", None),
    "cpu_utilization": _Measure("CPU", 100, "%", 100),
    "cpu_memory_used_bytes": _Measure("Memory", 1e-9, "GB", None),
    "memory_utilization": _Measure("Memory", 100, "%", 100),
    "disk_utilization": _Measure("Disk", 100, "%", 100),
}

_Points = list[tuple[datetime, float]]


def of(workload: Workload, now: datetime, length: timedelta = timedelta(hours=1)) -> list[Chart]:
    """Charts of the last hour that it ran; empty while nothing was measured."""
    until = workload.ended_at or now
    samples = metrics.read(workload, since=until - length, until=until)
    found: dict[str, dict[str, _Points]] = defaultdict(lambda: defaultdict(list))
    for sample in samples:
        for name, series in sample.values.items():
            for key, value in series.items():
                found[name][key].append((sample.at, float(value)))
    return [_chart(measure, found[name]) for name, measure in _MEASURES.items() if found.get(name)]


def _chart(measure: _Measure, series: dict[str, _Points]) -> Chart:
    points = {key: [(at, value * measure.scale) for at, value in found] for key, found in series.items()}
    first = min(found[0][0] for found in points.values())
    last = max(found[-1][0] for found in points.values())
    highest = max(value for found in points.values() for _, value in found)
    top = measure.top or _round_up(highest)
    names = sorted(points)[:MOST_SERIES]
    lines = tuple(Line(name, index + 1, _stretches(points[name], first, last, top)) for index, name in enumerate(names))
    latest = {name: points[name][-1][1] for name in names}
    mean = sum(latest.values()) / len(latest)
    return Chart(
        title=measure.title,
        latest=_figure(mean, measure.unit),
        lines=lines,
        top=_figure(top, measure.unit),
        middle=_figure(top / 2, measure.unit),
        start=formats.time_of_day(timezone.localtime(first)),
        end=formats.time_of_day(timezone.localtime(last)),
        sentence=f"{measure.title} from {timezone.localtime(first):%H:%M} to {timezone.localtime(last):%H:%M}, "
        f"now {_figure(mean, measure.unit)}, highest {_figure(highest, measure.unit)}.",
        table=tuple((name, _figure(value, measure.unit)) for name, value in latest.items()),
    )


def _stretches(points: _Points, first: datetime, last: datetime, top: float) -> tuple[str, ...]:
    """SVG points of each unbroken run; samples much further apart than usual are a gap and stay one.

    A sample by itself is named twice: a line from it to itself shows as a dot.
    """
    whole = (last - first).total_seconds() or 1.0
    steps = sorted((after[0] - before[0]).total_seconds() for before, after in pairwise(points))
    usual = steps[len(steps) // 2] if steps else 0
    runs: list[list[str]] = [[]]
    before: datetime | None = None
    for at, value in points:
        if before is not None and usual and (at - before).total_seconds() > usual * GAP_FACTOR:
            runs.append([])
        x = (at - first).total_seconds() / whole * WIDTH
        y = HEIGHT - min(max(value / top, 0), 1) * HEIGHT if top else HEIGHT
        runs[-1].append(f"{x:.1f},{y:.1f}")
        before = at
    return tuple(" ".join(run if len(run) > 1 else run * 2) for run in runs if run)


def _round_up(value: float) -> float:
    step = 10 ** (len(str(int(value))) - 1) if value >= 1 else 1
    return (int(value / step) + 1) * step


def _figure(value: float, unit: str) -> str:
    number = f"{value:.0f}" if abs(value) >= 10 or unit == "%" else f"{value:.1f}"
    return f"{number} {unit}"
