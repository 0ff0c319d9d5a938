"""The connect box, from the row alone."""

from __future__ import annotations

from typing import Any

import pytest

from gpuconsole.providers import registry
from gpuconsole.workloads import connecting
from gpuconsole.workloads.connecting import Answers
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Kind, State
from tests.factories_workloads import START, later

UP = {"name": "Worker 1", "state": "running", "step": 5, "steps": 5, "text": "Running", "since": START.timestamp()}


def instance(**columns: Any) -> Workload:
    return Workload(kind=Kind.INSTANCE, state=State.RUNNING, **columns)


def test_what_is_a_page_can_be_opened_and_an_endpoint_is_tried() -> None:
    row = instance(
        connect={"Jupyter": "https://j.example.net/lab", "SSH": "ssh root@x", "Password": None, "Odd": "javascript:1"}
    )
    assert [(way.label, way.is_page, bool(way.key)) for way in connecting.ways(row)] == [
        ("Jupyter", True, False),
        ("SSH", False, False),
        ("Odd", False, False),
        ("Password", False, True),
    ]
    provider = registry.get("cortecs")
    assert connecting.try_it(row, provider) == ""
    endpoint = instance(connect={"Base URL": "https://m.example.net/v1", "Model": "it's"})
    assert [way.is_page for way in connecting.ways(endpoint)] == [False, False]
    command = connecting.try_it(endpoint, provider)
    assert command.startswith("curl https://m.example.net/v1/chat/completions") and "it'\"'\"'s" in command
    endpoint.state = State.STOPPING
    assert (connecting.try_it(endpoint, provider), connecting.ways(endpoint)) == ("", [])


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([True, True, None], Answers("2 of 2 ports answer", "ok")),
        ([False], Answers("0 of 1 port answers", "warning")),
        ([None], None),
        ([], None),
    ],
)
def test_how_many_ports_answer(told: list[bool | None], found: Answers | None) -> None:
    assert connecting.answers([{"answers": one} for one in told]) == found


def test_workers_say_what_they_are_made_of_and_since_when_they_stand_so() -> None:
    starts = {
        **UP,
        "name": "Worker 2",
        "state": "starting",
        "step": 3,
        "text": "Loading",
        "trace": [[1, "a", 0.0], [3, "b", 9.0]],
    }
    row = instance(parts=[UP, starts], gpu_model="L40S", gpu_count=4)
    up, starting = connecting.workers(row, {}, later(60))
    assert (up.note, up.up_at, up.begun_at, up.text) == ("2 × L40S", START, None, "")
    assert starting.begun_at is not None
    assert (starting.begun_at.timestamp(), starting.up_at, starting.text) == (0, None, "Step 3 of 5, “Loading”")
    assert connecting.badge(row) == {"text": "1 of 2 workers up", "kind": "warning"}
    drawn = connecting.strips(row, later(60))
    assert drawn is not None and [[bar.phase for bar in one.rows[0].bars] for one in drawn[1]] == [
        ["running"],
        ["preparing"],
    ]
    assert connecting.strips(instance(parts=[UP]), later(60)) is None
