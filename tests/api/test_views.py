"""Saved views over the API: one's own tabs above the lists."""

from __future__ import annotations

from typing import Any

from gpuconsole.accounts.models import Scope
from tests.api.conftest import Caller
from tests.factories import add_member, make_token

DEAR = {"kind": "job", "name": "Dear OTOY", "query": {"provider": "otoy", "cost": "50", "sort": "-cost"}}


def paths(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.content
    return [error["path"] for error in answer.json()["errors"]]


def test_a_view_is_made_listed_changed_and_removed_by_its_own_person(caller: Caller) -> None:
    made = caller.post("/views", DEAR)
    assert (made.status_code, made.json()) == (201, {**DEAR, "slug": "dear-otoy"})
    assert caller.get("/views", kind="job").json()["items"] == [made.json()]
    assert caller.get("/views", kind="instance").json()["items"] == []
    row, token = make_token(caller.lab.team, add_member(caller.lab.team))
    assert Caller(caller.lab, token, row).get("/views/job/dear-otoy").status_code == 404
    changed = caller.patch("/views/job/dear-otoy", {"name": "Active"}).json()
    assert changed == {**DEAR, "name": "Active", "slug": "active-view"}
    assert caller.patch("/views/job/active-view", {"query": {"q": "sft"}}).json()["query"] == {"q": "sft"}
    reader = caller.with_scopes(Scope.READ)
    assert [reader.delete("/views/job/active-view").status_code, reader.post("/views", DEAR).status_code] == [403, 403]
    assert caller.delete("/views/job/active-view").status_code == 204
    assert caller.get("/views/job/active-view").status_code == 404


def test_what_no_list_reads_and_a_name_that_is_taken_are_told_at_their_fields(caller: Caller) -> None:
    assert paths(caller.post("/views", DEAR | {"query": {"made_up": "x", "state": "open,open"}})) == [
        "query.made_up",
        "query.state",
    ]
    assert paths(caller.post("/views", {"kind": "task", "query": {}})) == ["kind", "name"]
    caller.post("/views", DEAR)
    twice = caller.post("/views", DEAR)
    assert (twice.status_code, twice.json()["code"]) == (422, "taken")
    assert caller.patch("/views/job/dear-otoy", {"name": " "}).json()["errors"][0]["path"] == "name"
