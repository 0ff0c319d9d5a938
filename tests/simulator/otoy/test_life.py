"""Lives of jobs and runs: statuses, the three time limits, retries, several nodes, cancelling, and what is charged."""

from decimal import Decimal

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.otoy.asking import job, job_body, logs, make_job, runs, words

HOUR_MS = 3_600_000


def _resource(world: World, job_id: str) -> dict[str, object]:
    found = world.resource("otoy", job_id)
    assert found is not None
    return found.as_row(world.now())


def _cost(world: World, job_id: str) -> Decimal:
    return Decimal(str(_resource(world, job_id)["cost"]))


def _wait_for(otoy: httpx.Client, world: World, job_id: str, status: str) -> None:
    for _ in range(3000):
        if job(otoy, job_id)["status"] == status:
            return
        world.clock.advance(1)
    raise AssertionError(f"never became {status}: {words(otoy, job_id)}")


def test_a_batch_job_goes_through_all_its_statuses(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, env={"SIM_RUN_S": "90"})
    seen: list[tuple[str, list[str]]] = []
    for _ in range(400):
        if not seen or words(otoy, made) != seen[-1]:
            seen.append(words(otoy, made))
        world.clock.advance(1)
    assert seen == [
        ("PENDING", ["PENDING"]),
        ("ASSIGNED", ["ASSIGNED"]),
        ("ASSIGNED", ["PREPARING"]),
        ("RUNNING", ["RUNNING"]),
        ("COMPLETED", ["COMPLETED"]),
    ]
    run = runs(otoy, made)[0]
    assert (run["duration_ms"], run["hourly_rate_usd"]) == (90_000, 0.35)


def test_an_exit_code_fails_the_job(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, env={"SIM_RUN_S": "30", "SIM_EXIT_CODE": "3"})
    seen = set()
    for _ in range(300):
        seen.add(runs(otoy, made)[0]["status"])
        world.clock.advance(1)
    assert "FAILING" in seen
    assert words(otoy, made) == ("FAILED", ["FAILED"])
    assert logs(otoy, runs(otoy, made)[0]["uuid"]).endswith("[entrypoint] exit code 3\n")


def test_the_run_limit_fires_to_the_millisecond(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, env={"SIM_RUN_S": "infinity"}, max_timeout_run_ms=90_000)
    _wait_for(otoy, world, made, "RUNNING")
    started = runs(otoy, made)[0]["started_at_ms"] / 1000
    world.clock.advance(started + 89.99 - world.now())
    assert words(otoy, made) == ("RUNNING", ["RUNNING"])
    world.clock.advance(0.02)
    assert words(otoy, made) == ("RUNNING", ["FAILING"])
    world.clock.advance(4)
    assert words(otoy, made) == ("FAILED", ["FAILED"])
    assert "SIGTERM" in logs(otoy, runs(otoy, made)[0]["uuid"])


def test_a_speed_leaves_the_limits_as_they_are_told(otoy: httpx.Client, world: World) -> None:
    world.speed = 60
    quick = make_job(otoy, env={"SIM_RUN_S": "1800"}, max_timeout_run_ms=60_000)
    endless = make_job(otoy, env={"SIM_RUN_S": "infinity"}, max_timeout_run_ms=60_000)
    world.clock.advance(50)
    assert words(otoy, quick) == ("COMPLETED", ["COMPLETED"])
    assert words(otoy, endless) == ("RUNNING", ["RUNNING"])
    world.clock.advance(30)
    assert words(otoy, endless) == ("FAILED", ["FAILED"])
    assert 60_000 <= runs(otoy, endless)[0]["duration_ms"] < 60_100


def test_the_assign_limit_ends_a_job_that_no_node_fits(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, gpu_count=64, max_timeout_assign_ms=400_000, max_retry_count=5)
    world.clock.advance(399)
    assert words(otoy, made) == ("PENDING", ["PENDING"])
    world.clock.advance(2)
    assert words(otoy, made) == ("FAILED", ["FAILED"])
    run = runs(otoy, made)[0]
    assert (run["started_at_ms"], run["duration_ms"], run["hourly_rate_usd"]) == (None, None, None)
    assert _cost(world, made) == 0


def test_quirk_5_a_big_image_needs_a_longer_start_limit(otoy: httpx.Client, world: World) -> None:
    """Quirk: nodes take nine minutes for 22 GB, and the usual limit is five."""
    short = make_job(otoy, container={"image": "myteam/big", "tag": "22gb"})
    long = make_job(otoy, container={"image": "myteam/big", "tag": "22gb"}, max_timeout_start_ms=1_800_000)
    world.clock.advance(70)
    assert words(otoy, short) == words(otoy, long) == ("ASSIGNED", ["PREPARING"])
    world.clock.advance(310)
    assert words(otoy, short) == ("FAILED", ["FAILED"])
    assert words(otoy, long) == ("ASSIGNED", ["PREPARING"])
    world.clock.advance(300)
    assert words(otoy, long) == ("RUNNING", ["RUNNING"])
    assert _cost(world, short) == 0


@pytest.mark.parametrize("image", ["myteam/does-not-exist", "myteam/eval:v12", "unpullable"])
def test_an_image_that_cannot_be_pulled_fails_the_run(otoy: httpx.Client, world: World, image: str) -> None:
    """Quirk: the tag is a field of its own, so an image with a tag in it is no name of an image."""
    made = make_job(otoy, container={"image": image, "host": "images.example.com:5000"})
    world.clock.advance(200)
    assert words(otoy, made) == ("FAILED", ["FAILED"])
    assert logs(otoy, runs(otoy, made)[0]["uuid"]) == ""


def test_a_registry_with_a_port_is_no_tag(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, container={"image": "images.example.com:5000/myteam/eval"})
    world.clock.advance(250)
    assert words(otoy, made) == ("RUNNING", ["RUNNING"])


def test_a_failed_run_is_retried_as_a_new_run_and_the_job_waits_again(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, env={"SIM_RUN_S": "60", "SIM_FAIL_FIRST": "2"}, max_retry_count=3)
    seen: list[tuple[str, list[str]]] = []
    for _ in range(1500):
        if not seen or words(otoy, made) != seen[-1]:
            seen.append(words(otoy, made))
        world.clock.advance(1)
    assert ("PENDING", ["FAILED", "PENDING"]) in seen
    assert ("RUNNING", ["FAILED", "FAILED", "RUNNING"]) in seen
    assert seen[-1] == ("COMPLETED", ["FAILED", "FAILED", "COMPLETED"])
    listed = runs(otoy, made)
    assert len({run["uuid"] for run in listed}) == 3
    assert listed[1]["created_at"] == listed[0]["updated_at"]


def test_retries_run_out(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, env={"SIM_EXIT_CODE": "1"}, max_retry_count=2)
    world.clock.advance(3000)
    assert words(otoy, made) == ("FAILED", ["FAILED"] * 3)
    for run in runs(otoy, made):
        assert run["duration_ms"] == 64_000


def test_a_job_that_is_retried_for_ever_is_given_up(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, env={"SIM_EXIT_CODE": "1"}, max_retry_count=2**53 - 1)
    world.clock.advance(10 * 86_400)
    assert job(otoy, made)["status"] == "FAILED"
    assert otoy.get("/v1/job-runs", params={"filter[job_uuid]": made}).json()["total"] == 200


def test_a_lost_node_fails_the_run_without_a_last_word(otoy: httpx.Client, world: World) -> None:
    """Quirk: nodes are machines of strangers, and drop."""
    made = make_job(otoy, env={"SIM_NODE_LOST": "1", "SIM_RUN_S": "300"}, max_retry_count=1)
    world.clock.advance(900)
    first, second = runs(otoy, made)
    assert (first["status"], second["status"]) == ("FAILED", "COMPLETED")
    assert first["duration_ms"] == 150_000
    assert logs(otoy, first["uuid"]).splitlines()[-1].split("] ")[0].endswith("[batch")


def test_several_nodes_run_side_by_side_and_all_are_paid(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, env={"SIM_RUN_S": "360"}, max_node_count=3)
    world.clock.advance(250)
    assert words(otoy, made) == ("RUNNING", ["RUNNING"] * 3)
    world.clock.advance(600)
    assert words(otoy, made) == ("COMPLETED", ["COMPLETED"] * 3)
    assert _cost(world, made) == 3 * Decimal("0.035")
    assert _resource(world, made)["gpus"] == 3


def test_one_node_that_fails_for_good_fails_the_job(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, env={"SIM_EXIT_CODE": "1"}, max_node_count=2, max_retry_count=1)
    world.clock.advance(2000)
    assert words(otoy, made) == ("FAILED", ["FAILED"] * 3)


def test_the_limit_on_nodes_is_an_upper_one(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, gpu_name="NVIDIA RTX 5090", allowed_region_codes=["us-east-2"], max_node_count=1000)
    world.clock.advance(300)
    status, listed = words(otoy, made)
    assert status == "RUNNING"
    assert 10 <= len(listed) <= 20


def test_a_persistent_job_runs_until_it_is_cancelled(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, task="PERSISTENT")
    world.clock.advance(30 * 86_400)
    assert words(otoy, made) == ("RUNNING", ["RUNNING"])
    answer = otoy.put(f"/v1/jobs/{made}/cancel", json={"reason": "done"})
    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELLING")
    world.clock.advance(19)
    assert words(otoy, made) == ("CANCELLING", ["CANCELLING"])
    world.clock.advance(2)
    assert words(otoy, made) == ("CANCELLED", ["CANCELLED"])
    before = _resource(world, made)
    world.clock.advance(86_400)
    assert _resource(world, made) == before


def test_a_persistent_container_that_exits_is_a_failure(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, task="PERSISTENT", env={"SIM_RUN_S": "60"})
    world.clock.advance(400)
    assert words(otoy, made) == ("FAILED", ["FAILED"])


def test_a_waiting_job_is_cancelled_at_once(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy)
    assert otoy.put(f"/v1/jobs/{made}/cancel", json={}).json()["status"] == "CANCELLED"
    world.clock.advance(600)
    assert words(otoy, made) == ("CANCELLED", ["CANCELLED"])
    assert _cost(world, made) == 0


def test_cancelling_ends_all_nodes_and_no_retry_begins(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, env={"SIM_RUN_S": "120", "SIM_EXIT_CODE": "1"}, max_node_count=2, max_retry_count=9)
    _wait_for(otoy, world, made, "RUNNING")
    world.clock.advance(30)
    otoy.put(f"/v1/jobs/{made}/cancel", json={"reason": ""})
    world.clock.advance(600)
    assert words(otoy, made) == ("CANCELLED", ["CANCELLED"] * 2)


def test_cancelling_twice_is_one_cancel(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy)
    _wait_for(otoy, world, made, "RUNNING")
    otoy.put(f"/v1/jobs/{made}/cancel", json={"reason": "a"})
    world.clock.advance(15)
    assert otoy.put(f"/v1/jobs/{made}/cancel", content=b"").json()["status"] == "CANCELLING"
    world.clock.advance(6)
    assert job(otoy, made)["status"] == "CANCELLED"


def test_what_has_ended_cannot_be_cancelled(otoy: httpx.Client, world: World) -> None:
    made = make_job(otoy, env={"SIM_RUN_S": "1"})
    world.clock.advance(600)
    answer = otoy.put(f"/v1/jobs/{made}/cancel", json={"reason": "late"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "CONFLICT")
    assert job(otoy, made)["status"] == "COMPLETED"


@pytest.mark.parametrize("body", [[], {"reason": 5}])
def test_a_reason_is_a_text(otoy: httpx.Client, body: object) -> None:
    answer = otoy.put(f"/v1/jobs/{make_job(otoy)}/cancel", json=body)
    assert (answer.status_code, answer.json()["error"]["details"][0]["path"]) == (400, "reason")


def test_batch_pays_for_its_time_and_persistent_for_started_hours(otoy: httpx.Client, world: World) -> None:
    batch = make_job(otoy, env={"SIM_RUN_S": "infinity"}, max_timeout_run_ms=10 * HOUR_MS)
    box = make_job(otoy, task="PERSISTENT")
    for made in (batch, box):
        _wait_for(otoy, world, made, "RUNNING")
    start_ms = runs(otoy, box)[0]["started_at_ms"]
    world.clock.advance(start_ms / 1000 + 1.5 * 3600 - world.now())
    up_s = Decimal(str(_resource(world, batch)["billed_s"]))
    assert 5380 < up_s < 5500
    assert _cost(world, batch) == (up_s / 3600 * Decimal("0.35")).quantize(Decimal("1e-6"))
    assert _cost(world, box) == 2 * Decimal("0.35")


def test_the_time_while_cancelling_is_paid_too(otoy: httpx.Client, world: World) -> None:
    """Quirk: a cancel must be confirmed, as the job is charged until it has ended."""
    made = make_job(otoy)
    _wait_for(otoy, world, made, "RUNNING")
    otoy.put(f"/v1/jobs/{made}/cancel", json={"reason": "x"})
    before = float(str(_resource(world, made)["billed_s"]))
    world.clock.advance(60)
    assert float(str(_resource(world, made)["billed_s"])) == pytest.approx(before + 20)


def test_a_second_create_is_a_second_job(otoy: httpx.Client, world: World) -> None:
    """Quirk: there is no key that makes a create call idempotent; only the title tells a job again."""
    assert make_job(otoy) != make_job(otoy)
    assert otoy.post("/v1/jobs", json=job_body()).status_code == 201
    assert len(world.resources("otoy")) == 3
