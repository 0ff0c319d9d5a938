from decimal import Decimal
from typing import Any

import httpx
import pytest

from gpuconsole.simulator.clock import Clock
from gpuconsole.simulator.dialects.baseten.commands import DEFAULT_RUN_S, NEVER_S, plan
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import create_app
from tests.simulator.asking import job_body, job_status, make_job, make_project
from tests.simulator.conftest import NOON


def _walk(baseten: httpx.Client, world: World, path: str, seconds: int = 600) -> list[str]:
    """The statuses met in nominal seconds, each once."""
    seen = [job_status(baseten, path)]
    for _ in range(seconds // 5):
        world.clock.advance(5)
        if (status := job_status(baseten, path)) != seen[-1]:
            seen.append(status)
    return seen


def test_a_job_goes_through_all_statuses(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten, "sleep 100")
    assert _walk(baseten, world, path) == ["PENDING", "CREATED", "DEPLOYING", "RUNNING", "COMPLETED"]


def test_a_failing_command_fails_the_job_with_its_code(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten, "sleep 30; exit 3")
    assert _walk(baseten, world, path)[-1] == "FAILED"
    assert "code 3" in baseten.get(path).json()["training_job"]["error_message"]


def test_an_image_that_cannot_be_pulled_fails_the_deployment(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten, image={"base_image": "acme/does-not-exist:1"})
    assert _walk(baseten, world, path)[-2:] == ["DEPLOYING", "DEPLOY_FAILED"]
    job = baseten.get(path).json()["training_job"]
    assert "acme/does-not-exist:1" in job["error_message"]
    assert world.resources()[0].cost(world.now()) == 0


def test_a_spot_job_can_be_preempted(baseten: httpx.Client, world: World) -> None:
    compute = {"accelerator": {"accelerator": "H100", "count": 1}, "availability_model": "spot"}
    path = make_job(baseten, "sleep 100 # preempt me", compute=compute)
    assert _walk(baseten, world, path)[-1] == "PREEMPTED"


@pytest.mark.parametrize("wait_s", [5, 120, 300])
def test_a_stop_shows_the_old_status_for_a_while(baseten: httpx.Client, world: World, wait_s: int) -> None:
    path = make_job(baseten)
    world.clock.advance(wait_s)
    before = job_status(baseten, path)
    answer = baseten.post(f"{path}/stop", json={}).json()["training_job"]
    assert answer["current_status"] == f"TRAINING_JOB_{before}"
    world.clock.advance(39)
    assert job_status(baseten, path) == before
    world.clock.advance(2)
    assert job_status(baseten, path) == "STOPPED"


def test_a_second_stop_while_stopping_changes_nothing_and_a_stop_of_an_ended_job_is_refused(
    baseten: httpx.Client, world: World
) -> None:
    path = make_job(baseten)
    baseten.post(f"{path}/stop", json={})
    world.clock.advance(30)
    assert baseten.post(f"{path}/stop", json={}).status_code == 200
    world.clock.advance(11)
    assert job_status(baseten, path) == "STOPPED"
    answer = baseten.post(f"{path}/stop", json={})
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


def test_a_job_that_ends_by_itself_while_it_is_being_stopped_has_ended_by_itself(
    baseten: httpx.Client, world: World
) -> None:
    path = make_job(baseten, "sleep 60")
    while job_status(baseten, path) != "RUNNING":
        world.clock.advance(1)
    world.clock.advance(40)
    baseten.post(f"{path}/stop", json={})
    world.clock.advance(41)
    assert job_status(baseten, path) == "COMPLETED"


def test_lives_are_as_much_shorter_as_the_speed_says() -> None:
    world = World(speed=20, clock=Clock(wall=lambda: NOON))
    with httpx.Client(
        transport=httpx.WSGITransport(create_app(only="baseten", world=world)),
        base_url="http://sim.test",
        headers={"Authorization": "Bearer sandbox-baseten-key"},
    ) as baseten:
        path = make_job(baseten)
        world.clock.advance(0.85 * 60 / 20 - 0.01)
        assert job_status(baseten, path) == "PENDING"
        world.clock.advance(1.15 * 230 / 20)
        assert job_status(baseten, path) == "RUNNING"
        world.clock.advance(DEFAULT_RUN_S / 20)
        assert job_status(baseten, path) == "COMPLETED"
        assert world.resources()[0].billed_s(world.now()) == Decimal(120)


def test_started_minutes_times_nodes_are_billed_while_it_runs(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten, "sleep infinity", nodes=2, gpus=8)
    (job,) = world.resources()
    while job_status(baseten, path) != "RUNNING":
        world.clock.advance(1)
        assert job.cost(world.now()) == 0 or job_status(baseten, path) == "RUNNING"
    world.clock.advance(60)
    assert job.cost(world.now()) == 2 * 2 * 8 * Decimal("0.10833")
    world.clock.advance(86400)
    assert job.billed_s(world.now()) > 86400


def test_deleting_a_running_job_ends_its_bill(baseten: httpx.Client, world: World, control: httpx.Client) -> None:
    path = make_job(baseten, "sleep infinity")
    world.clock.advance(400)
    project, job = path.split("/")[3], path.split("/")[5]
    assert baseten.delete(path).json() == {"id": job, "deleted": True, "training_project_id": project}
    billed = world.resources()[0].billed_s(world.now())
    world.clock.advance(600)
    row = control.get("/resources").json()["resources"][0]
    assert (row["state"], row["billed_s"]) == ("deleted", float(billed))
    assert row["ended_at"] == row["deleted_at"]
    assert baseten.get(path).status_code == 404


def test_recreate_makes_a_new_job_of_the_same_configuration(baseten: httpx.Client, control: httpx.Client) -> None:
    path = make_job(baseten, "sleep 5", name="first")
    again = baseten.post(f"{path}/recreate", json={}).json()["training_job"]
    first, second = control.get("/resources").json()["resources"]
    assert second["id"] == again["id"] != first["id"]
    assert second["create_body"] == first["create_body"]


def test_only_a_pending_job_can_be_changed(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten)
    changed = baseten.patch(path, json={"priority": 7, "availability_model": "spot"}).json()["training_job"]
    assert (changed["priority"], changed["availability_model"]) == (7, "spot")
    assert baseten.patch(path, json={}).status_code == 400
    assert baseten.patch(path, json={"priority": "high"}).json()["message"] == "priority: must be an integer"
    world.clock.advance(300)
    assert baseten.patch(path, json={"priority": 8}).status_code == 400


def test_a_big_pending_job_is_told_that_spot_would_be_sooner(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten, gpus=8, nodes=4)
    assert "spot" in baseten.get(path).json()["training_job"]["error_message"]
    world.clock.advance(100)
    assert baseten.get(path).json()["training_job"]["error_message"] is None


def test_two_creates_make_two_jobs_of_one_name(baseten: httpx.Client) -> None:
    jobs = f"/v1/training_projects/{make_project(baseten)}/jobs"
    for _ in range(2):
        baseten.post(jobs, json=job_body(name="same"))
    assert [job["name"] for job in baseten.get(jobs).json()["training_jobs"]] == ["same", "same"]


@pytest.mark.parametrize(
    ("commands", "run_s", "code"),
    [
        ([], DEFAULT_RUN_S, 0),
        (["torchrun train.py --shuffle false"], DEFAULT_RUN_S, 0),
        (["python train.py || exit 1"], DEFAULT_RUN_S, 0),
        (["sleep 30", "sleep 1.5m"], 120, 0),
        (["sleep infinity"], NEVER_S, 0),
        (["python -c 'import time; time.sleep(45)'"], 45, 0),
        (["exit 4"], 60, 4),
        (["sleep 10 && false"], 10, 1),
        (["false"], 60, 1),
        (["bash -c 'sleep 20; exit 300'"], 20, 44),
        (["sleep 5", "exit 2", "sleep 500"], 5, 2),
        (["python -c 'import sys; sys.exit(9)'"], 60, 9),
        (["exit 0"], 60, 0),
    ],
)
def test_commands_steer_length_and_outcome(commands: list[str], run_s: float, code: int) -> None:
    read = plan("image", commands, is_spot=False)
    assert (read.run_s, read.exit_code) == (run_s, code)


def test_answers_do_not_echo_image_commands_or_environment(baseten: httpx.Client) -> None:
    path = make_job(baseten, runtime={"start_commands": ["x"], "environment_variables": {"TOKEN": "s3cret-value"}})
    job: dict[str, Any] = baseten.get(path).json()["training_job"]
    assert sorted(job) == [
        "availability_model",
        "checkpoint_sync_status",
        "created_at",
        "current_status",
        "error_message",
        "id",
        "instance_type",
        "name",
        "node_count",
        "priority",
        "training_project",
        "training_project_id",
        "updated_at",
        "user",
    ]
    assert "s3cret-value" not in baseten.get(path).text
