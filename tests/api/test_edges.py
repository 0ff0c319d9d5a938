"""The API's edges: strangers, wrong addresses, methods and bodies, and too much of anything, all as problem details."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gpuconsole.accounts import tokens
from gpuconsole.accounts.api import REQUESTS_A_MINUTE
from gpuconsole.accounts.models import ApiToken
from gpuconsole.api import api
from gpuconsole.core import rates
from tests.api.conftest import BASE, Caller
from tests.factories_workloads import make_lab


def problem_of(answer: Any, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["request_id"] == answer["X-Request-Id"]
    assert told["title"] != "Error"
    return told


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer gpc_wrong", "Basic Zm9vOmJhcg==", "gpc_x", "Bearer gpc_\0", "Bearer ä"]
)
@pytest.mark.django_db
def test_a_call_without_a_valid_token_is_401(header: str) -> None:
    answer = Client().get(f"{BASE}/me", headers={"Authorization": header} if header else {})

    assert problem_of(answer, 401)["code"] == "not_signed_in"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_every_operation_wants_a_token(caller: Caller) -> None:
    for path, operations in api.get_openapi_schema()["paths"].items():
        for method in operations:
            address = path.replace("{slug}", "project").replace("{id}", "job_x")
            answer = Client().generic(method.upper(), address, b"{}", content_type="application/json")
            problem_of(answer, 401)


def test_a_session_is_no_token(caller: Caller) -> None:
    browser = Client()
    browser.force_login(caller.lab.owner, backend="allauth.account.auth_backends.AuthenticationBackend")

    problem_of(browser.get(f"{BASE}/me"), 401)


def test_revoked_expired_and_orphaned_tokens_are_401(caller: Caller) -> None:
    row = caller.row
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    problem_of(caller.get("/me"), 401)
    ApiToken.objects.filter(pk=row.pk).update(expires_at=None)
    assert caller.get("/me").status_code == 200
    tokens.revoke(token=row, by=caller.lab.owner)
    problem_of(caller.get("/me"), 401)


@pytest.mark.parametrize("path", ["", "v1", "v1/", "v1/nothing", "v1/me/", "v2/me", "v1/workloads/x/y/z", "<script>"])
@pytest.mark.django_db
def test_unknown_addresses_answer_json(path: str) -> None:
    problem_of(Client().get(f"/api/{path}"), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/me", "GET"),
        ("DELETE", "/workloads", "GET"),
        ("PUT", "/projects/project/workloads", "POST"),
        ("GET", "/projects/project/workloads", "POST"),
        ("GET", "/workloads/job_x/stop", "POST"),
        ("PUT", "/workloads/job_x", "GET, PATCH"),
    ],
)
def test_a_wrong_method_is_405_and_names_the_right_one(caller: Caller, method: str, path: str, allowed: str) -> None:
    answer = Client().generic(method, f"{BASE}{path}", headers={"Authorization": f"Bearer {caller.token}"})

    problem_of(answer, 405)
    assert {*answer["Allow"].split(", ")} == {*allowed.split(", ")}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nothing",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": "\xff"}',
        b"[" * 100_000,
        b'{"guards": {"stop_after_s": ' + b"9" * 5000 + b"}}",
    ],
    ids=["cut", "word", "nan", "infinity", "latin", "deep", "digits"],
)
def test_a_malformed_body_is_400(caller: Caller, body: bytes) -> None:
    problem_of(_send(caller, body), 400)


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"null", b'"text"'])
def test_a_body_that_is_no_object_is_422(caller: Caller, body: bytes) -> None:
    problem_of(_send(caller, body), 422)


def test_a_huge_body_is_413(caller: Caller) -> None:
    problem_of(_send(caller, b'{"name": "' + b"x" * 3_000_000 + b'"}'), 413)


@pytest.mark.parametrize("path", ["/workloads/{}", "/workloads/{}/events", "/workloads/{}/logs", "/providers/{}"])
@pytest.mark.parametrize("name", ["a%00b", "x" * 501])
def test_a_name_in_the_path_that_no_database_takes_is_422(caller: Caller, path: str, name: str) -> None:
    problem_of(caller.get(path.format(name)), 422)


def test_past_the_rate_limit_it_is_429_with_a_wait(caller: Caller) -> None:
    rates.spend(f"token:{caller.row.pk}", limit=10**9, window_s=60)
    for _ in range(REQUESTS_A_MINUTE):
        rates.spend(f"token:{caller.row.pk}", limit=10**9, window_s=60)

    answer = caller.get("/me")

    assert problem_of(answer, 429)["code"] == "too_many_requests"
    assert 1 <= int(answer["Retry-After"]) <= 61


def test_another_teams_work_is_404_by_every_address(caller: Caller) -> None:
    other = make_lab("other")
    theirs = other.launch("cortecs")

    for tail in ("", "/events", "/logs"):
        problem_of(caller.get(f"/workloads/{theirs.public_id}{tail}"), 404)
    for verb in ("stop", "start", "restart", "terminate", "retry", "delete"):
        problem_of(caller.post(f"/workloads/{theirs.public_id}/{verb}"), 404)
    body = caller.body("cortecs") | {"connection": other.connections["cortecs"].public_id}
    assert problem_of(caller.launch(body), 422)["code"] == "unknown_connection"


def _send(caller: Caller, body: bytes) -> Any:
    headers = {"Authorization": f"Bearer {caller.token}"}
    return Client().post(f"{BASE}/projects/project/workloads", body, content_type="application/json", headers=headers)
