"""The metrics store."""

from itertools import pairwise

from gpuconsole.providers.remote import Sample
from gpuconsole.workloads import metrics
from gpuconsole.workloads.models import Workload
from tests.factories_workloads import Lab, later


def samples(*seconds: int, value: float = 0.5) -> list[Sample]:
    return [Sample(later(second), "gpu_utilization", gpu, value) for second in seconds for gpu in ("0", "1")]


def test_samples_of_one_moment_are_one_row(lab: Lab) -> None:
    job = lab.launch("baseten")
    assert metrics.append(job, samples(0, 30)) == 2
    first, _ = metrics.read(job, since=later(0), until=later(60))
    assert (first.at, first.values) == (later(0), {"gpu_utilization": {"0": 0.5, "1": 0.5}})


def test_samples_fetched_again_are_kept_once_as_told_last(lab: Lab) -> None:
    job = lab.launch("baseten")
    metrics.append(job, samples(0, 30))
    metrics.append(job, samples(30, 60, value=0.9))
    found = metrics.read(job, since=later(0), until=later(60))
    assert [sample.values["gpu_utilization"]["0"] for sample in found] == [0.5, 0.9, 0.9]


def test_a_range_is_one_workloads_and_inclusive(lab: Lab) -> None:
    job, other = lab.launch("baseten"), lab.launch("baseten")
    metrics.append(job, samples(0, 30, 60, 90))
    metrics.append(other, samples(30))
    assert [sample.at for sample in metrics.read(job, since=later(30), until=later(60))] == [later(30), later(60)]


def test_long_ranges_are_thinned_evenly_and_keep_the_newest(lab: Lab) -> None:
    job = lab.launch("baseten")
    metrics.append(job, samples(*range(0, 1000, 10)))
    found = metrics.read(job, since=later(0), until=later(1000), most=20)
    assert len(found) == 20
    assert found[-1].at == later(990)
    assert {(b.at - a.at).total_seconds() for a, b in pairwise(found)} == {50}


def test_nothing_measured_is_nothing(lab: Lab) -> None:
    job: Workload = lab.launch("baseten")
    assert metrics.append(job, []) == 0
    assert metrics.read(job, since=later(0), until=later(1)) == []
