"""The API's own document is true: schemathesis asks every operation and finds nothing."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from gpuconsole.core.api import ApiInput, ApiSchema
from gpuconsole.providers import registry
from gpuconsole.workloads.models import Workload
from gpuconsole.wsgi import application
from tests.api.conftest import Caller

DOCUMENT = "/api/v1/openapi.json"
TOLD_IN_WORDS = {
    "launch_workload",
    "preview_workload",
    "estimate_workload",
    "list_workloads",
    "list_events",
    "list_offers",
    "list_offer_prices",
    "list_presets",
    "list_findings",
    "list_requests",
    "list_halts",
    "list_halt_entries",
    "look_at_reach",
    "stop_everything",
    "trim_request",
    "list_invoices",
    "import_invoice",
    "get_reconciliation",
    "create_preset",
    *("create_view", "update_view"),
    "get_costs",
    "export_costs",
    "export_focus",
    "update_preset",
    *("extend_workload", "guard_workload"),
    *("add_quota", "change_quota", "add_team_quota", "change_team_quota"),
    *("set_budget", "change_budget", "set_team_budget", "change_team_budget"),
    *("make_webhook", "change_webhook"),
}
"""Rules between fields, how many places an amount has, and a cursor's signature: no JSON Schema can say them, so what
looks valid may be refused."""

schema = schemathesis.openapi.from_wsgi(DOCUMENT, application)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A request in this process must not close the connection that holds the test's transaction."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


BODIES = ("launch_workload", "preview_workload", "estimate_workload")
"""Operations whose bodies hold the spec of a provider: big schemas, drawn few times."""
RULES = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)


OPERATIONS = sorted(
    {found.ok().definition.raw["operationId"] for found in schema.get_all_operations()}.difference(BODIES)
)


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_operation_keeps_its_word(operation_id: str, caller: Caller, shelf: dict[str, Workload]) -> None:
    @settings(RULES, max_examples=20)
    @given(case=schema.find_operation_by_id(operation_id).as_strategy())
    def keeps_its_word(case: schemathesis.Case) -> None:
        ask(case, caller)

    keeps_its_word()


@pytest.mark.parametrize("slug", registry.SLUGS)
@pytest.mark.parametrize("operation_id", BODIES)
def test_launch_and_preview_keep_their_word(operation_id: str, slug: str, caller: Caller) -> None:
    """Drawn from the spec of one provider at a time: the union of all is what makes hypothesis slow."""
    document = copy.deepcopy(schema.raw_schema)
    document["components"]["schemas"]["LaunchIn"]["properties"]["spec"] = {
        "$ref": f"#/components/schemas/{registry.get(slug).spec.__name__}"
    }
    narrowed = schemathesis.openapi.from_dict(document)
    narrowed.app = application

    @settings(RULES, max_examples=3)
    @given(case=narrowed.find_operation_by_id(operation_id).as_strategy())
    def keeps_its_word(case: schemathesis.Case) -> None:
        ask(case, caller)

    keeps_its_word()


def ask(case: schemathesis.Case, caller: Caller) -> None:
    is_told = case.operation.definition.raw["operationId"] not in TOLD_IN_WORDS
    skipped = [] if is_told else [positive_data_acceptance]
    headers = {"Authorization": f"Bearer {caller.token}", "Accept-Encoding": "identity"}  # in process nobody unpacks
    case.call_and_validate(headers=headers, excluded_checks=skipped)


def test_the_document_is_openapi_3_1_with_names_of_its_own(client: Client) -> None:
    document: dict[str, Any] = client.get(DOCUMENT).json()

    assert document["openapi"].startswith("3.1")
    assert all(re.fullmatch(r"[A-Z][A-Za-z]+", name) for name in document["components"]["schemas"])
    specs = {ref["$ref"] for ref in document["components"]["schemas"]["LaunchIn"]["properties"]["spec"]["oneOf"]}
    assert specs == {f"#/components/schemas/{provider.spec.__name__}" for provider in registry.every()}


def test_every_operation_declares_its_problems(client: Client) -> None:
    for path, operations in client.get(DOCUMENT).json()["paths"].items():
        for method, operation in operations.items():
            answers = operation["responses"]
            wanted = {"400", "401", "403", "404", "422", "429"} | ({"409"} if method == "post" else set())
            assert wanted <= set(answers), f"{method} {path}"
            for status in wanted:
                assert list(answers[status]["content"]) == ["application/problem+json"]


def test_every_shape_has_a_name_of_its_own() -> None:
    """Two of one name would take each other's place among the components."""

    def below(shape: type) -> list[type]:
        return [found for one in shape.__subclasses__() for found in (one, *below(one))]

    def inside(kind: Any) -> list[Any]:
        return [kind, *(found for one in get_args(kind) for found in inside(one))]

    shapes = {one for base in (ApiSchema, ApiInput) for one in below(base)}
    kinds = [kind for one in shapes for field in one.model_fields.values() for kind in inside(field.annotation)]
    words = {kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Enum)}
    names = Counter(one.__name__ for one in shapes | words)
    assert len(words) > 5
    assert [name for name, count in names.items() if count > 1] == []
