import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from gpuconsole.simulator import spoiling
from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects import DIALECTS
from gpuconsole.simulator.fault_kinds import KINDS
from gpuconsole.simulator.faults import Faults
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


def test_two_faults_with_the_same_share_do_not_strike_in_step() -> None:
    faults = Faults()
    cut, late = (faults.add({"provider": "baseten", "fault": kind, "share": 0.5}) for kind in ("dropped_after", "429"))
    assert [cut.strikes() for _ in range(40)] != [late.strikes() for _ in range(40)]


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


def test_502_is_a_gateways_page_and_the_provider_has_not_acted(
    control: httpx.Client, baseten: httpx.Client, world: World
) -> None:
    jobs = f"/v1/training_projects/{make_project(baseten)}/jobs"
    _fault(control, "502", match="POST", count=1)
    answer = baseten.post(jobs, json=job_body())
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert "<h1>502 Bad Gateway</h1>" in answer.text
    assert world.resources() == []


def test_502_after_is_the_same_page_and_the_provider_has_acted(
    control: httpx.Client, baseten: httpx.Client, world: World
) -> None:
    jobs = f"/v1/training_projects/{make_project(baseten)}/jobs"
    _fault(control, "502_after", match="POST", count=1)
    assert baseten.post(jobs, json=job_body()).status_code == 502
    assert len(world.resources()) == 1


def test_an_expired_token_is_refused_in_the_providers_shape(
    control: httpx.Client, baseten: httpx.Client, cortecs: httpx.Client
) -> None:
    _fault(control, "expired_token", count=1)
    _fault(control, "expired_token", "cortecs", count=1)
    assert (first := baseten.get("/v1/teams")).status_code == 401
    assert first.json() == {"code": "UNAUTHORIZED", "message": "Invalid or missing API key."}
    assert (second := cortecs.get("/instances/")).status_code == 401
    assert second.json() == {"error": "access token is invalid or has expired"}
    assert baseten.get("/v1/teams").status_code == cortecs.get("/instances/").status_code == 200


def test_calls_that_need_no_key_do_not_use_an_expired_token_up(control: httpx.Client, cortecs: httpx.Client) -> None:
    del cortecs.headers["Authorization"]
    _fault(control, "expired_token", "cortecs", count=1)
    assert cortecs.get("/models/").status_code == 200
    assert control.get("/faults").json()["faults"][0]["hits"] == 0


def test_a_price_jump_reaches_every_price_and_no_other_provider(
    control: httpx.Client, baseten: httpx.Client, cortecs: httpx.Client
) -> None:
    def of(price: dict[str, Any]) -> Any:
        return price["instance_type"]["id"], price["price"]

    before = dict(map(of, baseten.get("/v1/instance_type_prices").json()["instance_types"]))
    others = cortecs.get("/hardware-types").json()
    _fault(control, "price_jump", factor=1.5)
    after = dict(map(of, baseten.get("/v1/instance_type_prices").json()["instance_types"]))
    assert after == {name: pytest.approx(price * 1.5) for name, price in before.items()}
    assert cortecs.get("/hardware-types").json() == others
    control.delete("/faults")
    assert dict(map(of, baseten.get("/v1/instance_type_prices").json()["instance_types"])) == before


@pytest.mark.parametrize(
    ("price", "jumped"),
    [(150, 300), ("150", "300"), ("1.25", "2.50"), (Decimal("1.25"), Decimal("2.50")), (None, None), ("free", "free")],
)
def test_a_price_keeps_its_form(price: Any, jumped: Any) -> None:
    found = spoiling.jumped(price, Decimal(2))
    assert (found, type(found)) == (jumped, type(jumped))


def test_without_stock_a_queueing_provider_lets_jobs_wait_and_goes_on_from_where_stock_came(
    control: httpx.Client, baseten: httpx.Client, world: World
) -> None:
    running = make_job(baseten, "sleep infinity")
    _fault(control, "out_of_stock", match="H100")
    waiting, stopped = make_job(baseten, "sleep infinity"), make_job(baseten, "sleep infinity")
    world.clock.advance(3600)
    assert [job_status(baseten, path) for path in (running, waiting)] == ["RUNNING", "PENDING"]
    baseten.post(f"{stopped}/stop", json={})
    world.clock.advance(60)
    assert job_status(baseten, stopped) == "STOPPED"
    control.delete("/faults")
    world.clock.advance(30)
    assert job_status(baseten, waiting) in ("CREATED", "DEPLOYING")
    world.clock.advance(300)
    assert job_status(baseten, waiting) == "RUNNING"


def test_without_stock_a_provider_that_does_not_queue_refuses(control: httpx.Client, cortecs: httpx.Client) -> None:
    _fault(control, "out_of_stock", "cortecs", match="L4_1")
    ask = {"model_id": "cortecs--phi-4-FP8-Dynamic", "hardware_type_id": "NVIDIA_L4_1"}
    assert cortecs.post("/instances/start", json=ask).status_code == 409
    free = cortecs.get("/hardware-types/available").json()["hardware_types"]
    assert "NVIDIA_L4_1" not in {row["hardware_type_id"] for row in free}
    assert "NVIDIA_L40S_2" in {row["hardware_type_id"] for row in free}


@pytest.mark.parametrize("seconds", [900, -900])
def test_a_skewed_clock_is_in_the_head_and_the_body_of_answers_and_in_the_ends_of_tokens(
    control: httpx.Client, cortecs: httpx.Client, baseten: httpx.Client, world: World, seconds: float
) -> None:
    noon = datetime.fromtimestamp(world.now(), UTC)
    _fault(control, "clock_skew", seconds=seconds)
    _fault(control, "clock_skew", "cortecs", seconds=86_400)
    answer = baseten.get(make_job(baseten))
    made = datetime.fromisoformat(answer.json()["training_job"]["created_at"])
    assert made == parsedate_to_datetime(answer.headers["Date"]) == noon + timedelta(seconds=seconds)
    assert cortecs.get("/instances/").status_code == 401  # by its clock the token ended long ago
    assert control.get("/clock").json()["now"] == iso(noon.timestamp())


def test_one_fault_is_lifted_alone(control: httpx.Client, baseten: httpx.Client) -> None:
    _fault(control, "500", match="/nowhere")
    _fault(control, "500", match="/teams")
    assert [row["id"] for row in control.delete("/faults/2").json()["faults"]] == [1]
    assert baseten.get("/v1/teams").status_code == 200
    for wrong in ("2", "x"):
        assert control.delete(f"/faults/{wrong}").status_code == 404


def test_all_kinds_are_listed_with_what_they_do_and_take(control: httpx.Client) -> None:
    told = control.get("").json()["faults"]
    assert set(told) == set(KINDS)
    for kind in told.values():
        assert len(kind["does"]) > 20
        assert kind["takes"]


def test_help_tells_all_kinds_and_the_credentials_of_every_dialect() -> None:
    command = [sys.executable, "-m", "gpuconsole.simulator", "--help"]
    text = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    assert all(f"\n  {kind} " in text for kind in KINDS)
    assert all(value in text for maker in DIALECTS.values() for value in maker.sandbox.values())


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"fault": "flood"}, "fault must be one of latency, 429"),
        ({"fault": "502", "retry_after": 5}, "502 takes no retry_after: it takes provider, match, count, share"),
        ({"fault": "price_jump", "count": 1}, "price_jump takes no count: it takes provider, factor"),
        ({"fault": "price_jump", "factor": 0}, "factor must be a number between 0.001 and 1000"),
        ({"fault": "price_jump", "factor": "2"}, "factor must be a number between 0.001 and 1000"),
        ({"fault": "clock_skew", "seconds": 90_000}, "seconds must be a number between -86400 and 86400"),
        ({"fault": "latency", "seconds": -1}, "seconds must be a number between 0 and 600"),
        ({"fault": "out_of_stock", "share": 0.5}, "out_of_stock takes no share: it takes provider, match"),
        ({"fault": "429", "retry_after": 0.5}, "retry_after must be a whole number at least 0"),
        ({"fault": "failure", "way": "boredom"}, "way must be one of exit_code, image"),
        ({"fault": "500", "count": 0}, "count must be a whole number at least 1"),
        ({"fault": "500", "share": 1.5}, "share must be a number between 0 and 1"),
        ({"fault": "500", "count": 1, "share": 0.5}, "give count or share, not both"),
        ({"fault": "500", "match": 7}, "match must be a text"),
        ({"fault": ["500"]}, "fault must be one of"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_with_what_would(
    control: httpx.Client, fault: dict[str, Any], says: str
) -> None:
    answer = control.post("/faults", json={"provider": "baseten", **fault})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(says)
    assert control.get("/faults").json() == {"faults": []}
