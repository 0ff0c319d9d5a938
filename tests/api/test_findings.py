"""Findings over the API: listed by what they cost, settled once, and inventories on demand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gpuconsole.accounts.models import Scope
from gpuconsole.inventory.models import Finding, FindingState
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.api.conftest import Caller
from tests.inventory.far import ghost_of, make_finding


@pytest.fixture
def stray(caller: Caller) -> Finding:
    return make_finding(caller.lab.workload("baseten", name="ours"), name="by-hand", remote={"id": "tj-1"})


def test_they_are_listed_with_price_mark_and_page(caller: Caller, stray: Finding) -> None:
    cheap = make_finding(caller.lab.workload("cortecs"), name="cheap")
    found = caller.get("/findings").json()["items"]
    assert [one["id"] for one in found] == [stray.public_id, cheap.public_id]
    first = found[0]
    assert first["hourly"] == {"amount": "13.000000", "currency": "USD"} and first["mark"] == "none"
    assert first["url"].endswith(f"/reconcile/{stray.public_id}/") and first["workload"] is None
    assert caller.get("/findings", kind="drift").json()["items"] == []
    assert caller.get("/findings", view="ignored").json()["items"] == []
    page = caller.get("/findings", limit=1).json()
    assert caller.get("/findings", limit=1, after=page["older"]).json()["items"][0]["id"] == cheap.public_id
    detail = caller.get(f"/findings/{stray.public_id}").json()
    assert detail["remote"] == {"id": "tj-1"} and detail["story"][0]["text"] == "First seen"


def test_adopting_gives_the_workload_and_again_the_same(caller: Caller, stray: Finding) -> None:
    asked = {"project": caller.lab.project.slug, "name": "mine", "stop_after_s": 3600}
    done = caller.post(f"/findings/{stray.public_id}/adopt", asked)
    assert done.status_code == 200, done.content
    row = Workload.objects.get(public_id=done.json()["workload"])
    assert (row.name, row.state, done.json()["how_closed"]) == ("mine", State.RUNNING, "adopted")
    again = caller.post(f"/findings/{stray.public_id}/adopt", asked)
    assert again.json()["workload"] == row.public_id and Workload.objects.count() == 2
    assert caller.get(f"/workloads/{row.public_id}").json()["spec"] == {}
    assert caller.post(f"/workloads/{row.public_id}/stop").status_code == 200


def test_what_is_wrong_stands_at_its_field(caller: Caller, stray: Finding) -> None:
    caller.lab.project.may_never_end = False
    caller.lab.project.save()
    for body, path in (
        ({}, "project"),
        ({"project": "nowhere"}, "project"),
        ({"project": caller.lab.project.slug}, "stop_after_s"),
        ({"project": caller.lab.project.slug, "stop_after_s": 5}, "stop_after_s"),
    ):
        answer = caller.post(f"/findings/{stray.public_id}/adopt", body)
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path), body
    late = {"reason": "x", "until": "2020-01-01T00:00:00Z"}
    answer = caller.post(f"/findings/{stray.public_id}/ignore", late)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "until")


def test_ending_ignoring_and_taking_back(caller: Caller, stray: Finding) -> None:
    until = f"{timezone.now() + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
    at = f"/findings/{stray.public_id}"
    assert caller.post(f"{at}/ignore", {"reason": "A demo", "until": until}).json()["state"] == "ignored"
    assert caller.post(f"{at}/take-back").json()["state"] == "open"
    assert caller.post(f"{at}/terminate").json()["state"] == "ending"
    assert caller.post(f"{at}/terminate").status_code == 200
    busy = caller.post(f"{at}/ignore", {"reason": "A demo", "until": until})
    assert (busy.status_code, busy.json()["code"]) == (409, "busy")
    Finding.objects.update(state=FindingState.CLOSED, how_closed="terminated", proof="Gone.")
    assert caller.post(f"{at}/terminate").json()["code"] == "closed"


def test_lost_work_is_marked_as_ended(caller: Caller) -> None:
    found = ghost_of(caller.lab.workload("baseten", State.LOST))
    done = caller.post(f"/findings/{found.public_id}/mark-ended", {"until": "now", "why": "I looked."})
    assert (done.status_code, done.json()["how_closed"]) == (200, "marked")
    assert Workload.objects.get().state == State.CANCELLED
    wrong = caller.post(f"/findings/{found.public_id}/adopt", {"project": caller.lab.project.slug})
    assert wrong.json()["code"] == "wrong_kind"


def test_an_inventory_is_told_and_asked_for(caller: Caller, stray: Finding) -> None:
    at = f"/connections/{stray.connection.public_id}/inventory"
    assert caller.get(at).json() | {"read_at": None} == {
        "connection": stray.connection.public_id,
        "read_at": None,
        "listed": 0,
        "live": 0,
        "findings": 1,
    }
    assert caller.post(at).status_code == 200
    stray.connection.refresh_from_db()
    assert stray.connection.next_inventory_at is not None


def test_acts_need_the_admin_scope(caller: Caller, stray: Finding) -> None:
    reader = caller.with_scopes(Scope.LAUNCH)
    assert reader.get("/findings").json()["items"] == [], "a token without it sees what its projects' people see"
    assert reader.post(f"/findings/{stray.public_id}/terminate").status_code == 403
