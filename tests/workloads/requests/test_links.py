"""Signed links: everything on one page, one press, no sign-in; bound to a person, a request and a decision."""

from __future__ import annotations

import contextlib
from datetime import timedelta

from django.core import signing
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from gpuconsole.audit.models import Record
from gpuconsole.core import rates
from gpuconsole.projects.models import ProjectMember, ProjectRole
from gpuconsole.workloads.models import LaunchRequest, Workload
from gpuconsole.workloads.requests import link_views, links
from gpuconsole.workloads.requests.links import Answer
from tests.factories import set_quota
from tests.workloads.requests.conftest import Desk


def path(desk: Desk, request: LaunchRequest, answer: Answer = Answer.APPROVE) -> str:
    cache.clear()
    return links.path(request, answer, desk.admin)


def test_a_link_shows_all_and_acts_by_a_press_without_signing_in(desk: Desk) -> None:
    request = desk.ask(why="A deadline.")
    client, at = Client(enforce_csrf_checks=True), path(desk, request)
    page = client.get(at)
    text = page.content.decode()
    for said in ("2 GPUs asked", "$13.00", "A deadline.", "/v1/training_projects", f"Decide as {desk.admin}"):
        assert said in text, said
    assert "no-store" in page["Cache-Control"]
    assert not Workload.objects.exists()

    assert client.post(at, {"limit": request.limits}).status_code == 403
    token = page.context["csrf_token"]
    done = client.post(at, {"limit": request.limits, "csrfmiddlewaretoken": str(token)})
    assert done.status_code == 200 and "is being launched" in done.content.decode()
    request.refresh_from_db()
    assert (request.state, request.decided_by, request.decided_via) == ("approved", desk.admin, "link")
    record = Record.objects.get(action="request.approve")
    assert (record.user, record.after["via"]) == (desk.admin, "link")


def test_used_once_neither_it_nor_the_other_one_works_again(desk: Desk) -> None:
    request, client = desk.ask(), Client()
    no, yes = path(desk, request, Answer.DECLINE), path(desk, request)
    assert client.post(no, {"reason": ""}).status_code == 422
    assert client.post(no, {"reason": "Too dear."}).status_code == 200
    for at in (no, yes):
        for answer in (client.get(at), client.post(at, {"limit": request.limits, "reason": "x"})):
            assert answer.status_code == 410
            assert f"declined by {desk.admin.display_name}" in answer.content.decode()
    assert not Workload.objects.exists()
    assert Record.objects.filter(action__startswith="request.").count() == 2


def test_a_tampered_link_is_none(desk: Desk) -> None:
    token = path(desk, desk.ask()).rstrip("/").rpartition("/")[2]
    for spoiled in (token[:-2] + "xx", "x" + token, token.split(":")[0], "x", token * 9):
        at = f"/requests/by-link/{spoiled}/"
        assert (Client().get(at).status_code, Client().post(at).status_code) == (404, 404)
    assert LaunchRequest.objects.get().state == "waiting"


def test_what_was_signed_for_something_else_is_no_link(desk: Desk) -> None:
    token = signing.dumps([desk.ask().public_id, "approve", desk.admin.pk], salt="another use")
    assert Client().get(f"/requests/by-link/{token}/").status_code == 404


def test_it_ends_with_the_request(desk: Desk) -> None:
    request = desk.ask()
    past = timezone.now() - timedelta(seconds=1)
    LaunchRequest.objects.update(created_at=past - timedelta(hours=72), expires_at=past)
    answer = Client().post(path(desk, request), {"limit": request.limits})
    assert answer.status_code == 410 and "expired" in answer.content.decode()
    assert not Workload.objects.exists()


def test_it_is_worth_no_more_than_its_admins_role(desk: Desk) -> None:
    request = desk.ask()
    at = path(desk, request)
    ProjectMember.objects.filter(user=desk.admin).update(role=ProjectRole.MEMBER)
    assert Client().post(at, {"limit": request.limits}).status_code == 410
    ProjectMember.objects.filter(user=desk.admin).update(role=ProjectRole.ADMIN)
    desk.admin.is_active = False
    desk.admin.save()
    assert Client().get(at).status_code == 410
    assert LaunchRequest.objects.get().state == "waiting"


def test_it_waives_only_what_its_page_showed(desk: Desk) -> None:
    request = desk.ask()
    set_quota(desk.lab.project, "run_s", 60, consequence="ask")
    answer = Client().post(path(desk, request), {"limit": request.limits})
    assert answer.status_code == 422 and "runs at most 1 m" in answer.content.decode()
    assert not Workload.objects.exists()


def test_links_are_not_to_be_tried_out(desk: Desk) -> None:
    at, client = path(desk, desk.ask()), Client()
    assert client.get(at).status_code == 200
    for _ in range(link_views.LOOKS_A_MINUTE):
        try_out()
    assert client.get(at).status_code == client.post(at).status_code == 429


def try_out() -> None:
    """What a look counts as, without drawing its page."""
    with contextlib.suppress(rates.TooMany):
        rates.spend("request-link:127.0.0.1", limit=link_views.LOOKS_A_MINUTE, window_s=60)
