"""What a person is shown when a request fails: the right page for each way, with the request's id."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from redis.exceptions import ConnectionError as OutOfReach

from gpuconsole import error_pages
from gpuconsole.core.errors import Refused
from gpuconsole.core.rates import TooMany
from tests import factories as make


def answer_to(error: Exception) -> HttpResponse:
    request = RequestFactory().get("/jobs/")
    request.id = "req_42"  # type: ignore[attr-defined]
    try:
        raise error
    except Exception:
        return error_pages.failed(request)


@pytest.mark.parametrize(
    ("error", "status", "words", "wait"),
    [
        (Refused("H100 quota is full.", details=["It needs 2 of 8."]), 409, "It needs 2 of 8.", ""),
        (TooMany(12), 429, "Wait 12 s", "12"),
        (OperationalError("no route"), 503, "A part it needs does not answer", "10"),
        (OutOfReach("no route"), 503, "A part it needs does not answer", "10"),
        (ValueError("no route"), 500, "The error was recorded", ""),
    ],
)
def test_each_failure_has_its_page(error: Exception, status: int, words: str, wait: str) -> None:
    answer = answer_to(error)
    text = answer.content.decode()
    assert (answer.status_code, answer.get("Retry-After", "")) == (status, wait)
    assert words in text and "req_42" in text and "no route" not in text


@pytest.mark.django_db
def test_who_may_not_is_told_who_may_and_a_stranger_is_told_nothing() -> None:
    team = make.make_team()
    member, client = make.add_member(team), Client()
    client.force_login(member)
    refused = client.get("/audit/")
    assert refused.status_code == 403 and make.owner_of(team).display_name in refused.content.decode()
    missing = client.get("/jobs/job_nobody/")
    assert missing.status_code == 404 and "We can't find this job" in missing.content.decode()
    assert make.owner_of(team).display_name not in missing.content.decode()
