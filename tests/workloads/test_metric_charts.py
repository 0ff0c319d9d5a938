"""Charts of measurements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gpuconsole.providers.remote import Sample
from gpuconsole.workloads import metric_charts, metrics
from gpuconsole.workloads.models import Workload
from tests.factories_workloads import Lab

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def sample(minutes_ago: int, value: float, series: str = "GPU 0", name: str = "gpu_utilization") -> Sample:
    return Sample(NOW - timedelta(minutes=minutes_ago), name, series, value)


def test_nothing_measured_draws_nothing(lab: Lab) -> None:
    assert metric_charts.board(lab.workload("baseten"), NOW).charts == []


def test_a_gap_in_the_samples_stays_a_gap(lab: Lab) -> None:
    job = lab.workload("baseten")
    metrics.append(job, [sample(ago, 0.5) for ago in (50, 49, 48, 47, 20, 19, 18)])
    [chart] = metric_charts.board(job, NOW).charts
    [line] = chart.lines
    assert [len(stretch.split()) for stretch in line.stretches] == [4, 3]


def test_a_fraction_is_shown_out_of_a_hundred(lab: Lab) -> None:
    job = lab.workload("baseten")
    metrics.append(job, [sample(2, 0.9), sample(1, 0.97)])
    [chart] = metric_charts.board(job, NOW).charts
    assert (chart.title, chart.latest, chart.top, chart.middle) == ("GPU utilisation", "97 %", "100%", "50%")
    assert chart.lines[0].stretches[0].endswith("400.0,3.6")


def test_each_gpu_is_a_line_and_a_row_of_the_table(lab: Lab) -> None:
    job = lab.workload("baseten")
    metrics.append(job, [sample(ago, 0.5, series) for ago in (2, 1) for series in ("GPU 0", "GPU 1")])
    [chart] = metric_charts.board(job, NOW).charts
    assert [line.name for line in chart.lines] == ["GPU 0", "GPU 1"]
    found = metric_charts.table(job, NOW)
    assert found.heads == ["GPU utilisation, GPU 0", "GPU utilisation, GPU 1"]
    assert [values for _, values in found.rows] == [["50 %", "50 %"]] * 2


def test_a_range_reaches_so_far_back_and_no_further(lab: Lab) -> None:
    job = lab.workload("baseten")
    Workload.objects.filter(pk=job.pk).update(created_at=NOW - timedelta(hours=9))
    job.refresh_from_db()
    metrics.append(job, [sample(ago, ago / 1000) for ago in (500, 200, 30, 10, 5)])

    def points(asked: str) -> int:
        [chart] = metric_charts.board(job, NOW, asked).charts
        return sum(len(set(stretch.split())) for stretch in chart.lines[0].stretches)

    assert [points(asked) for asked in ("15m", "1h", "6h", "all", "", "nonsense")] == [2, 3, 4, 5, 3, 3]
    assert metric_charts.board(job, NOW, "15m").measured_at == NOW - timedelta(minutes=5)
    [chart] = metric_charts.board(job, NOW, "15m").charts
    assert chart.areas == (f"M0.0,120 L{chart.lines[0].stretches[0]} L400.0,120Z",)


def test_utilisation_of_the_rest_of_the_machine_is_drawn_too(lab: Lab) -> None:
    job = lab.workload("novita")
    names = ("gpu_memory_utilization", "cpu_utilization", "memory_utilization", "disk_utilization")
    metrics.append(job, [sample(ago, 0.25, "", name) for ago in (2, 1) for name in names])
    found = metric_charts.board(job, NOW).charts
    assert [(chart.title, chart.latest) for chart in found] == [
        ("GPU memory", "25 %"),
        ("CPU", "25 %"),
        ("Memory", "25 %"),
        ("Disk", "25 %"),
    ]
