"""Launches, previews and acts by API: once a key, masked, as the provider documents them, and within the scopes."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from gpuconsole.accounts.models import Scope
from gpuconsole.projects import secrets
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.api.conftest import Caller
from tests.contract.samples import DOCUMENTED_BASETEN
from tests.factories import set_quota


def test_a_launch_answers_the_workload_as_submitting(caller: Caller) -> None:
    body = caller.body("cortecs", labels=["prod"], guards={"stop_after_s": 3600})

    answer = caller.launch(body)

    assert answer.status_code == 201
    told = answer.json()
    row = Workload.objects.get(public_id=told["id"])
    assert (told["state"], told["name"], told["owner"]) == ("submitting", "first", caller.lab.owner.email)
    assert told["spec"] == body["spec"]
    assert told["labels"] == ["prod"]
    assert row.api_token_id == caller.row.pk
    assert row.stop_after_s == 3600
    assert told["price"]["hourly"] == f"{row.hourly_price:f}"


def test_the_documented_baseten_body_is_accepted_as_it_stands(caller: Caller) -> None:
    spec = {"provider": "baseten", "training_project_id": "n4q95w5", **copy.deepcopy(DOCUMENTED_BASETEN)}

    answer = caller.launch(caller.body("baseten", spec=spec))

    assert answer.status_code == 201
    assert answer.json()["spec"] == spec


def test_the_same_key_and_body_answer_the_first_workload(caller: Caller) -> None:
    body = caller.body("cortecs")

    first = caller.launch(body, idempotency_key="k-1")
    again = caller.launch(body, idempotency_key="k-1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert Workload.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(caller: Caller) -> None:
    caller.launch(caller.body("cortecs"), idempotency_key="k-1")

    other = caller.launch(caller.body("cortecs", name="second"), idempotency_key="k-1")

    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert Workload.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a\0b"])
def test_a_key_that_cannot_be_kept_is_told(caller: Caller, key: str) -> None:
    answer = caller.launch(caller.body("cortecs"), idempotency_key=key)

    assert (answer.status_code, [error["path"] for error in answer.json()["errors"]]) == (422, ["Idempotency-Key"])


def test_two_launches_without_a_key_are_two(caller: Caller) -> None:
    assert [caller.launch(caller.body("cortecs")).status_code for _ in range(2)] == [201, 201]
    assert Workload.objects.count() == 2


def test_a_quota_says_no_with_409(caller: Caller) -> None:
    set_quota(caller.lab.project, "gpus", 1)

    answer = caller.launch(caller.body("baseten"))

    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "over_quota")
    assert [problem["path"] for problem in told["errors"]] == ["spec.training_job.compute.accelerator.count"]
    assert "2 GPUs asked; 0 of 1 are in use in this project, so 1 would fit." in told["detail"]
    assert not Workload.objects.exists()


def test_a_preview_shows_the_body_of_the_spec_and_writes_nothing(caller: Caller) -> None:
    spec: Any = {"provider": "baseten", "training_project_id": "n4q95w5", **copy.deepcopy(DOCUMENTED_BASETEN)}

    answer = caller.preview(caller.body("baseten", spec=spec))

    assert answer.status_code == 200
    told = answer.json()
    assert told["request"]["path"] == "/v1/training_projects/n4q95w5/jobs"
    assert told["request"] == told["requests"][-1]
    job = told["request"]["body"]["training_job"]
    assert job.pop("name") == f"gc-…-{spec['training_job'].pop('name')}"
    assert job == spec["training_job"]
    assert "curl --request POST" in told["curl"]
    assert told["estimate"]["hourly"] == {"amount": "13.000000", "currency": "USD"}
    assert not Workload.objects.exists()


def test_no_secret_value_and_no_credentials_stand_in_a_preview(caller: Caller) -> None:
    project, owner = caller.lab.project, caller.lab.owner
    secrets.put(project=project, name="hf_token", value="hf_do-not-show", by=owner)
    body = caller.body("baseten")
    body["spec"]["training_job"]["runtime"]["environment_variables"] = {"HF_TOKEN": {"name": "hf_token"}}

    text = caller.preview(body).content.decode()

    assert "hf_token" in text
    assert "do-not-show" not in text and "sandbox-baseten-key" not in text


def test_a_preview_of_bad_input_names_the_field(caller: Caller) -> None:
    body = caller.body("cortecs")
    body["spec"]["num_workers"] = 9

    answer = caller.preview(body)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "spec.num_workers")


def test_a_read_token_looks_and_launches_nothing(caller: Caller, shelf: dict[str, Workload]) -> None:
    reader = caller.with_scopes(Scope.READ)
    running = shelf["running"].public_id

    assert reader.get(f"/workloads/{running}").status_code == 200
    for answer in (
        reader.launch(caller.body("cortecs")),
        reader.preview(caller.body("cortecs")),
        *(
            reader.post(f"/workloads/{running}/{verb}")
            for verb in ("stop", "start", "restart", "terminate", "retry", "delete")
        ),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_a_launch_token_acts_on_its_owners_work(caller: Caller, shelf: dict[str, Workload]) -> None:
    launcher = caller.with_scopes(Scope.LAUNCH)

    answer = launcher.post(f"/workloads/{shelf['running'].public_id}/stop")

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["cost"]["is_final"]) == ("stopping", False)


@pytest.mark.parametrize(
    ("which", "verb", "status"),
    [
        ("running", "restart", 200),
        ("running", "terminate", 200),
        ("running", "start", 409),
        ("succeeded", "stop", 409),
        ("succeeded", "start", 409),
        ("failed", "retry", 200),
        ("submitting", "stop", 200),
    ],
)
def test_each_verb_fits_its_states(
    caller: Caller, shelf: dict[str, Workload], which: str, verb: str, status: int
) -> None:
    answer = caller.post(f"/workloads/{shelf[which].public_id}/{verb}")

    assert answer.status_code == status, answer.content
    if status == 409:
        assert answer.json()["code"] in ("wrong_state", "no_such_verb", "not_offered")


def test_what_was_never_sent_is_cancelled_at_once(caller: Caller, shelf: dict[str, Workload]) -> None:
    answer = caller.post(f"/workloads/{shelf['submitting'].public_id}/stop")

    assert (answer.json()["state"], answer.json()["is_final"]) == (State.CANCELLED, True)


def test_an_amount_is_never_a_float(caller: Caller) -> None:
    answer = caller.launch(caller.body("baseten"))

    price = json.loads(answer.content, parse_float=lambda text: pytest.fail(f"a float: {text}"))["price"]
    assert isinstance(price["hourly"], str)
