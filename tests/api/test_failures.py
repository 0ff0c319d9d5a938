"""Failures and retries in the API."""

from __future__ import annotations

from gpuconsole.providers.causes import Cause
from tests.api.conftest import Caller
from tests.workloads.test_failures import OOM, failed


def test_a_failure_is_told_in_full(caller: Caller) -> None:
    job = failed(caller.lab)
    found = caller.get(f"/workloads/{job.public_id}").json()["failure"]
    assert (found["cause"], found["fault"], found["again"]) == ("gpu_memory", "you", "change_first")
    assert found["evidence"] == {"text": OOM, "source": "message", "line": None, "offset": None}
    assert (found["similar"], found["exit_code"]) == (0, None)
    assert found["title"] == "Out of GPU memory" and "batch" in found["advice"] and found["first_seen"]


def test_a_list_is_narrowed_by_cause(caller: Caller) -> None:
    job = failed(caller.lab)
    failed(caller.lab, Cause.NO_DATA, "not found")
    assert [row["id"] for row in caller.get("/workloads", cause="gpu_memory").json()["items"]] == [job.public_id]
    refused = caller.get("/workloads", cause="boredom")
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "cause")


def test_a_retry_answers_the_work_to_follow_and_the_same_key_the_same(caller: Caller) -> None:
    job = failed(caller.lab, slug="fireworks")
    one, two = (caller.post(f"/workloads/{job.public_id}/retry", **{"Idempotency-Key": "k1"}).json() for _ in range(2))
    assert one["id"] == two["id"] != job.public_id
    assert one["retry_of"] == job.public_id and "numRanks" in one["warnings"][0]
    old = caller.get(f"/workloads/{job.public_id}").json()
    assert (old["retries"], old["retry_of"], one["failure"]) == ([one["id"]], None, None)
