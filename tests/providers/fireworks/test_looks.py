"""Looks at many jobs of Fireworks: by the newest changes, as far as its far side keeps their order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from gpuconsole.providers.looks import Held
from tests.providers.fireworks.answers import answering


def listing(jobs: list[dict[str, Any]], *, keeps_order: bool = True) -> Callable[[httpx.Request], Any]:
    """A far side with an account of jobs, which are listed by their last change where that is asked for."""

    def answer(request: httpx.Request) -> Any:
        if request.url.path == "/v1/accounts":
            return {"accounts": [{"name": "accounts/a"}]}
        by = "updateTime" if "update_time" in request.url.params["orderBy"] and keeps_order else "createTime"
        rows = sorted(jobs, key=lambda job: job[by], reverse=True)
        start = int(request.url.params.get("pageToken", "0"))
        more = {"nextPageToken": str(start + 200)} if start + 200 < len(rows) else {}
        return {"batchJobs": rows[start : start + 200], **more}

    return answer


def many_jobs(count: int) -> list[dict[str, Any]]:
    first = datetime(2026, 11, 21, 12, tzinfo=UTC)
    stamps = [(first + timedelta(seconds=number)).isoformat() for number in range(count)]
    return [
        {"name": f"accounts/a/batchJobs/{number}", "state": "RUNNING", "createTime": at, "updateTime": at}
        for number, at in enumerate(stamps)
    ]


def changed(job: dict[str, Any], at_s: int = 7200) -> str:
    at = datetime(2026, 11, 21, 12, tzinfo=UTC) + timedelta(seconds=at_s)
    job |= {"state": "COMPLETED", "updateTime": at.isoformat()}
    return str(job["name"]).rpartition("/")[2]


def test_a_look_at_many_reads_the_newest_changes_and_no_page_more() -> None:
    jobs = many_jobs(1000)
    adapter, asked = answering(listing(jobs))
    ids = [str(number) for number in range(1000)]
    first = adapter.look(ids, Held())
    assert (len(first.remotes), len(asked)) == (1000, 1 + 5)
    one = changed(jobs[3])  # among the oldest: on the last page of those by their creation
    asked.clear()
    second = adapter.look(ids, Held(first.marks, newest=first.newest))
    assert ([found.id for found in second.remotes], len(asked)) == ([one], 1)
    assert set(ids) == {one, *second.as_held}


def test_a_far_side_that_keeps_no_order_is_found_out_by_a_look_at_everything() -> None:
    jobs = many_jobs(400)
    adapter, _ = answering(listing(jobs, keeps_order=False))
    ids = [str(number) for number in range(400)]
    first = adapter.look(ids, Held())
    changed(jobs[399], at_s=3000)
    old = changed(jobs[3], at_s=1000)
    second = adapter.look(ids, Held(first.marks, newest=first.newest))
    assert [one.id for one in second.remotes] == ["399"]  # the other stands far down in the order of creation
    marks = {**first.marks, **second.marks}
    whole = adapter.look(ids, Held(marks))
    assert ([one.id for one in whole.remotes], whole.newest) == ([old], "")
    again = changed(jobs[5], at_s=4000)
    assert [one.id for one in adapter.look(ids, Held({**marks, **whole.marks}, newest=second.newest)).remotes] == [
        again
    ]


def test_an_order_that_is_refused_does_no_harm() -> None:
    jobs = many_jobs(400)
    usual = listing(jobs)

    def answer(request: httpx.Request) -> Any:
        if "update_time" in request.url.params.get("orderBy", ""):
            return httpx.Response(400, json={"code": 3, "message": "order_by: unknown field"})
        return usual(request)

    adapter, _ = answering(answer)
    ids = [str(number) for number in range(400)]
    first = adapter.look(ids, Held())
    one = changed(jobs[399])
    found = adapter.look(ids, Held(first.marks, newest=first.newest))
    assert [remote.id for remote in found.remotes] == [one]
