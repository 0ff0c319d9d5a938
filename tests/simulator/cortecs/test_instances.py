import itertools
import math
from decimal import Decimal
from typing import Any

import httpx
import pytest

from gpuconsole.simulator.dialects.cortecs.instances import STEPS
from gpuconsole.simulator.world import World
from tests.simulator.asking import instance, instance_status, start

MIXTRAL = {"model_id": "mistralai--Mixtral-8x7B-Instruct-v0.1", "hardware_type_id": "NVIDIA_L40S_4"}


def _run_until(cortecs: httpx.Client, world: World, instance_id: str, status: str) -> None:
    for _ in range(600):
        if instance_status(cortecs, instance_id) == status:
            return
        world.clock.advance(1)
    raise AssertionError(f"never {status}")


def test_a_start_answers_at_once_with_all_arguments_resolved(cortecs: httpx.Client) -> None:
    body = {"model_id": "cortecs--phi-4-FP8-Dynamic", "hardware_type_id": None, "context_length": None}
    answer = cortecs.post("/instances/start", json={**body, "billing_interval": None, "num_workers": 2}).json()
    first_step = {"current_step": 1, "num_steps": 5, "description": "Allocating hardware"}
    assert answer["message"] == "Instance is starting."
    assert answer["instance"] == {
        "instance_id": answer["instance"]["instance_id"],
        "base_url": None,
        "instance_args": {
            "model_id": "cortecs--phi-4-FP8-Dynamic",
            "hardware_type_id": "NVIDIA_L4_1",
            "context_length": 16000,
            "billing_interval": "per_minute",
            "num_workers": 2,
        },
        "instance_status": {"status": "pending", "started_at": None, "stopped_at": None},
        "worker_statuses": [{"init_progress": first_step}, {"init_progress": first_step}],
    }


def test_the_default_context_is_32000_where_more_would_go(cortecs: httpx.Client) -> None:
    made = instance(
        cortecs, start(cortecs, model_id="meta-llama--Meta-Llama-3.1-8B-Instruct", hardware_type_id="NVIDIA_L40S_2")
    )
    assert made["instance_args"]["context_length"] == 32000


def test_workers_go_through_five_steps_one_after_another(cortecs: httpx.Client, world: World) -> None:
    made = start(cortecs, num_workers=3)
    seen: list[tuple[int, ...]] = []
    texts = set()
    shown_early = False
    for _ in range(400):
        now = instance(cortecs, made)
        progress = [worker["init_progress"] for worker in now["worker_statuses"]]
        texts |= {(p["current_step"], p["description"]) for p in progress}
        seen.append(tuple(p["current_step"] for p in progress))
        status = now["instance_status"]
        assert (now["base_url"] is None) == (status["status"] == "pending") == (status["started_at"] is None)
        shown_early |= status["status"] == "pending" and 5 in seen[-1]
        world.clock.advance(1)
    assert texts == set(enumerate(STEPS, start=1))
    assert all(a <= b for earlier, later in itertools.pairwise(seen) for a, b in zip(earlier, later, strict=True))
    assert any(len(set(steps)) > 1 for steps in seen)
    assert seen[-1] == (5, 5, 5)
    assert shown_early, "step 5 is shown before the status turns"


def test_a_stop_is_listed_a_while_after_it_was_asked(cortecs: httpx.Client, world: World) -> None:
    made = start(cortecs)
    _run_until(cortecs, world, made, "running")
    world.clock.advance(100)
    answer = cortecs.post("/instances/stop", json={"instance_id": made}).json()
    assert answer["instance"]["instance_status"]["status"] == "running"
    world.clock.advance(39)
    assert instance_status(cortecs, made) == "running"
    world.clock.advance(1)
    stopped = instance(cortecs, made)
    assert stopped["instance_status"]["status"] == "stopped"
    assert stopped["instance_status"]["started_at"] < stopped["instance_status"]["stopped_at"]
    assert stopped["base_url"] is None
    assert stopped["worker_statuses"] == [{"init_progress": None}]
    assert cortecs.post("/instances/stop", json={"instance_id": made}).status_code == 400


def test_an_instance_stopped_while_pending_never_started(cortecs: httpx.Client, world: World) -> None:
    made = start(cortecs)
    world.clock.advance(50)
    cortecs.post("/instances/stop", json={"instance_id": made})
    world.clock.advance(400)
    status = instance(cortecs, made)["instance_status"]
    assert (status["status"], status["started_at"]) == ("stopped", None)
    assert world.resources()[0].cost(world.now()) == 0


def test_a_restart_keeps_the_id_and_begins_anew(cortecs: httpx.Client, world: World) -> None:
    made = start(cortecs)
    assert cortecs.post("/instances/restart", json={"instance_id": made}).status_code == 400
    _run_until(cortecs, world, made, "running")
    cortecs.post("/instances/stop", json={"instance_id": made})
    _run_until(cortecs, world, made, "stopped")
    again = cortecs.post("/instances/restart", json={"instance_id": made}).json()["instance"]
    assert again["instance_id"] == made
    assert again["instance_status"] == {"status": "pending", "started_at": None, "stopped_at": None}
    _run_until(cortecs, world, made, "running")


def test_stop_all_stops_what_runs(cortecs: httpx.Client, world: World) -> None:
    assert cortecs.post("/instances/stop-all").json() == {"message": "No running instances."}
    running = start(cortecs)
    _run_until(cortecs, world, running, "running")
    pending = start(cortecs)
    assert cortecs.post("/instances/stop-all").json()["instance_ids"] == [running]
    world.clock.advance(40)
    assert instance_status(cortecs, running) == "stopped"
    assert instance_status(cortecs, pending) == "pending"


def test_only_stopped_instances_are_deleted(cortecs: httpx.Client, world: World) -> None:
    made = start(cortecs)
    answer = cortecs.delete(f"/instances/{made}")
    assert (answer.status_code, answer.json()["error"]) == (400, "instance must be stopped before it can be deleted")
    cortecs.post("/instances/stop", json={"instance_id": made})
    world.clock.advance(40)
    assert cortecs.delete(f"/instances/{made}").json() == {"instance_id": made}
    assert cortecs.get(f"/instances/{made}").status_code == 404
    assert cortecs.delete(f"/instances/{made}").status_code == 404


@pytest.mark.parametrize(("flag", "spared"), [("False", 1), ("false", 1), ("True", 0), ("TRUE", 0), (None, 1)])
def test_delete_all_spares_active_ones_unless_forced(
    cortecs: httpx.Client, world: World, flag: str | None, spared: int
) -> None:
    stopped = start(cortecs)
    cortecs.post("/instances/stop", json={"instance_id": stopped})
    world.clock.advance(40)
    start(cortecs)
    params = {} if flag is None else {"force_deletion": flag}
    answer = cortecs.delete("/instances/delete-all", params=params).json()
    assert stopped in answer["instance_ids"]
    assert len(cortecs.get("/instances/").json()["instances"]) == spared


def test_started_minutes_or_hours_times_workers_are_billed(cortecs: httpx.Client, world: World) -> None:
    by_minute = start(cortecs, num_workers=3)
    by_hour = start(cortecs, billing_interval="per_hour")
    _run_until(cortecs, world, by_minute, "running")
    _run_until(cortecs, world, by_hour, "running")
    world.clock.advance(3700)
    minute, hour = world.resources()
    assert 3700 <= minute.billed_s(world.now()) < 3840
    minutes = math.ceil(minute.billed_s(world.now()) / 60)
    assert minute.cost(world.now()) == minutes * 3 * Decimal("0.02")
    assert hour.cost(world.now()) == 2 * Decimal("1.2")
    _renew(cortecs)
    balance = cortecs.get("/user/balance").json()
    assert balance == {"current_balance": float(1000 - minute.cost(world.now()) - Decimal("2.4")), "currency": "EUR"}


def test_each_run_is_billed_by_itself(cortecs: httpx.Client, world: World) -> None:
    made = start(cortecs)
    for _ in range(2):
        _run_until(cortecs, world, made, "running")
        cortecs.post("/instances/stop", json={"instance_id": made})
        _run_until(cortecs, world, made, "stopped")
        world.clock.advance(500)
        cortecs.post("/instances/restart", json={"instance_id": made})
    # Two runs of less than a minute each are two started minutes.
    assert world.resources()[0].cost(world.now()) == Decimal("0.04")


def test_without_balance_nothing_starts(cortecs: httpx.Client, world: World) -> None:
    start(cortecs, num_workers=8, billing_interval="per_hour")
    world.clock.advance(106 * 3600)
    _renew(cortecs)
    answer = cortecs.post("/instances/start", json={"model_id": "cortecs--phi-4-FP8-Dynamic"})
    assert (answer.status_code, answer.json()) == (402, {"error": "insufficient balance"})


def _renew(cortecs: httpx.Client) -> None:
    body = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox-cortecs-secret"}
    cortecs.headers["Authorization"] = f"Bearer {cortecs.post('/oauth2/token', json=body).json()['access_token']}"


def test_stock_comes_and_goes_and_without_it_nothing_starts(cortecs: httpx.Client, world: World) -> None:
    answers = set()
    for _ in range(60):
        free = [h["hardware_type_id"] for h in cortecs.get("/hardware-types/available").json()["hardware_types"]]
        _renew(cortecs)
        status = cortecs.post("/instances/start", json=MIXTRAL).status_code
        answers.add(("NVIDIA_L40S_4" in free, status))
        assert {"NVIDIA_L4_1", "NVIDIA_L40S_2"} <= set(free)
        cortecs.delete("/instances/delete-all", params={"force_deletion": "True"})
        world.clock.advance(600)
    assert answers == {(True, 200), (False, 409)}


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "model_id is required"),
    ({"model_id": "nobody--nothing"}, "unknown model"),
    ({"model_id": "cortecs--phi-4-FP8-Dynamic", "hardware_type_id": "NVIDIA_X_1"}, "unknown hardware type"),
    ({"model_id": "cortecs--phi-4-FP8-Dynamic", "hardware_type_id": "NVIDIA_L40S_4"}, "does not run on"),
    ({"model_id": "cortecs--phi-4-FP8-Dynamic", "hardware_type_id": 4}, "hardware_type_id must be a string"),
    ({"model_id": "cortecs--phi-4-FP8-Dynamic", "context_length": 16001}, "context_length exceeds"),
    ({"model_id": "cortecs--phi-4-FP8-Dynamic", "context_length": 0}, "at least 1"),
    ({"model_id": "cortecs--phi-4-FP8-Dynamic", "context_length": "long"}, "context_length must be an integer"),
    ({"model_id": "cortecs--phi-4-FP8-Dynamic", "billing_interval": "per_day"}, "billing_interval must be one of"),
    ({"model_id": "cortecs--phi-4-FP8-Dynamic", "num_workers": 0}, "num_workers must be between 1 and 8"),
    ({"model_id": "cortecs--phi-4-FP8-Dynamic", "num_workers": 9}, "num_workers must be between 1 and 8"),
    ({"model_id": "cortecs--phi-4-FP8-Dynamic", "num_workers": True}, "num_workers must be an integer"),
]


@pytest.mark.parametrize(("body", "text"), BAD, ids=[text for _, text in BAD])
def test_a_bad_start_is_refused(cortecs: httpx.Client, world: World, body: dict[str, Any], text: str) -> None:
    answer = cortecs.post("/instances/start", json=body)
    assert answer.status_code == 400
    assert text in answer.json()["error"]
    assert world.resources() == []


@pytest.mark.parametrize("path", ["/instances/stop", "/instances/restart"])
def test_calls_that_name_an_instance_need_one_that_exists(cortecs: httpx.Client, path: str) -> None:
    assert cortecs.post(path, json={}).status_code == 400
    assert cortecs.post(path, content=b"{").status_code == 400
    answer = cortecs.post(path, json={"instance_id": "instance-none"})
    assert (answer.status_code, answer.json()) == (404, {"error": "instance instance-none not found"})
