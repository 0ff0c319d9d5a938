import json
from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.asking import instance_status, job_body, job_status, make_job, make_project, start


def _fault(control: httpx.Client, fault: str, provider: str = "baseten", **more: Any) -> None:
    answer = control.post("/faults", json={"provider": provider, "fault": fault, **more})
    assert answer.status_code == 201, answer.text


def test_429_comes_in_the_providers_shape_as_often_as_asked(control: httpx.Client, baseten: httpx.Client) -> None:
    _fault(control, "429", count=2)
    answers = [baseten.get("/v1/teams") for _ in range(3)]
    assert [a.status_code for a in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "5"
    assert answers[0].json() == {"code": "RATE_LIMITED", "message": "Too many requests."}


def test_429_can_come_without_a_wait(control: httpx.Client, cortecs: httpx.Client) -> None:
    _fault(control, "429", "cortecs", retry_after=None)
    answer = cortecs.get("/instances/")
    assert (answer.status_code, answer.json()) == (429, {"error": "too many requests"})
    assert "Retry-After" not in answer.headers


def test_a_share_is_the_same_in_every_run(control: httpx.Client, baseten: httpx.Client) -> None:
    def statuses() -> list[int]:
        control.delete("/faults")
        _fault(control, "500", share=0.5)
        return [baseten.get("/v1/teams").status_code for _ in range(40)]

    first = statuses()
    assert first == statuses()
    assert 10 < first.count(500) < 30


@pytest.mark.parametrize("match", ["GET /v1/teams", "GET /baseten/v1/te", "/teams"])
def test_match_is_a_part_of_method_and_path(control: httpx.Client, baseten: httpx.Client, match: str) -> None:
    _fault(control, "500", match=match)
    assert baseten.get("/v1/training_projects").status_code == 200
    assert baseten.get("/v1/teams").status_code == 500


def test_match_finds_a_name_in_the_body_and_of_the_resource_in_the_path(
    control: httpx.Client, baseten: httpx.Client
) -> None:
    path = make_job(baseten, name="gc-1234-eval")
    _fault(control, "500", match="gc-1234")
    jobs = path.rpartition("/")[0]
    assert baseten.get(path).status_code == 500
    assert baseten.post(jobs, json=job_body(name="gc-1234-again")).status_code == 500
    assert baseten.get(jobs).status_code == 200


def test_dropped_before_cuts_without_acting(control: httpx.Client, baseten: httpx.Client, world: World) -> None:
    jobs = f"/v1/training_projects/{make_project(baseten)}/jobs"
    _fault(control, "dropped_before", match="POST", count=1)
    with pytest.raises(ConnectionError):
        baseten.post(jobs, json=job_body())
    assert world.resources() == []
    assert world.requests[-1]["status"] is None


def test_dropped_after_acts_and_cuts(control: httpx.Client, baseten: httpx.Client, world: World) -> None:
    jobs = f"/v1/training_projects/{make_project(baseten)}/jobs"
    _fault(control, "dropped_after", match="POST", count=1)
    with pytest.raises(ConnectionError):
        baseten.post(jobs, json=job_body(name="gc-1"))
    assert [job["name"] for job in baseten.get(jobs).json()["training_jobs"]] == ["gc-1"]


def test_broken_json_cuts_the_body_of_a_good_answer(control: httpx.Client, baseten: httpx.Client) -> None:
    _fault(control, "broken_json", count=1)
    answer = baseten.get("/v1/teams")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert baseten.get("/v1/teams").json()["teams"]


def test_latency_holds_the_answer_back(control: httpx.Client, baseten: httpx.Client) -> None:
    _fault(control, "latency", seconds=0.05, count=1)
    assert baseten.get("/v1/teams").elapsed.total_seconds() >= 0.05
    assert baseten.get("/v1/teams").elapsed.total_seconds() < 0.05


def test_a_zombie_job_accepts_its_end_and_lives_on_until_healed(
    control: httpx.Client, baseten: httpx.Client, world: World
) -> None:
    path = make_job(baseten, "sleep infinity")
    world.clock.advance(600)
    _fault(control, "zombie", match="eval")
    assert baseten.post(f"{path}/stop", json={}).status_code == 200
    world.clock.advance(600)
    assert job_status(baseten, path) == "RUNNING"
    assert baseten.delete(path).status_code == 200
    assert job_status(baseten, path) == "RUNNING"
    control.delete("/faults")
    baseten.post(f"{path}/stop", json={})
    world.clock.advance(60)
    assert job_status(baseten, path) == "STOPPED"


def test_a_zombie_instance_is_neither_stopped_nor_deleted(
    control: httpx.Client, cortecs: httpx.Client, world: World
) -> None:
    zombie, mortal = start(cortecs), start(cortecs)
    world.clock.advance(600)
    _fault(control, "zombie", "cortecs", match=zombie)
    cortecs.post("/instances/stop-all")
    world.clock.advance(60)
    assert instance_status(cortecs, zombie) == "running"
    assert instance_status(cortecs, mortal) == "stopped"
    cortecs.delete("/instances/delete-all", params={"force_deletion": "True"})
    assert [i["instance_id"] for i in cortecs.get("/instances/").json()["instances"]] == [zombie]


def test_a_vanished_resource_is_not_listed_and_reads_404(
    control: httpx.Client, baseten: httpx.Client, cortecs: httpx.Client
) -> None:
    path, other = make_job(baseten, name="lost"), make_job(baseten, name="kept")
    _fault(control, "vanish", match="lost")
    jobs = baseten.get(path.rpartition("/")[0]).json()["training_jobs"]
    assert [job["name"] for job in jobs] == ["kept"]
    assert [j["name"] for j in baseten.post("/v1/training_jobs/search", json={}).json()["training_jobs"]] == ["kept"]
    assert baseten.get(path).status_code == 404
    assert baseten.get(other).status_code == 200
    rows = control.get("/resources").json()["resources"]
    assert [(row["name"], row["vanished"]) for row in rows] == [("lost", True), ("kept", False)]
    instance = start(cortecs)
    _fault(control, "vanish", "cortecs", count=1)
    assert cortecs.get("/instances/").json() == {"instances": []}
    assert cortecs.get(f"/instances/{instance}").status_code == 404
    control.delete("/faults")
    assert baseten.get(path).status_code == 200


def test_looking_through_the_control_surface_uses_no_fault_up(control: httpx.Client, baseten: httpx.Client) -> None:
    path = make_job(baseten)
    _fault(control, "vanish", count=1)
    control.get("/resources")
    assert control.get("/faults").json()["faults"][0]["hits"] == 0
    assert baseten.get(path).status_code == 404
    assert control.get("/faults").json()["faults"][0]["resources"] == [path.rpartition("/")[2]]


def test_unknown_status_is_a_word_nobody_has_heard_of(
    control: httpx.Client, baseten: httpx.Client, cortecs: httpx.Client
) -> None:
    path, instance = make_job(baseten), start(cortecs)
    _fault(control, "unknown_status")
    _fault(control, "unknown_status", "cortecs")
    assert job_status(baseten, path) == "REBALANCING"
    assert instance_status(cortecs, instance) == "rebalancing"
    rows = control.get("/resources").json()["resources"]
    assert [row["state"] for row in rows] == ["TRAINING_JOB_PENDING", "pending"]
