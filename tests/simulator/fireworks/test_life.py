from decimal import Decimal

import httpx
import pytest

from gpuconsole.simulator.clock import Clock
from gpuconsole.simulator.dialects.fireworks.jobs import CANCELLABLE
from gpuconsole.simulator.dialects.fireworks.programs import DEFAULT_RUN_S, NEVER_S, plan
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import create_app
from tests.simulator.conftest import NOON
from tests.simulator.fireworks.asking import job_body, make_job, run_until, state, walk


def test_a_job_goes_from_creating_over_pending_and_running_to_completed(fireworks: httpx.Client, world: World) -> None:
    path = make_job(fireworks, "sleep 100")
    assert walk(fireworks, world, path) == ["CREATING", "PENDING", "RUNNING", "COMPLETED"]
    job = fireworks.get(path).json()
    assert job["createTime"] < job["startTime"] < job["endTime"] == job["updateTime"]


def test_a_failing_program_fails_the_job_and_only_the_status_text_tells_its_code(
    fireworks: httpx.Client, world: World
) -> None:
    path = make_job(fireworks, "sleep 30; exit 3")
    assert walk(fireworks, world, path)[-1] == "FAILED"
    assert fireworks.get(path).json()["status"] == "rank 0 exited with code 3"


def test_an_image_that_cannot_be_pulled_fails_the_job_before_it_started(fireworks: httpx.Client, world: World) -> None:
    path = make_job(fireworks, imageRef="acme/does-not-exist:1")
    assert walk(fireworks, world, path) == ["CREATING", "PENDING", "FAILED"]
    job = fireworks.get(path).json()
    assert "acme/does-not-exist:1" in job["status"]
    assert "startTime" not in job
    assert job["endTime"]


def test_a_job_with_more_ranks_than_its_pool_can_hold_waits_for_ever(fireworks: httpx.Client, world: World) -> None:
    path, fits = make_job(fireworks, numRanks=65), make_job(fireworks, numRanks=64)
    world.clock.advance(100_000)
    assert (state(fireworks, path), state(fireworks, fits)) == ("PENDING", "COMPLETED")
    assert fireworks.get(path).json()["status"] == "waiting for 9 node(s) of h100-pool; the node pool has 8 at most"


def test_states_out_of_the_ordinary_show_where_the_user_asks_for_them(fireworks: httpx.Client, world: World) -> None:
    annotations = {"simulator.example/also-shows": "QUEUED,STATE_UNSPECIFIED,NONSENSE"}
    path = make_job(fireworks, "sleep 9", annotations=annotations)
    met = walk(fireworks, world, path)
    assert met == ["CREATING", "QUEUED", "STATE_UNSPECIFIED", "PENDING", "RUNNING", "COMPLETED"]


@pytest.mark.parametrize(("wait_s", "before"), [(1, "CREATING"), (30, "PENDING"), (200, "RUNNING")])
def test_a_cancel_shows_cancelling_and_then_cancelled(
    fireworks: httpx.Client, world: World, wait_s: int, before: str
) -> None:
    path = make_job(fireworks)
    world.clock.advance(wait_s)
    assert state(fireworks, path) == before
    answer = fireworks.post(f"{path}:cancel", json={})
    assert (answer.status_code, answer.json()) == (200, {})
    assert walk(fireworks, world, path, 60) == ["CANCELLING", "CANCELLED"]
    job = fireworks.get(path).json()
    assert ("startTime" in job, "endTime" in job) == (before == "RUNNING", True)


def test_a_cancel_of_a_job_that_has_ended_or_is_being_cancelled_is_refused(
    fireworks: httpx.Client, world: World
) -> None:
    path = make_job(fireworks, "sleep 9")
    run_until(fireworks, world, path, "COMPLETED")
    answer = fireworks.post(f"{path}:cancel", json={})
    assert (answer.status_code, answer.json()["code"]) == (400, 9)
    other = make_job(fireworks)
    fireworks.post(f"{other}:cancel", json={})
    assert state(fireworks, other) not in CANCELLABLE
    assert fireworks.post(f"{other}:cancel", json={}).json()["code"] == 9


def test_a_job_that_ends_by_itself_while_it_is_being_cancelled_has_ended_by_itself(
    fireworks: httpx.Client, world: World
) -> None:
    path = make_job(fireworks, "sleep 30")
    run_until(fireworks, world, path, "RUNNING")
    world.clock.advance(20)
    fireworks.post(f"{path}:cancel", json={})
    assert walk(fireworks, world, path, 30) == ["CANCELLING", "COMPLETED"]


def test_deleting_a_running_job_shows_deleting_and_then_it_is_gone(
    fireworks: httpx.Client, world: World, control: httpx.Client
) -> None:
    path = make_job(fireworks, "sleep infinity")
    run_until(fireworks, world, path, "RUNNING")
    answer = fireworks.delete(path)
    assert (answer.status_code, answer.json()) == (200, {})
    assert control.get("/resources").json()["resources"][0]["state"] == "DELETING"
    assert fireworks.delete(path).status_code == 200
    assert walk(fireworks, world, path, 30) == ["DELETING", "gone"]
    (row,) = control.get("/resources").json()["resources"]
    assert (row["state"], row["ended_at"]) == ("deleted", row["deleted_at"])
    assert fireworks.get("/batchJobs").json() == {"batchJobs": [], "totalSize": 0}
    answer = fireworks.delete(path)
    assert (answer.status_code, answer.json()["code"]) == (404, 5)


def test_seconds_of_running_are_counted_and_no_cost_is_claimed(
    fireworks: httpx.Client, world: World, control: httpx.Client
) -> None:
    path = make_job(fireworks, "sleep 100", numRanks=12)
    cpu = make_job(fireworks, "sleep 100", numRanks=3, nodePoolId="cpu-pool")
    run_until(fireworks, world, path, "COMPLETED")
    run_until(fireworks, world, cpu, "COMPLETED")
    rows = control.get("/resources?provider=fireworks").json()["resources"]
    assert [(row["gpus"], row["billed_s"], row["cost"]) for row in rows] == [(12, 100.0, None), (0, 100.0, None)]


def test_lives_are_as_much_shorter_as_the_speed_says() -> None:
    world = World(speed=20, clock=Clock(wall=lambda: NOON))
    with httpx.Client(
        transport=httpx.WSGITransport(create_app(only="fireworks", world=world)),
        base_url="http://sim.test/v1/accounts/sandbox",
        headers={"Authorization": "Bearer sandbox-fireworks-key"},
    ) as fireworks:
        path = make_job(fireworks)
        world.clock.advance(0.85 * 68 / 20 - 0.01)
        assert state(fireworks, path) == "PENDING"
        world.clock.advance(1.15 * 68 / 20)
        assert state(fireworks, path) == "RUNNING"
        world.clock.advance(DEFAULT_RUN_S / 20)
        assert state(fireworks, path) == "COMPLETED"
        assert world.resources()[0].billed_s(world.now()) == Decimal(120)


def test_a_zombie_accepts_its_end_and_lives_on(fireworks: httpx.Client, world: World, control: httpx.Client) -> None:
    path = make_job(fireworks, displayName="undead")
    control.post("/faults", json={"provider": "fireworks", "fault": "zombie", "match": "undead"})
    world.clock.advance(200)
    assert fireworks.post(f"{path}:cancel", json={}).status_code == 200
    assert fireworks.delete(path).status_code == 200
    world.clock.advance(100)
    assert state(fireworks, path) == "RUNNING"


def test_vanished_and_unheard_of_are_shown_as_the_faults_say(fireworks: httpx.Client, control: httpx.Client) -> None:
    lost, odd = make_job(fireworks, displayName="lost"), make_job(fireworks, displayName="odd")
    control.post("/faults", json={"provider": "fireworks", "fault": "vanish", "match": "lost"})
    control.post("/faults", json={"provider": "fireworks", "fault": "unknown_status", "match": "odd"})
    assert fireworks.get(lost).status_code == 404
    assert state(fireworks, odd) == "REBALANCING"
    assert fireworks.get("/batchJobs").json()["totalSize"] == 1


PLANS = [
    ({"shellExecutor": {"command": "sleep 5m && exit 2"}}, 300, 2),
    ({"shellExecutor": {"command": "sleep infinity"}}, NEVER_S, 0),
    ({"shellExecutor": {"command": "pip install x || exit 1"}}, DEFAULT_RUN_S, 0),
    ({"shellExecutor": {"command": "false"}}, 60, 1),
    ({"pythonExecutor": {"targetType": "FILENAME", "target": "train.py"}}, DEFAULT_RUN_S, 0),
    ({"pythonExecutor": {"target": "x", "args": ["time.sleep(7)"]}, "envVars": {"EXIT_CODE": "3"}}, 7, 3),
    ({"notebookExecutor": {"notebookFilename": "report.ipynb"}, "envVars": {"SLEEP_S": "12.5"}}, 12.5, 0),
    ({"notebookExecutor": {"notebookFilename": "report.ipynb"}, "envVars": {"EXIT_CODE": "258"}}, 60, 2),
]


@pytest.mark.parametrize(("job", "run_s", "code"), PLANS, ids=[str(job) for job, _, _ in PLANS])
def test_a_jobs_own_program_decides_how_long_it_runs_and_how_it_ends(
    job: dict[str, object], run_s: float, code: int
) -> None:
    read = plan(job, "image")
    assert (read.run_s, read.exit_code) == (run_s, code)


def test_two_jobs_never_share_an_id(fireworks: httpx.Client) -> None:
    names = {fireworks.post("/batchJobs", json=job_body()).json()["name"] for _ in range(20)}
    assert len(names) == 20
