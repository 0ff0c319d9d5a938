"""The known quirks of the provider's reference, in its order and under its numbers.

Number 11 is one of a client (it maps its remote address through a fixed table): `tests/clients/test_truss.py` goes both
ways round it, and `test_absolute_targets_and_chunked_bodies_are_understood` is what the simulator does for it.
"""

from typing import Any

import httpx

from gpuconsole.simulator.world import World
from tests.simulator.asking import job_body, job_status, make_job, make_project


def _logs(baseten: httpx.Client, path: str, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = baseten.get(f"{path}/logs", params=asked).json()["logs"]
    return found


def test_quirk_1_fields_that_the_first_page_leaves_out_are_taken_and_told(baseten: httpx.Client) -> None:
    auth = {"auth_method": "CUSTOM_SECRET", "auth_secret_name": "hf"}
    weights = [{"source": "hf://org/model", "mount_location": "/w", "auth": auth}]
    body = job_body(priority=7, enable_baseten_workdir=True, weights=weights)
    body["training_job"]["compute"]["availability_model"] = "spot"
    made = baseten.post(f"/v1/training_projects/{make_project(baseten)}/jobs", json=body).json()["training_job"]
    assert (made["priority"], made["availability_model"], made["node_count"]) == (7, "spot", 1)
    assert (made["checkpoint_sync_status"], made["user"]) == (None, {"email": "sandbox@example.com"})


def test_quirk_2_two_defaults_are_those_of_the_api_and_not_of_the_python_definitions(
    baseten: httpx.Client, world: World
) -> None:
    path = make_job(baseten, "sleep 9000", interactive_session={"trigger": "on_startup"})
    world.clock.advance(600)
    (code,) = baseten.get(f"{path}/auth_codes").json()["auth_codes"][:1]
    assert code["working_directory"] == "/root"
    assert code["auth_url"].startswith("https://github.com/")


def test_quirk_3_both_cache_switches_together_are_taken(baseten: httpx.Client) -> None:
    assert make_job(baseten, runtime={"enable_cache": True, "cache_config": {"enabled": True}})


def test_quirk_4_a_job_is_completed_and_a_checkpoint_complete(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten, runtime={"start_commands": ["sleep 900"], "checkpointing_config": {"enabled": True}})
    world.clock.advance(2 * 3600)
    found = baseten.get(f"{path}/checkpoints").json()
    assert {checkpoint["sync_status"] for checkpoint in found["checkpoints"]} == {"COMPLETE"}
    assert found["training_job"]["checkpoint_sync_status"] == "COMPLETED"


def test_quirk_5_log_time_stamps_are_nanoseconds_and_parameters_milliseconds(
    baseten: httpx.Client, world: World
) -> None:
    path = make_job(baseten, "sleep 9000")
    world.clock.advance(900)
    first = _logs(baseten, path, direction="asc", limit=1)[0]["timestamp"]
    assert isinstance(first, str)
    assert len(first) == 19
    after = _logs(baseten, path, direction="asc", limit=1, start_epoch_millis=int(first) // 1_000_000 + 1)
    assert int(after[0]["timestamp"]) > int(first)


def test_quirk_6_without_a_direction_the_newest_line_comes_first(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten, "sleep 9000")
    world.clock.advance(900)
    stamps = [int(line["timestamp"]) for line in _logs(baseten, path)]
    assert stamps == sorted(stamps, reverse=True)


def test_quirk_7_a_client_that_pages_by_time_comes_to_an_end(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten, "sleep 9000")
    world.clock.advance(7200)
    start, calls = int((world.now() - 7200) * 1000), 0
    while lines := _logs(baseten, path, direction="asc", limit=1000, start_epoch_millis=start):
        start, calls = int(lines[-1]["timestamp"]) // 1_000_000 + 1, calls + 1
        assert calls < 10


def test_quirk_8_an_old_job_seems_to_have_no_logs_unless_a_start_is_sent(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten, "sleep 60")
    world.clock.advance(86_400)
    assert _logs(baseten, path) == []
    assert _logs(baseten, path, start_epoch_millis=int((world.now() - 2 * 86_400) * 1000))


def test_quirk_9_a_pending_job_can_be_stopped(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten)
    assert job_status(baseten, path) == "PENDING"
    assert baseten.post(f"{path}/stop", json={}).status_code == 200
    world.clock.advance(60)
    assert job_status(baseten, path) == "STOPPED"


def test_quirk_10_a_projects_deletion_takes_jobs_and_checkpoints_with_it(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten, runtime={"start_commands": ["sleep 900"], "checkpointing_config": {"enabled": True}})
    world.clock.advance(2 * 3600)
    link = baseten.get(f"{path}/checkpoint_files").json()["presigned_urls"][0]["url"]
    assert baseten.get(link).status_code == 200
    assert baseten.delete(path.rpartition("/jobs/")[0]).json()["deleted"] is True
    assert [baseten.get(gone).status_code for gone in (path, f"{path}/checkpoints", link)] == [404, 404, 404]


def test_quirk_12_metrics_are_told_by_node_for_one_node_too(baseten: httpx.Client, world: World) -> None:
    path = make_job(baseten, "sleep 9000")
    world.clock.advance(900)
    (node,) = baseten.get(f"{path}/metrics").json()["per_node_metrics"]
    assert node["metrics"]["gpu_utilization"]["0"]
