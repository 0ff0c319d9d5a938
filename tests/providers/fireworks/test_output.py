"""The log of a Fireworks batch job: by rank, in pages, every line once."""

from typing import Any

import pytest

from gpuconsole.providers.errors import NotFound
from gpuconsole.providers.fireworks import output
from gpuconsole.providers.fireworks.client import WORDING, FireworksClient
from gpuconsole.providers.http import Client
from gpuconsole.providers.remote import LogLine, RemoteState
from tests.contract.conftest import Far

START = "2026-11-21T12:00:00Z"


def line(second: int, message: str, rank: int = 0) -> dict[str, Any]:
    """One entry; rank 0 is left out as a zero value is."""
    entry: dict[str, Any] = {"logTime": f"2026-11-21T12:00:{second:02d}.123456789Z", "message": message}
    return entry | ({"rank": rank} if rank else {})


def read_all(far: Far, job_id: str, cursor: str = "") -> tuple[list[LogLine], str]:
    lines: list[LogLine] = []
    while True:
        page = far.adapter.logs(job_id, cursor)
        lines, cursor = [*lines, *page.lines], page.cursor
        if not page.has_more:
            return lines, cursor


def entries(far: Far, job_id: str, **query: Any) -> list[dict[str, Any]]:
    http = Client(WORDING, far.base_url, transport=far.transport)
    client = FireworksClient(http, "sandbox-fireworks-key")
    return list(client.logs("sandbox", job_id, since="2020-01-01T00:00:00Z", **query)["entries"])


def test_lines_tell_their_rank_and_come_in_order(fireworks: Far) -> None:
    running = fireworks.wait_for(fireworks.launch(numRanks=3), RemoteState.RUNNING)
    fireworks.pass_time(300)
    lines, _ = read_all(fireworks, running.id)
    assert {one.source for one in lines} == {"rank 0", "rank 1", "rank 2"}
    moments = [one.at for one in lines if one.at]
    assert moments == sorted(moments)
    assert len(moments) == len(lines) > 20


def test_a_log_that_is_read_while_it_grows_has_every_line_once(fireworks: Far) -> None:
    running = fireworks.wait_for(fireworks.launch(numRanks=4), RemoteState.RUNNING)
    lines, cursor = list[LogLine](), ""
    for seconds in (1, 3.217, 0, 60, 7.001, 600, 4000):
        fireworks.pass_time(seconds)
        new, cursor = read_all(fireworks, running.id, cursor)
        lines += new
    whole, _ = read_all(fireworks, running.id)
    assert [(one.at, one.source, one.text) for one in lines] == [(one.at, one.source, one.text) for one in whole]


def test_a_long_log_is_read_in_pages(fireworks: Far) -> None:
    shell = {"pythonExecutor": None, "shellExecutor": {"command": "sleep 20000"}}
    running = fireworks.wait_for(fireworks.launch(**shell), RemoteState.RUNNING)
    fireworks.pass_time(19_000)
    page = fireworks.adapter.logs(running.id, "")
    assert (len(page.lines), page.has_more) == (1000, True)
    lines, _ = read_all(fireworks, running.id)
    assert len(lines) == len({(one.at, one.source, one.text) for one in lines}) > 3000


def test_quirk_7_pages_are_asked_for_from_the_head_on(fireworks: Far) -> None:
    """By default they run backwards in time (client code)."""
    made = fireworks.launch()
    fireworks.adapter.logs(made.id, "")
    asked = [row for row in fireworks.asked("GET") if row["path"].endswith(":getLogs")][-1]
    assert asked["query"]["startFromHead"] == "true"
    assert asked["query"]["startTime"] == made.raw["createTime"]


def test_quirk_6_ranks_go_as_one_value_with_commas(fireworks: Far) -> None:
    """As the vendor's own client sends them; none means all (assumed)."""
    running = fireworks.wait_for(fireworks.launch(numRanks=4), RemoteState.RUNNING)
    fireworks.pass_time(100)
    assert {row.get("rank", 0) for row in entries(fireworks, running.id, ranks=[1, 3])} == {1, 3}
    assert {row.get("rank", 0) for row in entries(fireworks, running.id)} == {0, 1, 2, 3}
    assert fireworks.asked("GET")[-2]["query"]["ranks"] == "1,3"


def test_a_sweep_goes_on_with_its_token_and_the_next_begins_at_the_last_line() -> None:
    first = output.page({"entries": [line(1, "a"), line(2, "b")], "nextPageToken": "t"}, output.Cursor(START))
    place = output.Cursor.read(first.cursor)
    assert (place.since, place.page, first.has_more) == (START, "t", True)
    second = output.page({"entries": [line(2, "c")]}, place)
    place = output.Cursor.read(second.cursor)
    assert (place.since, place.page, second.has_more) == (line(2, "")["logTime"], "", False)
    third = output.page({"entries": [line(2, "b"), line(2, "c"), line(2, "c"), line(3, "d", 5)]}, place)
    assert [(one.text, one.source) for one in third.lines] == [("c", "rank 0"), ("d", "rank 5")]


def test_lines_of_one_moment_over_two_pages_of_the_next_sweep_are_left_out() -> None:
    end = output.page({"entries": [line(2, "b"), line(2, "c")]}, output.Cursor(START))
    begun = output.page({"entries": [line(2, "b")], "nextPageToken": "t"}, output.Cursor.read(end.cursor))
    rest = output.page({"entries": [line(2, "c"), line(2, "d")]}, output.Cursor.read(begun.cursor))
    last = output.page({"entries": [line(2, name) for name in "bcd"]}, output.Cursor.read(rest.cursor))
    assert ([one.text for one in begun.lines], [one.text for one in rest.lines], last.lines) == ([], ["d"], ())


def test_nothing_written_yet_changes_nothing() -> None:
    page = output.page({}, output.Cursor(START))
    assert (page.lines, page.has_more, output.Cursor.read(page.cursor)) == ((), False, output.Cursor(START))


@pytest.mark.parametrize("text", ["", "12", "[]", '["a"]', "{}", "null", '["a","b",1,"c","d"]'])
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text says which
        output.Cursor.read(text)


def test_the_log_of_a_job_that_is_gone_is_not_found(fireworks: Far) -> None:
    with pytest.raises(NotFound):
        fireworks.adapter.logs("99999999", "")


def test_secrets_that_went_out_are_masked_in_lines(fireworks: Far) -> None:
    shell = {"pythonExecutor": None, "shellExecutor": {"command": "echo hf_s3cret_value; sleep 60"}}
    spec = fireworks.spec(**shell, envVars={"T": {"name": "hf"}})
    made = fireworks.adapter.launch(spec, "gc-t3st0123456789abcdef", {"hf": "hf_s3cret_value"})
    fireworks.wait_for(made, RemoteState.SUCCEEDED)
    lines, _ = read_all(fireworks, made.id)
    assert any("+ echo •••" in one.text for one in lines)
    assert not any("hf_s3cret_value" in one.text for one in lines)
