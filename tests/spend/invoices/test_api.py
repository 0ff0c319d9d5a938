"""Invoices by the API: import with mistakes at their paths, list, remove, reconcile."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from gpuconsole.accounts.models import Scope
from gpuconsole.spend.models import Invoice
from tests.factories import make_token
from tests.factories_workloads import Lab, make_lab
from tests.spend.invoices.test_pages import compared
from tests.spend.invoices.words import as_csv, line

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab() -> Lab:
    return make_lab()


class Caller:
    """Speaks to the API with a token."""

    def __init__(self, lab: Lab, *scopes: Scope) -> None:
        token = make_token(lab.team, lab.owner, scopes=scopes or tuple(Scope))[1]
        self._headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        client, address = Client(), f"/api/v1/{path}"
        if method == "get":
            return client.get(address, query, headers=self._headers)
        return client.generic(method.upper(), address, json.dumps(body), "application/json", headers=self._headers)


def test_an_invoice_is_imported_listed_and_removed(lab: Lab) -> None:
    call, connection = Caller(lab), lab.connections["baseten"].public_id
    made = call("post", "invoices", {"connection": connection, "content": as_csv().decode(), "number": "INV-7"})
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["number"], told["lines"], told["source"], told["connection"]) == ("INV-7", 1, "api", connection)
    assert call("get", "invoices").json()["items"] == [told]
    assert call("delete", f"invoices/{told['id']}").status_code == 204
    assert call("delete", f"invoices/{told['id']}").status_code == 404
    assert not Invoice.objects.exists()


def test_mistakes_are_told_at_row_and_column(lab: Lab) -> None:
    content = as_csv(line(), line(resource_id="r2", amount="x")).decode()
    connection = lab.connections["baseten"].public_id
    answer = Caller(lab)("post", "invoices", {"connection": connection, "content": content})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["detail"] == "Nothing was imported."
    assert [error["path"] for error in problem["errors"]] == ["content.3.amount"]
    unknown = Caller(lab)("post", "invoices", {"connection": "con_x", "content": content}).json()
    assert [error["path"] for error in unknown["errors"]] == ["connection"]


def test_the_same_invoice_twice_is_refused(lab: Lab) -> None:
    body = {"connection": lab.connections["baseten"].public_id, "content": as_csv().decode()}
    call = Caller(lab)
    assert call("post", "invoices", body).status_code == 201
    again = call("post", "invoices", body)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")


def test_a_reconciliation_has_figures_as_text_and_unknown_as_null(lab: Lab) -> None:
    job, call = compared(lab), Caller(lab)
    told = call("get", "reconciliation", month="2026-11").json()
    assert (told["month"], told["total"]) == ("2026-11", 2)
    ours = next(row for row in told["items"] if row["workload"] == job.public_id)
    assert (ours["metered"], ours["invoiced"], ours["variance"], ours["reason"]) == (
        "26.000000",
        "28.500000",
        "2.500000",
        "price",
    )
    stranger = next(row for row in told["items"] if row["workload"] is None)
    assert (stranger["metered"], stranger["reason"]) == (None, "unknown")
    assert told["sums"][0]["variance"] == "5.500000"
    narrowed = call("get", "reconciliation", month="2026-11", reason="price", limit=1).json()
    assert [row["workload"] for row in narrowed["items"]] == [job.public_id]


@pytest.mark.parametrize(
    ("query", "path"),
    [({"month": "2026-13"}, "month"), ({"connection": "con_x"}, "connection"), ({"reason": "lunch"}, "reason")],
)
def test_odd_questions_are_refused_at_their_field(lab: Lab, query: dict[str, str], path: str) -> None:
    answer = Caller(lab)("get", "reconciliation", **query)
    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == [path]


def test_a_token_without_the_scope_admin_sees_nothing(lab: Lab) -> None:
    call = Caller(lab, Scope.READ, Scope.LAUNCH)
    assert {call("get", path).status_code for path in ("invoices", "reconciliation")} == {403}
