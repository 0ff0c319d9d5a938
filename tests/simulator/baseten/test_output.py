"""Logs, metrics and checkpoints of a job."""

from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.asking import job_status, make_job

CHECKPOINTING = {"start_commands": ["pip install peft", "torchrun train.py"], "checkpointing_config": {"enabled": True}}


def _until_running(baseten: httpx.Client, world: World, path: str) -> None:
    while job_status(baseten, path) != "RUNNING":
        world.clock.advance(1)


def _logs(baseten: httpx.Client, path: str, **asked: Any) -> list[dict[str, Any]]:
    answer = baseten.get(f"{path}/logs", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["logs"]
    return found


@pytest.fixture
def path(baseten: httpx.Client, world: World) -> str:
    """A job with two nodes that has run for ten nominal minutes."""
    job = make_job(baseten, nodes=2, runtime=CHECKPOINTING)
    _until_running(baseten, world, job)
    world.clock.advance(601)
    return job


def test_logs_look_like_training(baseten: httpx.Client, path: str) -> None:
    lines = _logs(baseten, path, direction="asc", limit=1000)
    text = "\n".join(line["message"] for line in lines)
    for part in (
        "Pulling image pytorch/pytorch",
        "+ pip install peft",
        "Successfully installed",
        "+ torchrun train.py",
        "'loss': ",
        "it/s",
        "Saving model checkpoint to /mnt/ckpts/checkpoint-600",
        "NCCL INFO",
    ):
        assert part in text
    assert {line["level"] for line in lines} >= {"INFO", "WARNING", None}
    assert len({line["replica"] for line in lines}) == 3
    assert sorted(lines[0]) == ["level", "message", "replica", "request_id", "timestamp"]


def test_the_newest_500_lines_of_30_minutes_come_first_unless_asked_otherwise(
    baseten: httpx.Client, world: World
) -> None:
    job = make_job(baseten, "sleep infinity")
    world.clock.advance(5 * 3600)
    stamps = [int(line["timestamp"]) for line in _logs(baseten, job)]
    assert 430 <= len(stamps) < 440
    assert stamps == sorted(stamps, reverse=True)
    assert stamps[-1] >= (world.now() - 1800) * 10**9
    start_ms = int((world.now() - 5 * 3600) * 1000)
    assert len(_logs(baseten, job, start_epoch_millis=start_ms)) == 500
    assert len(_logs(baseten, job, start_epoch_millis=start_ms, limit=1000)) == 1000


def test_paging_by_time_meets_every_line_once(baseten: httpx.Client, world: World, path: str) -> None:
    start_ms, end_ms = int((world.now() - 3600) * 1000), int(world.now() * 1000)
    whole = _logs(baseten, path, start_epoch_millis=start_ms, end_epoch_millis=end_ms, direction="asc", limit=1000)
    paged: list[dict[str, Any]] = []
    while page := _logs(baseten, path, start_epoch_millis=start_ms, end_epoch_millis=end_ms, direction="asc", limit=17):
        paged += page
        start_ms = int(page[-1]["timestamp"]) // 10**6 + 1
    # Lines of one millisecond that a page's end divides are lost with this way of paging, at the provider too.
    stamps = [line["timestamp"] for line in paged]
    assert len(set(stamps)) == len(stamps)
    assert len(whole) - len(paged) <= 2


def test_the_same_lines_are_read_again_and_again(baseten: httpx.Client, world: World, path: str) -> None:
    window = {"start_epoch_millis": int((world.now() - 300) * 1000), "end_epoch_millis": int(world.now() * 1000)}
    before = _logs(baseten, path, **window)
    world.clock.advance(50)
    assert _logs(baseten, path, **window) == before


def test_min_level_drops_lines_below_and_without_level(baseten: httpx.Client, path: str) -> None:
    assert {line["level"] for line in _logs(baseten, path, min_level="WARNING")} == {"WARNING"}
    assert None not in {line["level"] for line in _logs(baseten, path, min_level="DEBUG")}


def test_the_older_post_form_is_answered_alike(baseten: httpx.Client, path: str) -> None:
    posted = baseten.post(f"{path}/logs", json={"limit": 5, "direction": "asc", "min_level": None}).json()["logs"]
    assert posted == _logs(baseten, path, limit=5, direction="asc")


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": "many"},
        {"direction": "up"},
        {"min_level": "LOUD"},
        {"start_epoch_millis": 1_000, "end_epoch_millis": 1_000 + 8 * 86_400_000},
    ],
)
def test_log_parameters_out_of_range_are_refused(baseten: httpx.Client, path: str, asked: dict[str, Any]) -> None:
    assert baseten.get(f"{path}/logs", params=asked).status_code == 400


def test_the_last_lines_tell_how_it_ended(baseten: httpx.Client, world: World) -> None:
    good, bad, stopped = make_job(baseten, "sleep 60"), make_job(baseten, "sleep 60; exit 2"), make_job(baseten)
    world.clock.advance(400)
    baseten.post(f"{stopped}/stop", json={})
    world.clock.advance(100)
    assert _logs(baseten, good)[0]["message"] == "Training completed."
    assert _logs(baseten, bad)[0]["message"] == "Process exited with code 2"
    assert _logs(baseten, stopped)[0]["message"] == "Received SIGTERM, shutting down."


def test_a_waiting_job_has_no_lines_and_no_samples(baseten: httpx.Client) -> None:
    job = make_job(baseten)
    assert _logs(baseten, job) == []
    answer = baseten.get(f"{job}/metrics").json()
    assert answer["gpu_utilization"] == {"0": [], "1": []}
    assert answer["cpu_usage"] == []


def test_metrics_have_every_series_for_every_gpu_and_node(baseten: httpx.Client, path: str) -> None:
    answer = baseten.get(f"{path}/metrics").json()
    assert sorted(answer) == [
        "cache",
        "cpu_memory_usage_bytes",
        "cpu_usage",
        "ephemeral_storage",
        "gpu_memory_usage_bytes",
        "gpu_utilization",
        "per_node_metrics",
        "training_job",
    ]
    assert answer["cache"] is None
    assert len(answer["per_node_metrics"]) == 2
    series = answer["gpu_utilization"]["1"]
    assert len(series) >= 110
    assert all(0 <= sample["value"] <= 1 for sample in series)
    assert max(sample["value"] for sample in series) > 0.85
    assert all(sample["timestamp"].endswith("Z") for sample in series)
    assert 30 * 2**30 < max(s["value"] for s in answer["gpu_memory_usage_bytes"]["0"]) < 80 * 2**30
    assert set(answer["ephemeral_storage"]) == {"usage_bytes", "utilization"}


def test_metrics_take_a_window_and_a_step(baseten: httpx.Client, world: World, path: str) -> None:
    window = {"start_epoch_millis": int((world.now() - 300) * 1000), "end_epoch_millis": int(world.now() * 1000)}
    got = baseten.get(f"{path}/metrics", params={**window, "step_seconds": 60}).json()["cpu_usage"]
    posted = baseten.post(f"{path}/metrics", json={**window, "step_seconds": 60}).json()["cpu_usage"]
    assert len(got) == 5
    assert got == posted
    assert baseten.get(f"{path}/metrics", params={"step_seconds": 0}).status_code == 400
    turned = {"start_epoch_millis": 2000, "end_epoch_millis": 1000}
    assert baseten.get(f"{path}/metrics", params=turned).status_code == 400


def test_checkpoints_appear_while_it_runs_and_are_copied_out(baseten: httpx.Client, world: World, path: str) -> None:
    def answer() -> dict[str, Any]:
        found: dict[str, Any] = baseten.get(f"{path}/checkpoints").json()
        return found

    first, second = answer()["checkpoints"]
    assert (first["checkpoint_id"], first["sync_status"]) == ("checkpoint-600", "COMPLETE")
    assert (second["checkpoint_id"], second["sync_status"]) == ("checkpoint-1200", "SYNCING")
    assert answer()["training_job"]["checkpoint_sync_status"] == "SYNCING"
    world.clock.advance(30)
    assert answer()["training_job"]["checkpoint_sync_status"] == "COMPLETED"


def test_checkpoint_files_are_paged_and_can_be_fetched(baseten: httpx.Client, world: World, path: str) -> None:
    world.clock.advance(30)
    page = baseten.get(f"{path}/checkpoint_files", params={"page_size": 5}).json()
    assert (len(page["presigned_urls"]), page["next_page_token"], page["total_count"]) == (5, 5, 8)
    rest = baseten.get(f"{path}/checkpoint_files", params={"page_size": 5, "page_token": 5}).json()
    assert (len(rest["presigned_urls"]), rest["next_page_token"]) == (3, None)
    file = page["presigned_urls"][0]
    fetched = baseten.get(file["url"], headers={"Authorization": ""})
    assert (fetched.status_code, len(fetched.content)) == (200, file["size_bytes"])
    assert baseten.get(file["url"].split("?")[0]).status_code == 403
    assert baseten.get(f"{path}/checkpoint_files", params={"page_size": 0}).status_code == 400


def test_without_checkpointing_there_are_none(baseten: httpx.Client, world: World) -> None:
    job = make_job(baseten)
    world.clock.advance(2000)
    assert baseten.get(f"{job}/checkpoints").json()["checkpoints"] == []
    assert baseten.get(job).json()["training_job"]["checkpoint_sync_status"] is None
