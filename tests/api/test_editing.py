"""Edit and delete by API: problem details with field paths, keys, and what an answer tells of them."""

from typing import Any

import pytest

from gpuconsole.accounts.models import Scope
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.api.conftest import Caller
from tests.factories import make_project
from tests.workloads.test_editing import there


def edited(caller: Caller, row: Workload, changes: Any, **headers: str) -> Any:
    return caller.post(f"/workloads/{row.public_id}/edit", {"changes": changes}, **headers)


def test_an_edit_is_told_until_the_provider_has_taken_it(caller: Caller) -> None:
    row = there(caller.lab)
    answer = edited(caller, row, {"expandRootDisk": 20})
    assert answer.status_code == 200, answer.content
    assert answer.json()["edit"] == {"changes": {"expandRootDisk": 20}, "is_pending": True, "errors": {}}
    Workload.objects.filter(pk=row.pk).update(intent="", edit_errors={"expandRootDisk": "too much"})
    told = caller.get(f"/workloads/{row.public_id}").json()["edit"]
    assert told == {"changes": {"expandRootDisk": 20}, "is_pending": False, "errors": {"expandRootDisk": "too much"}}
    Workload.objects.filter(pk=row.pk).update(edit={}, edit_errors={})
    assert caller.get(f"/workloads/{row.public_id}").json()["edit"] is None


def test_the_record_is_renamed_moved_and_deleted_by_api(caller: Caller) -> None:
    row, other = there(caller.lab, "baseten"), make_project(caller.lab.team, name="Other")
    at = f"/workloads/{row.public_id}"
    assert caller.patch(at, {"name": "new"}).json()["name"] == "new"
    wrong = caller.patch(at, {"name": "  "})
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "name")
    nowhere = caller.post(f"{at}/project", {"project": "nowhere"})
    assert (nowhere.status_code, nowhere.json()["errors"][0]["path"]) == (422, "project")
    assert caller.post(f"{at}/project", {"project": other.slug}).json()["project"] == other.slug
    assert caller.post(f"{at}/delete-record", {"name": "new"}).status_code == 409
    Workload.objects.filter(pk=row.pk).update(state=State.SUCCEEDED)
    assert caller.post(f"{at}/delete-record", {"name": "old"}).status_code == 422
    assert caller.post(f"{at}/delete-record", {"name": "new"}).status_code == 204
    assert caller.get(at).status_code == 404


def test_every_field_at_fault_is_named(caller: Caller) -> None:
    answer = edited(caller, there(caller.lab), {"ports": [{"port": 70000, "type": "udp"}], "expandRootDisk": -1})
    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == [
        "changes.ports.0.port",
        "changes.ports.0.type",
        "changes.expandRootDisk",
    ]


@pytest.mark.parametrize("body", [{}, {"changes": {}}, {"changes": []}, {"changes": {"priority": 1}, "by": "me"}, None])
def test_a_body_that_says_nothing_is_refused(caller: Caller, body: Any) -> None:
    assert caller.post(f"/workloads/{there(caller.lab).public_id}/edit", body).status_code == 422


def test_what_cannot_be_done_just_now_is_a_conflict(caller: Caller) -> None:
    row = there(caller.lab)
    assert edited(caller, row, {"ports": [{"port": 22, "type": "tcp"}]}).json()["code"] == "nothing_changed"
    assert edited(caller, there(caller.lab, "cortecs"), {"x": 1}).status_code == 409
    running = there(caller.lab, "baseten")
    assert caller.post(f"/workloads/{running.public_id}/delete").status_code == 409


def test_the_key_of_the_last_edit_changes_nothing_again(caller: Caller) -> None:
    row = there(caller.lab)
    edited(caller, row, {"expandRootDisk": 20}, idempotency_key="k1")
    Workload.objects.filter(pk=row.pk).update(intent="", edit={})
    assert edited(caller, row, {"expandRootDisk": 20}, idempotency_key="k1").json()["edit"] is None


def test_delete_answers_with_the_ended_work(caller: Caller) -> None:
    row = there(caller.lab, "fireworks", State.SUCCEEDED)
    answer = caller.post(f"/workloads/{row.public_id}/delete")
    assert (answer.status_code, answer.json()["state"], answer.json()["removed_at"]) == (200, "succeeded", None)


def test_a_token_that_may_only_read_changes_nothing(caller: Caller) -> None:
    row = there(caller.lab)
    assert edited(caller.with_scopes(Scope.READ), row, {"expandRootDisk": 20}).status_code == 403


def test_a_provider_tells_the_schema_of_its_edits(caller: Caller) -> None:
    told = caller.get("/providers/novita").json()["edits"]
    assert set(told["properties"]) == {"ports", "expandRootDisk"}
    assert caller.get("/providers/otoy").json()["edits"] is None


def test_a_patch_gives_other_labels_in_any_state(caller: Caller) -> None:
    row = there(caller.lab, "fireworks", State.SUCCEEDED)
    answer = caller.patch(f"/workloads/{row.public_id}", {"labels": ["kept", "kept", "best"]})
    assert (answer.status_code, answer.json()["labels"]) == (200, ["kept", "best"])
    assert caller.patch(f"/workloads/{row.public_id}", {}).json()["labels"] == ["kept", "best"]
    refused = caller.patch(f"/workloads/{row.public_id}", {"labels": ["x" * 61]})
    assert [error["path"] for error in refused.json()["errors"]] == ["labels.0"]
    assert caller.patch(f"/workloads/{row.public_id}", {"labels": None}).status_code == 422
