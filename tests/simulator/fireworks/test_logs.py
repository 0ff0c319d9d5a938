"""Logs: ranks, pages in both directions, filters."""

import itertools
from typing import Any

import httpx
import pytest

from gpuconsole.simulator.world import World
from tests.simulator.fireworks.asking import make_job, run_until


def _page(fireworks: httpx.Client, path: str, **params: Any) -> dict[str, Any]:
    answer = fireworks.get(f"{path}:getLogs", params=params)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def _all(fireworks: httpx.Client, path: str, **params: Any) -> list[tuple[str, int, str]]:
    """All entries over all pages, as they come."""
    found: list[tuple[str, int, str]] = []
    for _ in range(500):
        page = _page(fireworks, path, **params)
        found += [(entry["logTime"], entry["rank"], entry["message"]) for entry in page["entries"]]
        if "nextPageToken" not in page:
            return found
        params["pageToken"] = page["nextPageToken"]
    raise AssertionError("no end")


def _running(fireworks: httpx.Client, world: World, seconds: float = 600, **more: Any) -> str:
    path = make_job(fireworks, "torchrun train.py", **more)
    run_until(fireworks, world, path, "RUNNING")
    world.clock.advance(seconds)
    return path


def test_there_are_none_before_the_job_runs(fireworks: httpx.Client, world: World) -> None:
    path = make_job(fireworks)
    assert _page(fireworks, path) == {"entries": []}
    world.clock.advance(30)
    assert _page(fireworks, path) == {"entries": []}
    assert fireworks.get("/batchJobs/1:getLogs").json()["code"] == 5


def test_pages_run_backwards_in_time_by_default_and_forwards_from_the_head(
    fireworks: httpx.Client, world: World
) -> None:
    path = _running(fireworks, world, numRanks=3)
    newest = _page(fireworks, path)
    assert len(newest["entries"]) == 100
    times = [entry["logTime"] for entry in newest["entries"]]
    assert times == sorted(times, reverse=True)
    head = _page(fireworks, path, startFromHead="true", pageSize=5)
    assert "starting rank 0 of 3 on node 0" in [entry["message"] for entry in head["entries"]]
    assert head["nextPageToken"]


@pytest.mark.parametrize("size", [1, 7, 100, 10_000, 20_000])
def test_both_directions_tell_the_same_lines_once_whatever_the_size(
    fireworks: httpx.Client, world: World, size: int
) -> None:
    path = _running(fireworks, world, 300, numRanks=4)
    forwards = _all(fireworks, path, startFromHead="true", pageSize=size)
    backwards = _all(fireworks, path, pageSize=size)
    assert forwards == backwards[::-1]
    assert len(forwards) > 60
    assert len(set(forwards)) == len(forwards)
    assert [entry[0] for entry in forwards] == sorted(entry[0] for entry in forwards)


def test_a_page_has_at_most_ten_thousand_entries(fireworks: httpx.Client, world: World) -> None:
    path = make_job(fireworks, "sleep infinity", numRanks=8)
    world.clock.advance(86_400)
    assert len(_page(fireworks, path, pageSize=99_999)["entries"]) == 10_000


def test_ranks_are_asked_for_with_commas_or_one_by_one(fireworks: httpx.Client, world: World) -> None:
    path = _running(fireworks, world, numRanks=4)
    assert {entry["rank"] for entry in _page(fireworks, path, pageSize=1000)["entries"]} == {0, 1, 2, 3}
    joined = fireworks.get(f"{path}:getLogs?ranks=1,3&pageSize=1000").json()["entries"]
    repeated = fireworks.get(f"{path}:getLogs?ranks=1&ranks=3&pageSize=1000").json()["entries"]
    assert joined == repeated
    assert {entry["rank"] for entry in joined} == {1, 3}
    assert {entry["rank"] for entry in fireworks.get(f"{path}:getLogs?ranks=0").json()["entries"]} == {0}
    assert fireworks.get(f"{path}:getLogs?ranks=9").json() == {"entries": []}
    assert fireworks.get(f"{path}:getLogs?ranks=one").json()["code"] == 3


def test_a_filter_is_a_plain_part_of_the_message(fireworks: httpx.Client, world: World) -> None:
    path = _running(fireworks, world, 1000, numRanks=2)
    found = _all(fireworks, path, filter="eval loss=")
    assert 1 <= len(found) < 4
    assert all("eval loss=" in message for _, _, message in found)
    assert _page(fireworks, path, filter="eval.*") == {"entries": []}


def test_a_filter_that_hits_nothing_in_years_of_lines_gets_a_short_page_and_a_token(
    fireworks: httpx.Client, world: World
) -> None:
    path = make_job(fireworks, "sleep infinity")
    world.clock.advance(3 * 365 * 86_400)
    page = _page(fireworks, path, filter="nothing like it")
    assert page["entries"] == []
    assert "entries" in _page(fireworks, path, filter="nothing like it", pageToken=page["nextPageToken"])


def test_a_tail_goes_on_where_it_was_with_start_time_and_start_from_head(fireworks: httpx.Client, world: World) -> None:
    path = _running(fireworks, world, 60)
    seen = _all(fireworks, path, startFromHead="true")
    for _ in range(5):
        world.clock.advance(31)
        fresh = _all(fireworks, path, startFromHead="true", startTime=seen[-1][0])
        assert fresh[0] == seen[-1] or fresh[0][0] == seen[-1][0]
        seen += [entry for entry in fresh if entry not in seen]
    assert seen == _all(fireworks, path, startFromHead="true")


def test_entries_before_the_start_time_are_left_out(fireworks: httpx.Client, world: World) -> None:
    path = _running(fireworks, world, 300)
    every = _all(fireworks, path)
    middle = every[len(every) // 2][0]
    late = _all(fireworks, path, startTime=middle)
    assert late == [entry for entry in every if entry[0] >= middle]
    assert fireworks.get(f"{path}:getLogs?startTime=yesterday").json()["code"] == 3


def test_a_log_token_fits_only_the_call_that_made_it(fireworks: httpx.Client, world: World) -> None:
    path = _running(fireworks, world, numRanks=2)
    token = _page(fireworks, path, pageSize=5)["nextPageToken"]
    assert _page(fireworks, path, pageSize=5, pageToken=token)["entries"]
    for other in ({"ranks": "1"}, {"filter": "loss"}, {"startFromHead": "true"}):
        answer = fireworks.get(f"{path}:getLogs", params={**other, "pageToken": token})
        assert (answer.status_code, answer.json()["code"]) == (400, 3)


@pytest.mark.parametrize(("word", "from_head"), [("true", True), ("True", True), ("1", True), ("false", False)])
def test_the_direction_is_read_as_clients_write_it(
    fireworks: httpx.Client, world: World, word: str, from_head: bool
) -> None:
    path = _running(fireworks, world, 60)
    times = [entry["logTime"] for entry in _page(fireworks, path, startFromHead=word)["entries"]]
    assert times == sorted(times, reverse=not from_head)
    assert fireworks.get(f"{path}:getLogs?startFromHead=down").json()["code"] == 3


def test_the_loss_falls_as_it_trains(fireworks: httpx.Client, world: World) -> None:
    path = _running(fireworks, world, 2000)
    messages = [message for _, _, message in _all(fireworks, path, startFromHead="true", filter="step ")]
    losses = [float(message.split("loss=")[1].split()[0]) for message in messages]
    assert len(losses) > 300
    assert losses[0] > 2 * losses[-1]
    assert all(later < earlier + 0.2 for earlier, later in itertools.pairwise(losses))


ENDS = [
    ("sleep 30", "COMPLETED", "rank 1 exited with code 0"),
    ("sleep 30; exit 3", "FAILED", "rank 1 terminated: a peer has failed"),
]


@pytest.mark.parametrize(("command", "end", "last"), ENDS)
def test_the_last_lines_tell_the_end_and_stay_while_the_job_is_deleted(
    fireworks: httpx.Client, world: World, command: str, end: str, last: str
) -> None:
    path = make_job(fireworks, command, numRanks=2)
    run_until(fireworks, world, path, end)
    lines = _all(fireworks, path)
    assert lines[0][2] == last
    fireworks.delete(path)
    assert _all(fireworks, path) == lines


def test_a_cancelled_job_tells_of_its_signal(fireworks: httpx.Client, world: World) -> None:
    path = _running(fireworks, world, 60)
    fireworks.post(f"{path}:cancel", json={})
    run_until(fireworks, world, path, "CANCELLED")
    assert "received SIGTERM, shutting down" in [entry[2] for entry in _all(fireworks, path)]


@pytest.mark.parametrize(
    ("executor", "line"),
    [
        ({"pythonExecutor": {"targetType": "MODULE", "target": "a.b", "args": ["--x"]}}, "+ python -m a.b --x"),
        ({"pythonExecutor": {"targetType": "FILENAME", "target": "t.py"}}, "+ python t.py"),
        ({"notebookExecutor": {"notebookFilename": "r.ipynb"}}, "+ papermill r.ipynb -"),
        ({"shellExecutor": {"command": "bash run.sh"}}, "+ bash run.sh"),
    ],
)
def test_the_log_names_what_was_run_and_no_value_of_a_variable(
    fireworks: httpx.Client, world: World, executor: dict[str, Any], line: str
) -> None:
    path = make_job(fireworks, **{"shellExecutor": None, **executor}, envVars={"TOKEN": "s3cret"})
    run_until(fireworks, world, path, "RUNNING")
    world.clock.advance(30)
    messages = [message for _, _, message in _all(fireworks, path)]
    assert line in messages
    assert "TOKEN is set" in messages
    assert not any("s3cret" in message for message in messages)


def test_log_entries_can_be_masked(fireworks: httpx.Client, world: World) -> None:
    path = _running(fireworks, world, 30)
    assert set(_page(fireworks, path, readMask="message")["entries"][0]) == {"message"}
