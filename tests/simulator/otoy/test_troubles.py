"""Faults on OTOY's jobs, and a world that is written and read back."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from gpuconsole.simulator import state_file
from gpuconsole.simulator.clock import Clock
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import create_app
from tests.simulator.conftest import NOON
from tests.simulator.otoy.asking import job, job_body, make_job, runs, words
from tests.simulator.otoy.signing import Signed


def _fault(control: httpx.Client, kind: str, **more: Any) -> None:
    answer = control.post("/faults", json={"provider": "otoy", "fault": kind, **more})
    assert answer.status_code == 201, answer.text


def test_quirk_6_a_cancel_can_be_lost_and_the_job_goes_on_costing(
    otoy: httpx.Client, control: httpx.Client, world: World
) -> None:
    """Quirk: a cancel that is answered well and has no effect; only reading the job again tells."""
    made = make_job(otoy, task="PERSISTENT", title="zombie-1")
    world.clock.advance(300)
    _fault(control, "zombie", match="zombie")
    assert otoy.put(f"/v1/jobs/{made}/cancel", json={"reason": "x"}).status_code == 200
    world.clock.advance(7200)
    assert job(otoy, made)["status"] == "RUNNING"
    assert control.get("/resources").json()["resources"][0]["cost"] == "1.050000"
    control.delete("/faults")
    otoy.put(f"/v1/jobs/{made}/cancel", json={"reason": "x"})
    world.clock.advance(30)
    assert job(otoy, made)["status"] == "CANCELLED"


def test_what_vanishes_is_neither_listed_nor_found_nor_are_its_runs(
    otoy: httpx.Client, control: httpx.Client, world: World
) -> None:
    made = make_job(otoy, title="gone")
    run = runs(otoy, made)[0]["uuid"]
    _fault(control, "vanish", match="gone")
    assert otoy.get(f"/v1/jobs/{made}").status_code == otoy.get(f"/v1/job-runs/{run}").status_code == 404
    assert otoy.get("/v1/jobs").json()["total"] == otoy.get("/v1/job-runs").json()["total"] == 0
    assert control.get("/resources").json()["resources"][0]["vanished"] is True
    control.delete("/faults")
    assert otoy.get(f"/v1/jobs/{made}").status_code == 200


def test_an_unknown_status_is_a_word_nobody_has_heard_of(otoy: httpx.Client, control: httpx.Client) -> None:
    made = make_job(otoy)
    _fault(control, "unknown_status")
    assert job(otoy, made)["status"] == "REBALANCING"
    assert control.get("/resources").json()["resources"][0]["state"] == "PENDING"


@pytest.mark.parametrize(("kind", "status", "code"), [("429", 429, "RATE_LIMITED"), ("500", 500, "INTERNAL")])
def test_troubles_have_the_providers_shape(
    otoy: httpx.Client, control: httpx.Client, kind: str, status: int, code: str
) -> None:
    _fault(control, kind, count=1)
    answer = otoy.get("/v1/jobs")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers.get("Retry-After") == ("5" if kind == "429" else None)
    assert otoy.get("/v1/jobs").status_code == 200


def test_a_dropped_answer_leaves_a_job_behind_that_its_title_finds(otoy: httpx.Client, control: httpx.Client) -> None:
    _fault(control, "dropped_after", match="POST", count=1)
    with pytest.raises(Exception, match="cut after acting"):
        otoy.post("/v1/jobs", json=job_body(title="eval [gc-7f3a]"))
    rows = otoy.get("/v1/jobs", params={"sort": "-created_at", "limit": "50"}).json()["data"]
    assert [row["title"] for row in rows] == ["eval [gc-7f3a]"]


def test_a_price_jump_is_in_offers_and_in_what_is_launched_from_then_on(
    otoy: httpx.Client, control: httpx.Client, world: World
) -> None:
    """Quirk: a run tells its own price, and keeps it."""
    before = make_job(otoy, env={"SIM_RUN_S": "600"})
    _fault(control, "price_jump", factor=2)
    after = make_job(otoy, env={"SIM_RUN_S": "600"})
    offers = otoy.get("/v1/compute/offers", params={"filter[gpu_name]": "RTX 5090", "limit": "50"}).json()["data"]
    assert {offer["pricing"]["hourly_rate_usd"] for offer in offers} == {1.38, 8.28}
    world.clock.advance(1200)
    assert [runs(otoy, made)[0]["hourly_rate_usd"] for made in (before, after)] == [0.35, 0.7]
    costs = [Decimal(row["cost"]) for row in control.get("/resources").json()["resources"]]
    assert 0 < costs[1] == pytest.approx(2 * costs[0], abs=Decimal("0.000001"))
    charged = otoy.get("/v1/compute/ledger/transactions", params={"sort": "created_at"}).json()["data"]
    assert {row["job_uuid"]: -row["amount"] for row in charged} == {before: float(costs[0]), after: float(costs[1])}


def test_without_stock_a_job_waits_until_there_is_some_or_its_limit_passes(
    otoy: httpx.Client, control: httpx.Client, world: World
) -> None:
    running = make_job(otoy, task="PERSISTENT")
    world.clock.advance(300)
    _fault(control, "out_of_stock", match="RTX 4090")
    assert otoy.get("/v1/compute/offers", params={"filter[gpu_name]": "RTX 4090"}).json()["total"] == 0
    patient, hasty = make_job(otoy, max_timeout_assign_ms=7_200_000), make_job(otoy)
    ended, other = make_job(otoy, max_timeout_assign_ms=7_200_000), make_job(otoy, gpu_name="RTX 5090")
    otoy.put(f"/v1/jobs/{ended}/cancel", json={})
    world.clock.advance(250)
    assert [job(otoy, made)["status"] for made in (running, patient, hasty, other)] == [
        "RUNNING", "PENDING", "PENDING", "RUNNING",
    ]  # fmt: skip
    world.clock.advance(3000)
    control.delete("/faults")
    world.clock.advance(200)
    assert [words(otoy, made) for made in (patient, hasty, ended)] == [
        ("RUNNING", ["RUNNING"]),
        ("FAILED", ["FAILED"]),
        ("CANCELLED", ["CANCELLED"]),
    ]


@pytest.mark.parametrize(("seconds", "status"), [(250, 200), (-250, 200), (400, 401), (-400, 401)])
def test_a_provider_with_a_wrong_clock_refuses_right_signatures(
    otoy: httpx.Client, control: httpx.Client, seconds: float, status: int
) -> None:
    _fault(control, "clock_skew", seconds=seconds)
    assert otoy.get("/v1/jobs").status_code == status
    control.delete("/faults")
    assert otoy.get("/v1/jobs").status_code == 200


def test_a_key_can_run_out(otoy: httpx.Client, control: httpx.Client) -> None:
    _fault(control, "expired_token", count=1)
    answer = otoy.get("/v1/jobs")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHORIZED")
    assert otoy.get("/v1/jobs").status_code == 200


@pytest.mark.parametrize("later_s", [0, 5, 250, 3000])
def test_jobs_are_told_as_before_whatever_became_of_them(
    world: World, otoy: httpx.Client, tmp_path: Path, later_s: float
) -> None:
    make_job(otoy, env={"SIM_RUN_S": "120"}, max_node_count=3)
    make_job(otoy, env={"SIM_FAIL_FIRST": "1"}, max_retry_count=2)
    make_job(otoy, env={"SIM_RUN_S": "infinity"}, max_timeout_run_ms=100_000)
    box, soon = make_job(otoy, task="PERSISTENT"), make_job(otoy, gpu_count=99)
    recipe = otoy.get("/v1/job-recipes").json()["data"][0]["uuid"]
    otoy.post(f"/v1/job-recipes/{recipe}/cook", json={})
    world.clock.advance(250)
    otoy.put(f"/v1/jobs/{box}/cancel", json={"reason": "x"})
    otoy.put(f"/v1/jobs/{soon}/cancel", json={"reason": "x"})
    make_job(otoy, task="PERSISTENT", gpu_name="RTX 5090", allowed_region_codes=["us-east-2"], max_node_count=99)
    make_job(otoy, gpu_name="RTX 5090", allowed_region_codes=["us-east-2"])  # finds no node left
    state_file.write(tmp_path / "world.json", state_file.snapshot(world))
    found = World(clock=Clock(wall=lambda: NOON + later_s))
    state_file.read(tmp_path / "world.json", found)
    world.clock.advance(later_s)
    assert [r.as_row(found.now()) for r in found.resources()] == [r.as_row(world.now()) for r in world.resources()]
    transport = httpx.WSGITransport(create_app(world=found))
    paths = [f"/v1/job-runs/{row['uuid']}" for row in otoy.get("/v1/job-runs").json()["data"]]
    with httpx.Client(transport=transport, base_url="http://sim.test/otoy", auth=Signed()) as anew:
        for path in ("/v1/jobs", "/v1/job-runs", "/v1/compute/offers", "/v1/compute/ledger/transactions", *paths):
            assert (path, anew.get(path).json()) == (path, otoy.get(path).json())


def test_a_life_keeps_the_pace_it_was_born_with(world: World, otoy: httpx.Client, tmp_path: Path) -> None:
    world.speed = 20
    quick = make_job(otoy, env={"SIM_RUN_S": "100"})
    state_file.write(tmp_path / "world.json", state_file.snapshot(world))
    found = World(speed=1, clock=Clock(wall=lambda: NOON + 20))
    state_file.read(tmp_path / "world.json", found)
    transport = httpx.WSGITransport(create_app(world=found))
    with httpx.Client(transport=transport, base_url="http://sim.test/otoy", auth=Signed()) as anew:
        assert words(anew, quick) == ("COMPLETED", ["COMPLETED"])
        assert words(anew, make_job(anew)) == ("PENDING", ["PENDING"])
