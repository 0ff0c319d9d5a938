"""Bad input in and around a spec is told by its dotted path, as the caller wrote it (limits: ``test_every_edge``)."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.test import Client

from gpuconsole.providers import registry
from tests.api.conftest import Caller
from tests.contract.mirror import laid_flat
from tests.contract.samples import sample


def paths(answer: Any) -> set[str]:
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return {error["path"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_every_required_field_is_missed_by_its_path(caller: Caller, slug: str) -> None:
    required = [
        path for path, fact in laid_flat(registry.get(slug).spec).items() if fact.is_required and "." not in path
    ]
    body = caller.body(slug, spec={"provider": slug})

    missed = paths(caller.launch(body))

    assert {f"spec.{path}" for path in required if path != "provider"} <= missed


@pytest.mark.parametrize(
    ("variables", "path"),
    [({"HF": 7}, "HF"), ({"HF": {"name": 7}}, "HF.name"), ({"body": 7, "path": "ok"}, "body"), ({"path": 7}, "path")],
)
def test_an_environment_variable_is_told_by_its_name(caller: Caller, variables: dict[str, Any], path: str) -> None:
    body = caller.body("baseten")
    body["spec"]["training_job"]["runtime"]["environment_variables"] = variables

    assert paths(caller.launch(body)) == {f"spec.training_job.runtime.environment_variables.{path}"}


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"name": "a\0b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": 7}, "name"),
        ({"connection": "con_unknown"}, "connection"),
        ({"connection": "a\0b"}, "connection"),
        ({"connection": None}, "connection"),
        ({"guards": {"stop_after_s": 59}}, "guards.stop_after_s"),
        ({"guards": {"stop_after_s": 10**400}}, "guards.stop_after_s"),
        ({"guards": {"stop_after_s": "soon"}}, "guards.stop_after_s"),
        ({"guards": {"stop": 60}}, "guards.stop"),
        ({"guards": []}, "guards"),
        ({"labels": ["ok", ""]}, "labels.1"),
        ({"labels": ["a\0b"]}, "labels.0"),
        ({"labels": ["x"] * 21}, "labels"),
        ({"spec": {}}, "spec"),
        ({"spec": {"provider": "nobody"}}, "spec"),
        ({"spec": []}, "spec"),
        ({"specs": {}}, "specs"),
    ],
)
def test_what_stands_around_the_spec_is_checked_too(caller: Caller, changed: dict[str, Any], path: str) -> None:
    assert path in paths(caller.launch(caller.body("cortecs") | changed))


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
@pytest.mark.parametrize("slug", registry.SLUGS)
def test_text_that_no_database_takes_is_refused_in_unknown_fields_too(caller: Caller, slug: str, text: str) -> None:
    body = caller.body(slug, spec=sample(slug) | {"new_field": {"deep": [text]}})

    assert paths(caller.launch(body)) == {"spec.new_field.deep.0"}


def test_a_connection_to_another_provider_is_told(caller: Caller) -> None:
    body = caller.body("cortecs") | {"connection": caller.lab.connections["baseten"].public_id}

    answer = caller.launch(body)

    assert (answer.json()["code"], paths(answer)) == ("other_provider", {"connection"})


@pytest.mark.parametrize("number", [2**60, 10**40])
@pytest.mark.parametrize(
    ("slug", "path"),
    [
        ("otoy", "max_retry_count"),
        ("otoy", "max_node_count"),
        ("otoy", "max_timeout_run_ms"),
        ("fireworks", "numRanks"),
        ("cortecs", "num_workers"),
        ("novita", "gpuNum"),
        ("baseten", "training_job.compute.node_count"),
    ],
)
def test_a_number_that_is_far_too_large_is_no_mistake_of_ours(
    caller: Caller, slug: str, path: str, number: int
) -> None:
    body = copy.deepcopy(caller.body(slug))
    *parents, last = path.split(".")
    place = body["spec"]
    for key in parents:
        place = place[key]
    place[last] = number

    assert caller.preview(body).status_code in (200, 422)
    assert caller.launch(body).status_code in (201, 409, 422)


def test_an_address_that_is_not_there_answers_as_the_api_does_however_it_is_asked() -> None:
    for method in ("get", "post", "put", "patch", "delete"):
        answer = getattr(Client(enforce_csrf_checks=True), method)("/api/v1/no-such-thing")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json"), method
        assert answer.json()["code"] == "not_found"


def test_what_is_refused_is_said_in_our_words(caller: Caller) -> None:
    patched = caller.patch(f"/projects/{caller.lab.project.slug}", {"name": " "})
    assert patched.json()["errors"] == [{"path": "name", "message": "Give it a name."}]
