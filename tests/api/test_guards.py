"""Guards in the JSON API: said at a launch, told with the work, changed while it runs, refused with their field."""

from __future__ import annotations

import pytest

from gpuconsole.workloads.models import Workload
from tests.api.conftest import Caller
from tests.contract.samples import sample

WORKLOADS = "/projects/project/workloads"


def wanted(caller: Caller, slug: str = "baseten", **guards: object) -> dict[str, object]:
    connection = caller.lab.connections[slug].public_id
    return {"name": "guarded", "connection": connection, "spec": sample(slug), "guards": guards}


def test_a_launch_says_its_guards_and_is_told_with_them(caller: Caller) -> None:
    guards = {"stop_after_s": 36_000, "stop_at_cost": "12.5", "idle_after_s": 900, "queue_limit_s": 600}
    guards["tell_me"] = "ended"
    answer = caller.post(WORKLOADS, wanted(caller, **guards, queue_then="cancel"))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["guards"] == {
        **guards,
        "stop_at_cost": "12.500000",
        "idle_percent": 5,
        "queue_then": "cancel",
        "terminate_after_s": None,
        "warn_before_s": None,
    }
    assert (told["late_min"], told["idle_since"]) == (0, None)
    estimate = caller.post(f"{WORKLOADS}/estimate", wanted(caller, **guards)).json()
    assert 12 < float(estimate["at_most"]["amount"]) < 13


@pytest.mark.parametrize(
    ("slug", "guards", "field", "code"),
    [
        ("fireworks", {"stop_at_cost": 5}, "guards.stop_at_cost", "not_priced"),
        ("cortecs", {"idle_after_s": 600, "stop_after_s": 3600}, "guards.idle_after_s", "not_offered"),
        ("baseten", {"terminate_after_s": 7200}, "guards.terminate_after_s", "not_offered"),
    ],
)
def test_a_guard_that_cannot_be_kept_is_refused_at_its_field(
    caller: Caller, slug: str, guards: dict[str, object], field: str, code: str
) -> None:
    answer = caller.post(WORKLOADS, wanted(caller, slug, **guards))
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["code"], field in str(problem)) == (code, True)


@pytest.mark.parametrize(
    "guards",
    [{"stop_at_cost": 0}, {"stop_at_cost": "NaN"}, {"idle_after_s": 10}, {"idle_percent": 100}, {"tell_me": "x"}],
)
def test_a_guard_that_is_none_is_a_problem_with_its_path(caller: Caller, guards: dict[str, object]) -> None:
    answer = caller.post(WORKLOADS, wanted(caller, **guards))
    assert answer.status_code == 422
    assert f"guards.{next(iter(guards))}" in answer.content.decode()


def test_a_running_ones_guards_are_changed_and_what_is_left_out_stays(caller: Caller) -> None:
    job = caller.post(WORKLOADS, wanted(caller, stop_at_cost=5, idle_after_s=900)).json()
    answer = caller.post(f"/workloads/{job['id']}/guards", {"stop_at_cost": "7"})
    assert (answer.status_code, answer.json()["guards"]["stop_at_cost"]) == (200, "7.000000")
    assert answer.json()["guards"]["idle_after_s"] == 900
    answer = caller.post(f"/workloads/{job['id']}/guards", {"idle_after_s": None})
    assert answer.json()["guards"]["idle_after_s"] is None
    Workload.objects.update(cost_closed=6)
    answer = caller.post(f"/workloads/{job['id']}/guards", {"stop_at_cost": 6})
    assert (answer.status_code, "already" in answer.json()["detail"]) == (422, True)
    assert answer.json()["errors"][0]["path"] == "stop_at_cost"


def test_a_preset_keeps_guards_and_a_launch_takes_them_over(caller: Caller) -> None:
    kept = {"name": "p", "spec": sample("baseten"), "guards": {"stop_at_cost": "2.5", "idle_after_s": 600}}
    preset = caller.post("/presets", kept).json()
    assert (preset["guards"]["stop_at_cost"], preset["guards"]["idle_after_s"]) == ("2.5", 600)
    connection = caller.lab.connections["baseten"].public_id
    job = caller.post(WORKLOADS, {"preset": preset["id"], "connection": connection}).json()
    assert (job["guards"]["stop_at_cost"], job["guards"]["idle_after_s"]) == ("2.500000", 600)
    own = {"preset": preset["id"], "connection": connection, "guards": {}}
    assert caller.post(WORKLOADS, own).json()["guards"]["stop_at_cost"] is None
