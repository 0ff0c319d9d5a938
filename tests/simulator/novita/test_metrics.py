import itertools
from typing import Any

import pytest

from tests.simulator.novita.asking import Novita

PATH = "/openapi/v1/metrics/gpu/instance"


def _metrics(novita: Novita, instance_id: str, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = novita.get(PATH, instanceId=instance_id, **query)
    return found


def _values(points: list[dict[str, Any]]) -> list[float]:
    return [point["value"] for point in points]


def test_all_series_are_percentages_at_the_same_moments(novita: Novita) -> None:
    made = novita.running(gpuNum=2, command="python train.py")
    novita.world.clock.advance(1800)
    now = int(novita.world.now())
    found = _metrics(novita, made, startTime=now - 1500, endTime=now, interval=30)
    moments = [int(point["timestamp"]) for point in found["cpuUtilization"]]
    assert len(moments) == 49
    assert {b - a for a, b in itertools.pairwise(moments)} == {30}
    assert moments[-1] <= now - 45, "data lags"
    series = [found["memUtilization"], found["rootDiskUtilization"]]
    for name in ("gpuUtilization", "gpuMemUtilization"):
        assert len({gpu["gpuId"] for gpu in found[name]["gpuIds"]}) == 2
        series += [found[name]["avg"], *(gpu["items"] for gpu in found[name]["gpuIds"])]
    for points in series:
        assert [int(point["timestamp"]) for point in points] == moments
        assert all(0 <= value <= 100 for value in _values(points))
    for index, average in enumerate(_values(found["gpuUtilization"]["avg"])):
        both = [gpu["items"][index]["value"] for gpu in found["gpuUtilization"]["gpuIds"]]
        assert average == pytest.approx(sum(both) / 2, abs=0.02)


def test_the_default_window_is_the_last_minute_and_holds_a_point(novita: Novita) -> None:
    made = novita.running()
    novita.world.clock.advance(600)
    moments = [int(point["timestamp"]) for point in _metrics(novita, made)["cpuUtilization"]]
    assert len(moments) >= 1
    assert all(novita.world.now() - 60 <= moment <= novita.world.now() for moment in moments)


@pytest.mark.parametrize(
    "query",
    [
        {"interval": 5},
        {"interval": 15},
        {"interval": "often"},
        {"startTime": 1, "endTime": 10**12},
        {"startTime": -1},
        {"endTime": 0},
    ],
)
def test_values_out_of_range_silently_become_the_defaults(novita: Novita, query: dict[str, Any]) -> None:
    made = novita.running()
    novita.world.clock.advance(600)
    query = {**query, "startTime": 10**12} if query.get("startTime") == 1 else query
    assert _metrics(novita, made, **query) == _metrics(novita, made)


def test_a_window_shorter_than_a_minute_becomes_a_minute(novita: Novita) -> None:
    made = novita.running()
    novita.world.clock.advance(600)
    now = int(novita.world.now())
    assert _metrics(novita, made, startTime=now - 30) == _metrics(novita, made)


def test_work_looks_like_work_and_sleep_like_sleep(novita: Novita) -> None:
    busy, idle = novita.running(command="python train.py"), novita.running(command="sleep infinity")
    by_hand = novita.running()
    novita.world.clock.advance(7200)
    now = int(novita.world.now())
    window = {"startTime": now - 6600, "endTime": now, "interval": 60}
    usage = {made: _values(_metrics(novita, made, **window)["gpuUtilization"]["avg"]) for made in (busy, idle, by_hand)}
    assert sum(usage[busy]) / len(usage[busy]) > 80
    assert min(usage[busy]) < 30, "a checkpoint now and then"
    assert max(usage[idle]) <= 1
    assert min(usage[by_hand]) <= 1
    assert max(usage[by_hand]) > 30, "people work in stretches"
    memory = _values(_metrics(novita, busy, **window)["gpuMemUtilization"]["avg"])
    assert min(memory) > 50, "memory stays taken while the work pauses"


def test_there_are_no_points_while_it_did_not_run(novita: Novita) -> None:
    made = novita.create()
    novita.world.clock.advance(20)
    assert _metrics(novita, made)["cpuUtilization"] == []
    novita.until(made, "running")
    began = novita.world.now()
    novita.world.clock.advance(600)
    novita.act("stop", made)
    novita.world.clock.advance(600)
    now = int(novita.world.now())
    found = _metrics(novita, made, startTime=int(began) - 300, endTime=now)
    moments = [int(point["timestamp"]) for point in found["cpuUtilization"]]
    assert began <= min(moments) <= began + 15
    assert max(moments) <= began + 600


def test_metrics_of_nobody_are_refused(novita: Novita) -> None:
    assert novita.refused_get(PATH, instanceId="0" * 16)[0] == "RESOURCE_NOT_FOUND"
    assert novita.refused_get(PATH)[1] == "instanceId: field required"
