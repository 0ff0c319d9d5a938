"""Presets by API: saved, read, changed, removed, and launched from within their locks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gpuconsole.accounts.models import Scope
from gpuconsole.projects import secrets
from gpuconsole.projects.models import ProjectRole
from gpuconsole.workloads.models import Preset, Workload
from tests.api.conftest import BASE, Caller, _fresh_windows, caller
from tests.contract.samples import sample
from tests.factories import add_to_project, make_token, owner_of
from tests.factories_workloads import make_lab

__all__ = ["_fresh_windows", "caller"]
COUNT = "training_job.compute.accelerator.count"


def body(caller: Caller, slug: str = "baseten", **changed: Any) -> dict[str, Any]:
    """A preset of the provider's sample, shared in the project."""
    connection = caller.lab.connections[slug].public_id
    return {"name": "standard", "project": "project", "connection": connection, "spec": sample(slug)} | changed


def made(caller: Caller, slug: str = "baseten", **changed: Any) -> dict[str, Any]:
    answer = caller.post("/presets", body(caller, slug, **changed))
    assert answer.status_code == 201, answer.content
    told: dict[str, Any] = answer.json()
    return told


def ask(caller: Caller, method: str, path: str, body: Any = None) -> Any:
    call = getattr(Client(), method)
    return call(f"{BASE}{path}", body, content_type="application/json", headers=caller._headers())


def colleague(caller: Caller, role: ProjectRole) -> Caller:
    user = add_to_project(caller.lab.project, role)
    row, token = make_token(caller.lab.team, user)
    return Caller(caller.lab, token, row)


def test_a_preset_is_saved_listed_and_read(caller: Caller) -> None:
    told = made(caller, guards={"stop_after_s": 3600}, labels=["a"], locked=[COUNT], lock_reason="money")

    assert told["spec"] == sample("baseten")
    assert (told["project"], told["by"], told["may_change"]) == ("project", caller.lab.owner.email, True)
    assert (told["locked"], told["lock_reason"]) == ([COUNT], "money")
    assert caller.get(f"/presets/{told['id']}").json() == told
    assert caller.get("/presets").json()["items"] == [told]
    assert caller.get("/presets", provider="cortecs").json()["items"] == []
    assert caller.get("/presets", project="project").json()["items"] == [told]


def test_what_is_given_changes_and_the_rest_stays(caller: Caller) -> None:
    told = made(caller, guards={"stop_after_s": 3600}, labels=["a"])

    changed = ask(caller, "patch", f"/presets/{told['id']}", {"name": "newer", "labels": ["b"], "locked": [COUNT]})

    assert changed.status_code == 200
    new = changed.json()
    assert (new["name"], new["labels"], new["locked"], new["guards"]) == (
        "newer",
        ["b"],
        [COUNT],
        told["guards"],
    )
    assert new["guards"]["stop_after_s"] == 3600
    assert (new["spec"], new["connection"]) == (told["spec"], told["connection"])


def test_a_removed_preset_is_gone(caller: Caller) -> None:
    told = made(caller)
    assert ask(caller, "delete", f"/presets/{told['id']}").status_code == 204
    assert caller.get(f"/presets/{told['id']}").status_code == 404
    assert not Preset.objects.exists()


def test_a_launch_takes_from_the_preset_what_it_leaves_out(caller: Caller) -> None:
    told = made(caller, guards={"stop_after_s": 7200}, labels=["kept"])

    answer = caller.launch({"preset": told["id"]})

    assert answer.status_code == 201, answer.content
    row = Workload.objects.get()
    assert row.spec == sample("baseten")
    assert (row.stop_after_s, row.labels, row.connection.public_id) == (7200, ["kept"], told["connection"])


def test_a_launch_from_a_preset_changes_what_is_not_locked(caller: Caller) -> None:
    told = made(caller, locked=[COUNT, "guards.stop_after_s"], guards={"stop_after_s": 7200})
    spec = sample("baseten")
    spec["training_job"]["name"] = "other"

    answer = caller.launch({"preset": told["id"], "spec": spec, "labels": ["x"], "name": "mine"})

    assert answer.status_code == 201, answer.content
    assert answer.json()["spec"]["training_job"]["name"] == "other"
    assert answer.json()["labels"] == ["x"]


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"count": 4}, f"spec.{COUNT}"),
        ({"guards": {"stop_after_s": 60}}, "guards.stop_after_s"),
        ({"guards": {}}, "guards.stop_after_s"),
    ],
)
@pytest.mark.parametrize("where", ["launch", "preview"])
def test_a_launch_that_changes_a_locked_field_is_refused_at_its_path(
    caller: Caller, changed: dict[str, Any], path: str, where: str
) -> None:
    told = made(caller, locked=[COUNT, "guards.stop_after_s"], guards={"stop_after_s": 7200}, lock_reason="money")
    spec = sample("baseten")
    spec["training_job"]["compute"]["accelerator"]["count"] = changed.get("count", 2)
    guards = {"guards": changed["guards"]} if "guards" in changed else {}

    answer = getattr(caller, where)({"preset": told["id"], "spec": spec, **guards})

    assert (answer.status_code, answer.json()["code"]) == (422, "locked")
    assert answer.json()["errors"][0]["path"] == path
    assert "Locked by the preset standard of Project: money. It must stay" in answer.json()["detail"]
    assert not Workload.objects.exists()


def test_an_incomplete_preset_is_no_launch_by_itself(caller: Caller) -> None:
    spec = {"provider": "baseten", "training_project_name": "p", "training_job": {"runtime": {"start_commands": ["a"]}}}
    told = made(caller, spec=spec)

    answer = caller.launch({"preset": told["id"]})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "spec.training_job.image"


def test_without_a_preset_connection_and_spec_are_required(caller: Caller) -> None:
    answer = caller.launch({"name": "x"})

    assert answer.status_code == 422
    assert {(error["path"], error["message"]) for error in answer.json()["errors"]} == {
        ("connection", "Required."),
        ("spec", "Required."),
    }


def test_a_repeated_launch_from_a_preset_answers_the_first(caller: Caller) -> None:
    told = made(caller)
    first = caller.launch({"preset": told["id"]}, idempotency_key="k")
    ask(caller, "patch", f"/presets/{told['id']}", {"locked": [COUNT]})
    again = caller.launch({"preset": told["id"]}, idempotency_key="k")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


@pytest.mark.parametrize("value", ["pre_none", "", "\u0007"])
def test_an_unknown_preset_is_refused(caller: Caller, value: str) -> None:
    answer = caller.launch(caller.body("cortecs", preset=value))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_preset")


def test_a_preset_of_another_provider_is_refused(caller: Caller) -> None:
    told = made(caller)
    answer = caller.launch(caller.body("cortecs", preset=told["id"]))
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "preset")


def test_a_secrets_value_is_refused_and_its_name_is_kept(caller: Caller) -> None:
    secrets.put(project=caller.lab.project, name="hf_token", value="secret-value", by=caller.lab.owner)
    spec = sample("baseten")
    spec["training_job"]["weights"][0]["auth_secret_name"] = "hf_secret-value"
    answer = caller.post("/presets", body(caller, spec=spec))
    assert (answer.status_code, answer.json()["code"]) == (422, "no_such_secret")
    assert answer.json()["errors"][0]["path"] == "spec.training_job.weights.0.auth_secret_name"
    assert "secret-value" not in answer.content.decode()

    spec["training_job"]["weights"][0]["auth_secret_name"] = "hf_token"
    made(caller, spec=spec)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"spec": {"provider": "nobody"}}, "spec.provider"),
        ({"spec": {}}, "spec.provider"),
        ({"spec": {"provider": ["a"]}}, "spec.provider"),
        ({"connection": "con_none"}, "connection"),
        ({"locked": ["nothing"]}, "locked"),
        ({"name": "  "}, "name"),
        ({"connection": None, "spec": {"provider": "cortecs", "model_id": "a\u0000b"}}, "spec.model_id"),
    ],
)
def test_what_makes_no_preset_is_refused_at_its_path(caller: Caller, changed: dict[str, Any], path: str) -> None:
    answer = caller.post("/presets", body(caller, **changed))
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["path"] == path


def test_a_name_is_taken_once(caller: Caller) -> None:
    made(caller)
    answer = caller.post("/presets", body(caller))
    assert (answer.status_code, answer.json()["code"]) == (422, "name_taken")


@pytest.mark.parametrize(
    ("role", "changes", "saves"),
    [(ProjectRole.VIEWER, 403, 403), (ProjectRole.MEMBER, 403, 403), (ProjectRole.ADMIN, 200, 201)],
)
def test_who_changes_a_projects_preset(caller: Caller, role: ProjectRole, changes: int, saves: int) -> None:
    told, person = made(caller), colleague(caller, role)

    assert person.get(f"/presets/{told['id']}").status_code == 200
    assert ask(person, "patch", f"/presets/{told['id']}", {"name": "new"}).status_code == changes
    assert person.post("/presets", body(caller, name="another")).status_code == saves
    deleted = ask(person, "delete", f"/presets/{told['id']}").status_code
    assert deleted == (204 if changes == 200 else changes)


def test_ones_own_preset_is_nobody_elses(caller: Caller) -> None:
    told = made(caller, project=None)
    for person in (colleague(caller, ProjectRole.ADMIN), _stranger()):
        assert person.get(f"/presets/{told['id']}").status_code == 404
        assert ask(person, "patch", f"/presets/{told['id']}", {"name": "new"}).status_code == 404
        assert ask(person, "delete", f"/presets/{told['id']}").status_code == 404
        assert person.get("/presets").json()["items"] == []


def test_a_strangers_preset_is_not_there(caller: Caller) -> None:
    told, stranger = made(caller), _stranger()
    assert stranger.get(f"/presets/{told['id']}").status_code == 404
    launched = stranger.launch(stranger.body("cortecs", preset=told["id"]))
    assert launched.json()["code"] == "unknown_preset"


def test_a_token_that_only_reads_saves_nothing(caller: Caller) -> None:
    told, reader = made(caller), caller.with_scopes(Scope.READ)
    assert reader.get("/presets").status_code == 200
    assert reader.post("/presets", body(caller, project=None)).status_code == 403
    assert ask(reader, "delete", f"/presets/{told['id']}").status_code == 403


def test_a_token_of_one_project_does_not_see_ones_own_presets(caller: Caller) -> None:
    made(caller, project=None)
    row, token = make_token(caller.lab.team, caller.lab.owner, project=caller.lab.project)
    narrow = Caller(caller.lab, token, row)
    assert narrow.get("/presets").json()["items"] == []
    assert narrow.post("/presets", body(caller, project=None, name="n")).json()["code"] == "needs_project"


def _stranger() -> Caller:
    lab = make_lab("other")
    row, token = make_token(lab.team, owner_of(lab.team))
    return Caller(lab, token, row)
