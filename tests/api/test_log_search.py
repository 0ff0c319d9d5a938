"""A log is searched and read on by the API."""

from __future__ import annotations

from tests.api.conftest import Caller
from tests.workloads.test_log_search import fill


def test_the_api_searches_and_reads_on_from_a_match(caller: Caller) -> None:
    job = caller.lab.launch("baseten")
    fill(job, 1200)
    found = caller.get(f"/workloads/{job.public_id}/logs/search", q="überlauf").json()
    assert [(match["number"], match["source"]) for match in found["items"]] == [(1000, "rank 0")]
    part = caller.get(f"/workloads/{job.public_id}/logs", after=found["items"][0]["offset"]).json()
    assert part["items"][0]["number"] == 1000
    assert caller.get(f"/workloads/{job.public_id}/logs/search").json()["errors"] == [
        {"path": "q", "message": "Required."}
    ]
