"""Logs without loss or repetition, metrics in our names."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gpuconsole.providers.baseten.output import PAGE, Cursor, checkpoint, page, samples
from gpuconsole.providers.remote import GAP, LogLine, LogPage, RemoteState
from tests.contract.conftest import Far

NS = 1_000_000


def entry(at_ns: int, message: str, replica: str = "0") -> dict[str, Any]:
    return {"timestamp": str(at_ns), "message": message, "replica": replica, "request_id": None, "level": None}


def texts(found: LogPage) -> list[str]:
    return [line.text for line in found.lines]


def follow(far: Far, remote_id: str, cursor: str = "") -> Iterator[LogPage]:
    while True:
        found = far.adapter.logs(remote_id, cursor)
        yield found
        cursor = found.cursor
        if not found.has_more:
            return


def test_lines_of_one_moment_are_taken_once_over_pages() -> None:
    at = 5 * NS
    first = page([entry(at, "a"), entry(at, "b")], Cursor(0), None)
    again = [entry(at, "a"), entry(at, "b"), entry(at, "b"), entry(at, "c"), entry(at + 1, "a")]
    second = page(again, Cursor.read(first.cursor), None)
    assert (texts(first), texts(second)) == (["a", "b"], ["b", "c", "a"])
    assert texts(page(again, Cursor.read(second.cursor), None)) == []


def test_equal_lines_of_equal_time_are_each_kept() -> None:
    same = [entry(7 * NS, "tick")] * 3
    first = page(same, Cursor(0), None)
    assert texts(first) == ["tick"] * 3
    assert texts(page([*same, entry(7 * NS, "tick")], Cursor.read(first.cursor), None)) == ["tick"]


def test_the_same_text_from_two_replicas_is_two_lines() -> None:
    first = page([entry(1, "x", "a")], Cursor(0), None)
    second = page([entry(1, "x", "a"), entry(1, "x", "b")], Cursor.read(first.cursor), None)
    assert [line.source for line in second.lines] == ["b"]


def test_lines_come_out_in_order_of_time() -> None:
    assert texts(page([entry(3, "c"), entry(1, "a"), entry(2, "b")], Cursor(0), None)) == ["a", "b", "c"]


def test_a_full_page_of_old_lines_does_not_stick() -> None:
    at = 9 * NS
    full = [entry(at, str(number)) for number in range(PAGE)]
    first = page(full, Cursor(0), None)
    assert first.has_more
    second = page(full, Cursor.read(first.cursor), None)
    assert Cursor.read(second.cursor).last_ns == 10 * NS
    [gap] = second.lines
    assert (gap.level, gap.at) == (GAP, datetime.fromtimestamp(at / 1e9, UTC)) and "1,000 lines" in gap.text


def test_the_next_call_begins_at_the_same_millisecond() -> None:
    """Parameters are milliseconds, time stamps nanoseconds (client code)."""
    query = Cursor(1_700_000_000_123_456_789).query(datetime.fromtimestamp(1_700_000_100, UTC))
    assert query == {"start_epoch_millis": 1_700_000_000_123, "direction": "asc", "limit": 1000}


def test_a_stretch_of_more_than_seven_days_is_asked_for_in_windows() -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    query = Cursor.at(began).query(began + timedelta(days=30))
    assert query["end_epoch_millis"] - query["start_epoch_millis"] == 7 * 86_400_000
    empty = page([], Cursor.at(began), query["end_epoch_millis"])
    assert empty.has_more
    assert Cursor.read(empty.cursor) == Cursor.at(began + timedelta(days=7))


def test_a_quiet_job_keeps_its_place() -> None:
    assert page([], Cursor(5, ("ab",)), None) == LogPage((), "5:ab", has_more=False)


def test_all_lines_of_a_run_come_once_however_they_are_cut(baseten: Far) -> None:
    """From the job's creation on: without a start Baseten looks back 30 minutes only (client code)."""
    image, runtime = {"base_image": "x"}, {"start_commands": ["sleep 9000"]}
    launched = baseten.launch(training_job={"image": image, "runtime": runtime})
    running = baseten.wait_for(launched, RemoteState.RUNNING)
    in_steps: list[LogLine] = []
    cursor = ""
    for _ in range(40):
        for found in follow(baseten, running.id, cursor):
            in_steps += found.lines
            cursor = found.cursor
        baseten.pass_time(137.313)
    at_once = [line for found in follow(baseten, running.id) for line in found.lines]
    seen = {(line.at, line.text, line.source) for line in in_steps}
    assert len(in_steps) > PAGE
    assert seen <= {(line.at, line.text, line.source) for line in at_once}
    assert in_steps == at_once[: len(in_steps)]


def test_an_old_job_still_has_its_first_lines(baseten: Far) -> None:
    running = baseten.wait_for(baseten.launch(), RemoteState.RUNNING)
    baseten.pass_time(60)
    first = next(follow(baseten, running.id)).lines[0]
    baseten.pass_time(86_400)
    assert next(follow(baseten, running.id)).lines[0] == first


def test_metrics_of_one_node_are_named_by_gpu(baseten: Far) -> None:
    running = baseten.wait_for(baseten.launch(), RemoteState.RUNNING)
    baseten.pass_time(300)
    found = baseten.adapter.metrics(running.id, None)
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert {one.series for one in found if one.name == "gpu_utilization"} == {"GPU 0", "GPU 1"}
    assert all(0 <= one.value <= 1 for one in found if one.name.endswith("utilization"))
    assert {one.name for one in found} >= {"gpu_memory_used_bytes", "cpu_usage", "cpu_memory_used_bytes"}


def test_metrics_go_on_after_the_last_sample(baseten: Far) -> None:
    running = baseten.wait_for(baseten.launch(), RemoteState.RUNNING)
    baseten.pass_time(300)
    last = baseten.adapter.metrics(running.id, None)[-1].at
    assert not baseten.adapter.metrics(running.id, last)
    baseten.pass_time(60)
    assert all(one.at > last for one in baseten.adapter.metrics(running.id, last))


def test_metrics_of_several_nodes_are_told_apart() -> None:
    series = [{"timestamp": "2026-01-01T00:00:00Z", "value": 0.5}]
    nodes = [{"node_id": name, "metrics": {"gpu_utilization": {"0": series}}} for name in "ab"]
    found = samples({"gpu_utilization": {"0": series}, "per_node_metrics": nodes}, None)
    assert [one.series for one in found] == ["node a GPU 0", "node b GPU 0"]


@pytest.mark.parametrize(
    "answer", [{}, {"gpu_utilization": None, "cache": None}, {"cpu_usage": [{"timestamp": "?", "value": 1}]}]
)
def test_metrics_that_are_missing_are_left_out(answer: dict[str, Any]) -> None:
    assert samples(answer, None) == []


@pytest.mark.parametrize(("word", "is_complete"), [("COMPLETE", True), ("COMPLETED", True), ("SYNCING", False)])
def test_both_words_for_a_copied_checkpoint_are_known(word: str, is_complete: bool) -> None:
    """The job-level field says COMPLETED, the checkpoint COMPLETE (client code)."""
    assert checkpoint({"checkpoint_id": "c", "sync_status": word}).is_complete == is_complete
