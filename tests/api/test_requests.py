"""Launch requests over the API: asked for with 202, listed, decided, and nothing twice."""

from __future__ import annotations

from typing import Any

import pytest

from gpuconsole.accounts.models import Scope
from gpuconsole.projects.models import Quota
from gpuconsole.workloads.models import LaunchRequest, Workload
from tests.api.conftest import Caller
from tests.factories import set_budget, set_quota


@pytest.fixture
def asked(caller: Caller) -> dict[str, Any]:
    """A launch that a limit makes wait."""
    set_quota(caller.lab.project, "gpus", 1, consequence="ask")
    set_budget(caller.lab.project, 40, "USD")
    before = Workload.objects.count()
    body = caller.body("baseten") | {"guards": {"stop_after_s": 3600}, "why": "A deadline."}
    answer = caller.launch(body, idempotency_key="k1")
    assert answer.status_code == 202, answer.content
    assert caller.launch(body, idempotency_key="k1").json()["id"] == answer.json()["id"]
    assert Workload.objects.count() == before
    found: dict[str, Any] = answer.json()
    return found


def test_a_launch_that_must_be_asked_for_is_answered_with_the_request(caller: Caller, asked: dict[str, Any]) -> None:
    assert (asked["state"], asked["why"], asked["at_most"]["amount"]) == ("waiting", "A deadline.", "13.000000")
    assert asked["url"].endswith(f"/requests/{asked['id']}/")
    assert [one["limit"] for one in asked["limits"]] == [Quota.objects.get().public_id]
    assert asked["budgets"][0]["left"].endswith("of $40.00 left")
    assert asked["requests"][-1]["path"].startswith("/v1/training_projects")
    assert caller.get("/requests", state="waiting", is_mine_to_decide=True).json()["items"][0]["id"] == asked["id"]
    assert caller.get("/requests", state="expired").json()["items"] == []
    assert caller.get(f"/requests/{asked['id']}").json()["spec"] == asked["spec"]


def test_approved_it_is_launched_and_the_key_gives_the_workload(caller: Caller, asked: dict[str, Any]) -> None:
    done = caller.post(f"/requests/{asked['id']}/approve", {"reason": "Go."})
    assert (done.status_code, done.json()["state"], done.json()["reason"]) == (200, "approved", "Go.")
    again = caller.post(f"/requests/{asked['id']}/approve", {})
    assert again.json()["workload"] == done.json()["workload"]
    body = caller.body("baseten") | {"guards": {"stop_after_s": 3600}, "why": "A deadline."}
    repeat = caller.launch(body, idempotency_key="k1")
    assert (repeat.status_code, repeat.json()["id"]) == (200, done.json()["workload"])
    late = caller.post(f"/requests/{asked['id']}/decline", {"reason": "No."})
    assert (late.status_code, late.json()["code"]) == (409, "decided")


def test_a_trim_says_what_is_less(caller: Caller, asked: dict[str, Any]) -> None:
    path = f"/requests/{asked['id']}/trim"
    nothing = caller.post(path, {})
    assert (nothing.status_code, nothing.json()["errors"][0]["path"]) == (422, "spec")
    more = caller.post(path, {"guards": {"stop_after_s": 7200}})
    assert (more.status_code, more.json()["errors"][0]["path"]) == (422, "guards.stop_after_s")
    wrong = caller.post(path, {"spec": {"provider": "baseten"}})
    assert wrong.status_code == 422
    done = caller.post(path, {"guards": {"stop_after_s": 600}})
    assert (done.status_code, done.json()["is_trimmed"]) == (200, True)
    assert Workload.objects.get(public_id=done.json()["workload"]).stop_after_s == 600


def test_no_and_withdrawal(caller: Caller, asked: dict[str, Any]) -> None:
    assert caller.post(f"/requests/{asked['id']}/decline", {"reason": " "}).status_code == 422
    assert caller.post(f"/requests/{asked['id']}/withdraw").json()["state"] == "withdrawn"
    assert LaunchRequest.objects.get().decided_via == "api"


def test_deciding_takes_the_scope_of_an_admin(caller: Caller, asked: dict[str, Any]) -> None:
    small = caller.with_scopes(Scope.LAUNCH)
    for act in ("approve", "trim", "decline"):
        assert small.post(f"/requests/{asked['id']}/{act}", {"reason": "x"}).status_code == 403
    assert small.post(f"/requests/{asked['id']}/withdraw").status_code == 200
