"""Stop everything in the API: look, press, follow, list, ask again, release; and who may not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gpuconsole.accounts.models import Scope, User
from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import Halt, Workload
from gpuconsole.workloads.states import State
from tests.factories import make_token
from tests.workloads.halts.conftest import Scene, confirmed, make_scene

pytestmark = pytest.mark.django_db
URL = "/api/v1/halts"


class Caller:
    """A script with a token."""

    def __init__(self, scene: Scene, user: User, *scopes: Scope, project: Project | None = None) -> None:
        _, text = make_token(scene.lab.team, user, scopes=scopes or tuple(Scope), project=project)
        self.headers = {"Authorization": f"Bearer {text}"}

    def get(self, path: str = "", **query: Any) -> Any:
        return Client().get(f"{URL}{path}", query, headers=self.headers)

    def post(self, path: str = "", body: dict[str, Any] | None = None, **headers: str) -> Any:
        both = {**self.headers, **headers}
        return Client().post(f"{URL}{path}", body or {}, content_type="application/json", headers=both)


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def test_a_whole_halt_by_script(scene: Scene) -> None:
    job = scene.lab.workload("baseten", name="job")
    scene.lab.workload("cortecs", name="machine")
    caller = Caller(scene, scene.lab.owner)

    reach = caller.get("/reach", scope="team").json()
    assert (reach["workloads"], reach["can_rest"], reach["costs"]["hourly"]) == (
        2,
        1,
        {"EUR": "2.400000", "USD": "13.000000"},
    )
    assert (reach["if_stop"], reach["if_terminate"]) == ({"end": 1, "stop": 1}, {"end": 1, "terminate": 1})

    body = {"scope": "team", "instances": "terminate", "hold_launches": True}
    answers = [caller.post("", body, **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    halt = answers[0].json()
    assert answers[1].json()["id"] == halt["id"]
    assert (halt["total"], halt["confirmed"], halt["steps"], halt["is_holding"]) == (2, 0, {"asked": 2}, True)
    assert halt["took_s"] is None and halt["asked_at"] is not None

    confirmed(job)
    entries = caller.get(f"/{halt['id']}/entries").json()["items"]
    assert [(one["name"], one["step"], one["effect"]) for one in entries] == [
        ("job", "confirmed", "end"),
        ("machine", "asked", "terminate"),
    ]
    assert (entries[0]["hourly_before"], entries[0]["confirmed_at"] is None) == ("13.000000", False)
    left = caller.get(f"/{halt['id']}/entries", is_confirmed="false").json()["items"]
    assert [one["id"] for one in left] == [Workload.objects.get(name="machine").public_id]

    found = caller.get(f"/{halt['id']}").json()
    assert (found["confirmed"], found["is_all_confirmed"], found["cost_saved"]["hourly"]) == (
        1,
        False,
        {"USD": "13.000000"},
    )
    assert caller.post(f"/{halt['id']}/again").json()["confirmed"] == 1
    assert caller.post(f"/{halt['id']}/release").json()["is_holding"] is False
    confirmed(Workload.objects.get(name="machine"))
    found = caller.get(f"/{halt['id']}").json()
    assert found["is_all_confirmed"] and found["took_s"] >= 0 and found["cost_now"] == {"hourly": {}, "unknown": 0}
    assert [one["id"] for one in caller.get(scope="team").json()["items"]] == [halt["id"]]
    assert caller.get(scope="mine").json()["items"] == []


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, {"scope", "instances"}),
        ({"scope": "world", "instances": "stop"}, {"scope"}),
        ({"scope": "project", "instances": "stop"}, {"project"}),
        ({"scope": "team", "project": "project", "instances": "stop"}, {"project"}),
        ({"scope": "connection", "project": "x", "instances": "delete"}, {"instances"}),
        ({"scope": "connection", "instances": "stop", "connection": ""}, {"connection"}),
        ({"scope": "mine", "instances": "stop", "hold_launches": True}, {"hold_launches"}),
        ({"scope": "mine", "instances": "stop", "force": True}, {"force"}),
    ],
)
def test_bad_input_names_its_field(scene: Scene, body: dict[str, Any], paths: set[str]) -> None:
    answer = Caller(scene, scene.lab.owner).post("", body)
    assert answer.status_code == 422, answer.content
    assert {error["path"] for error in answer.json()["errors"]} == paths
    assert Halt.objects.count() == 0


def test_nothing_to_stop_is_a_conflict(scene: Scene) -> None:
    answer = Caller(scene, scene.lab.owner).post("", {"scope": "team", "instances": "stop"})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_stop")


def test_a_token_reaches_no_further_than_its_scopes_and_its_project(scene: Scene) -> None:
    owner = scene.lab.owner
    here = scene.lab.workload("baseten", name="here", by=owner)
    there = scene.lab.workload("baseten", name="there", by=owner, project=scene.other)
    mine, team = {"scope": "mine", "instances": "stop"}, {"scope": "team", "instances": "stop"}
    assert Caller(scene, owner, Scope.READ).post("", mine).status_code == 403
    assert Caller(scene, owner, Scope.LAUNCH).post("", team).status_code == 403
    narrow = Caller(scene, owner, project=scene.lab.project)
    assert narrow.post("", team).status_code == 403
    assert narrow.get("/reach", scope="project", project="other").status_code == 404

    halt = narrow.post("", mine).json()

    here.refresh_from_db(), there.refresh_from_db()
    assert (halt["total"], here.state, there.state) == (1, State.STOPPING, State.RUNNING)
    wide = Caller(scene, owner).post("", team).json()
    assert [one["id"] for one in narrow.get().json()["items"]] == [halt["id"]]
    assert narrow.get(f"/{wide['id']}").status_code == 404
