"""Line charts of a workload's measurements, computed to points: templates only draw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.core import formats
from gpuconsole.workloads import metrics
from gpuconsole.workloads.models import MetricSample, Workload
from gpuconsole.workloads.states import Kind

WIDTH, HEIGHT = 400, 120
GAP_FACTOR = 4
_COLOURS = (1, 3, 2, 4, 5)
MOST_SERIES = len(_COLOURS)
MOST_POINTS = 120
"""Of one line: a chart is little wider than twice as many pixels."""
MOST_ROWS = 60
"""Of the table."""
RANGES = {"15m": timedelta(minutes=15), "1h": timedelta(hours=1), "6h": timedelta(hours=6), "all": None}
"""How far back charts go, by their word in the address; None: to the launch."""

USUAL_RANGE = {Kind.JOB: "1h", Kind.INSTANCE: "6h"}


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its name, colour number, and stretches of points (a gap in the samples parts them)."""

    name: str
    number: int
    stretches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """One measurement over time; ``latest`` and the labels are ready to be read, the numbers are for a script."""

    title: str
    latest: str
    lines: tuple[Line, ...]
    areas: tuple[str, ...]
    """Below the first line, as paths."""
    top: str
    middle: str
    bottom: str
    start: str
    end: str
    sentence: str
    unit: str
    top_value: str
    start_s: int
    end_s: int
    zone: str


@dataclass(frozen=True, slots=True)
class Board:
    """The charts of one range: what their colours stand for, and when it was measured last."""

    charts: Sequence[Chart] = ()
    series: Sequence[Line] = ()
    measured_at: datetime | None = None
    range: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The same as rows, newest first, thinned to what can be read: a moment and its values below the heads."""

    heads: Sequence[str]
    rows: Sequence[tuple[datetime, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class _Measure:
    """Title and unit are texts to translate."""

    title: str
    scale: float
    unit: str
    top: float | None


_MEASURES = {
    "gpu_utilization": _Measure(gettext_noop("GPU utilisation"), 100, "%", 100),
    "gpu_memory_used_bytes": _Measure(gettext_noop("GPU memory"), 1e-9, "GB", None),
    "gpu_memory_utilization": _Measure(gettext_noop("GPU memory"), 100, "%", 100),
    "gpu_temperature_c": _Measure(gettext_noop("Temperature"), 1, "°C", 100),
    "gpu_power_w": _Measure(gettext_noop("Power"), 1, "W", None),
    "cpu_usage": _Measure(gettext_noop("CPU"), 1, gettext_noop("cores"), None),
    "cpu_utilization": _Measure(gettext_noop("CPU"), 100, "%", 100),
    "cpu_memory_used_bytes": _Measure(gettext_noop("Memory"), 1e-9, "GB", None),
    "memory_utilization": _Measure(gettext_noop("Memory"), 100, "%", 100),
    "disk_utilization": _Measure(gettext_noop("Disk"), 100, "%", 100),
}

_Points = list[tuple[datetime, float]]
_Series = dict[str, dict[str, _Points]]


def range_word(slug: str) -> str:
    """What a range is called: ``15 m``, ``All``."""
    length = RANGES[slug]
    return _("All") if length is None else formats.duration(length)


def range_of(workload: Workload, asked: str) -> str:
    """The range that is asked for, else the usual one of its kind."""
    return asked if asked in RANGES else USUAL_RANGE[Kind(workload.kind)]


def board(workload: Workload, now: datetime, asked: str = "") -> Board:
    """Charts of the last while that it ran; without charts where nothing was measured in it."""
    chosen = range_of(workload, asked)
    samples = _samples(workload, now, chosen, MOST_POINTS)
    found = _series(samples)
    charts = [_chart(measure, found[name]) for name, measure in _MEASURES.items() if found.get(name)]
    widest = max((chart.lines for chart in charts), key=len, default=())
    return Board(charts, widest, samples[-1].at if samples else None, chosen)


def table(workload: Workload, now: datetime, asked: str = "") -> Table:
    """What the charts of the range show, in numbers."""
    samples = _samples(workload, now, range_of(workload, asked), MOST_ROWS)
    found = _series(samples)
    columns = [(name, key) for name in _MEASURES for key in sorted(found.get(name, ()))]
    heads = [_head(_(_MEASURES[name].title), key) for name, key in columns]
    return Table(heads, [(sample.at, [_cell(sample, *column) for column in columns]) for sample in reversed(samples)])


def _samples(workload: Workload, now: datetime, chosen: str, most: int) -> list[MetricSample]:
    until, length = workload.ended_at or now, RANGES[chosen]
    since = workload.created_at if length is None else until - length
    return metrics.read(workload, since=since, until=until, most=most)


def _series(samples: Sequence[MetricSample]) -> _Series:
    found: _Series = defaultdict(lambda: defaultdict(list))
    for sample in samples:
        for name, series in sample.values.items():
            for key, value in series.items():
                found[name][key].append((sample.at, float(value)))
    return found


def _chart(measure: _Measure, series: dict[str, _Points]) -> Chart:
    points = {key: [(at, value * measure.scale) for at, value in found] for key, found in series.items()}
    first = min(found[0][0] for found in points.values())
    last = max(found[-1][0] for found in points.values())
    highest = max(value for found in points.values() for _at, value in found)
    title, unit = _(measure.title), measure.unit
    top = measure.top or _round_up(highest)
    names = sorted(points)[:MOST_SERIES]
    lines = tuple(
        Line(name, colour, _stretches(points[name], first, last, top))
        for name, colour in zip(names, _COLOURS, strict=False)
    )
    mean = sum(points[name][-1][1] for name in names) / len(names)
    start, end = (formats.time_of_day(timezone.localtime(at)) for at in (first, last))
    sentence = _("{measure} from {start} to {end}, now {latest}, highest {highest}.")
    return Chart(
        title=title,
        latest=_figure(mean, unit),
        lines=lines,
        areas=tuple(_area(stretch) for stretch in lines[0].stretches),
        top=_axis(top, unit),
        middle=_axis(top / 2, unit),
        bottom=_axis(0, unit),
        start=start,
        end=end,
        sentence=sentence.format(
            measure=title, start=start, end=end, latest=_figure(mean, unit), highest=_figure(highest, unit)
        ),
        unit=_(unit),
        top_value=f"{top:g}",
        start_s=int(first.timestamp()),
        end_s=int(last.timestamp()),
        zone=str(timezone.get_current_timezone()),
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


def _area(stretch: str) -> str:
    points = stretch.split()
    begins, ends = (point.partition(",")[0] for point in (points[0], points[-1]))
    return f"M{begins},{HEIGHT} L{' '.join(points)} L{ends},{HEIGHT}Z"


def _round_up(value: float) -> float:
    step = 10 ** (len(str(int(value))) - 1) if value >= 1 else 1
    return (int(value / step) + 1) * step


def _head(title: str, key: str) -> str:
    return f"{title}, {key}" if key else title


def _cell(sample: MetricSample, name: str, key: str) -> str:
    value, measure = sample.values.get(name, {}).get(key), _MEASURES[name]
    return formats.MISSING if value is None else _figure(float(value) * measure.scale, measure.unit)


def _axis(value: float, unit: str) -> str:
    """A number on the axis, with what is short enough of its unit."""
    sign = {"%": "%", "°C": "°"}.get(unit, "")
    return f"{value:g}{sign}"


def _figure(value: float, unit: str) -> str:
    number = f"{value:.0f}" if abs(value) >= 10 or unit == "%" else f"{value:.1f}"
    return f"{number} {_(unit)}"
