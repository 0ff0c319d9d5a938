"""The pages of launch requests, without script: asking, the lists, deciding, trimming in the launch form."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gpuconsole.accounts.models import User
from gpuconsole.core.spec_forms import SpecForm
from gpuconsole.projects import services as projects
from gpuconsole.projects.models import ProjectRole, Quota
from gpuconsole.providers import registry
from gpuconsole.workloads.guards import rails
from gpuconsole.workloads.models import Draft, LaunchRequest, Workload
from tests.factories import make_project, set_budget, set_quota
from tests.factories_workloads import make_spec
from tests.workloads.requests.conftest import Desk

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_FORM = "/launch/baseten/job/"


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend=_BACKEND)
    return client


def filled(desk: Desk, hours: int = 1, **more: Any) -> dict[str, Any]:
    """What a browser posts for the sample launch."""
    spec = {key: value for key, value in make_spec("baseten").wire().items() if key != "provider"}
    guards = {"project": desk.lab.project.slug, "stop_after_s": hours * 3600}
    form = SpecForm.from_wire(registry.get("baseten").spec, spec)
    ours = SpecForm.from_wire(rails("baseten"), {"guards": guards})
    connection = desk.lab.connections["baseten"].public_id
    return {**form.values, **ours.values, "connection": connection, "key": "k" * 20, "tried": "1", **more}


def test_the_form_says_that_an_admin_is_asked_and_the_page_before_it_says_what_he_sees(desk: Desk) -> None:
    set_budget(desk.lab.project, 40, "USD")
    client = browser(desk.member)
    checked = client.post(f"{_FORM}check/", filled(desk)).content.decode()
    assert "Ask an admin</button>" in checked and "An admin must allow it." in checked

    page = client.post(f"{_FORM}launch/", filled(desk))
    text = page.content.decode()
    assert page.templates[0].name == "launch/ask.html"
    assert not LaunchRequest.objects.exists()
    for said in ("2 GPUs asked; 0 of 1", "$13.00", "$40.00 of $40.00 left", "0 of 1 in use", "What is it for?"):
        assert said in text, said

    sent = client.post(f"{_FORM}launch/", filled(desk, asks="1", why="A deadline."))
    request = LaunchRequest.objects.get()
    assert sent["Location"] == f"/requests/{request.public_id}/"
    assert (request.by, request.why, request.name) == (desk.member, "A deadline.", "gpt-oss-job")
    assert client.post(f"{_FORM}launch/", filled(desk, asks="1")).status_code == 302
    assert LaunchRequest.objects.count() == 1
    assert not Draft.objects.exists()


def test_who_was_not_told_is_not_made_to_ask(desk: Desk) -> None:
    """The limit came between the page and the press of a launch that asks once more for its price."""
    answer = browser(desk.member).post(f"{_FORM}launch/", filled(desk, 24, confirmed="1"))
    assert answer.templates[0].name == "launch/ask.html"
    assert not LaunchRequest.objects.exists()


def test_a_request_shows_all_that_a_decision_needs(desk: Desk) -> None:
    set_budget(desk.lab.project, 40, "USD")
    request = desk.ask(why="A deadline.")
    page = browser(desk.admin).get(f"/requests/{request.public_id}/")
    text = page.content.decode()
    for said in (
        *("2 GPUs asked; 0 of 1 are in use", "0 of 1", "$13.00", "$40.00 of $40.00 left", "A deadline."),
        *("/v1/training_projects", "Approve for up to $13.00", "Trim it", "Decline", "2 × H100"),
    ):
        assert said in text, said
    assert "Withdraw</button>" not in text


def test_the_nav_and_the_overview_say_that_one_waits(desk: Desk) -> None:
    request = desk.ask()
    page = browser(desk.admin).get("/requests/")
    nav = next(item for item in page.context["shell"].nav if item.label == "Requests")
    assert (nav.count, nav.hint) == (1, "1 launch request waiting for you")
    mine = browser(desk.member).get("/requests/")
    assert next(item for item in mine.context["shell"].nav if item.label == "Requests").count == 0
    assert mine.context["chosen"] == "mine"
    assert request.name in mine.content.decode()
    Quota.objects.all().delete()
    desk.lab.launch("cortecs")
    shown = browser(desk.admin).get("/").content.decode()
    assert "waits for you" in shown and f"/requests/{request.public_id}/" in shown


def test_approving_leads_to_the_work(desk: Desk) -> None:
    request = desk.ask()
    client = browser(desk.admin)
    assert 'id="approve-reason"' in client.get(f"/requests/{request.public_id}/").content.decode()
    said = {"limit": request.limits, "reason": "For the paper."}
    answer = client.post(f"/requests/{request.public_id}/approve/", said)
    job = Workload.objects.get()
    assert answer["Location"] == f"/jobs/{job.public_id}/"
    text = browser(desk.member).get(f"/requests/{request.public_id}/").content.decode()
    assert "Approved" in text and f"/jobs/{job.public_id}/" in text and "“For the paper.”" in text


def test_a_limit_that_the_page_did_not_show_is_shown_before_it_is_waived(desk: Desk) -> None:
    request, client = desk.ask(), browser(desk.admin)
    set_quota(desk.lab.project, "run_s", 60, consequence="ask")
    answer = client.post(f"/requests/{request.public_id}/approve/", {"limit": request.limits})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "not among those allowed" in text and "runs at most 1 m" in text
    keys = [line.key for line in answer.context["shown"].limits]
    assert client.post(f"/requests/{request.public_id}/approve/", {"limit": keys}).status_code == 302


def test_a_no_without_a_reason_is_told_with_nothing_lost(desk: Desk) -> None:
    request, client = desk.ask(), browser(desk.admin)
    answer = client.post(f"/requests/{request.public_id}/decline/", {"reason": " "})
    assert answer.status_code == 422 and "Say why" in answer.content.decode()
    assert client.post(f"/requests/{request.public_id}/decline/", {"reason": "No."}).status_code == 302
    assert "“No.”" in client.get(f"/requests/{request.public_id}/").content.decode()


def test_the_person_withdraws_and_nobody_else(desk: Desk) -> None:
    request = desk.ask()
    assert browser(desk.admin).post(f"/requests/{request.public_id}/withdraw/").status_code == 403
    assert browser(desk.member).post(f"/requests/{request.public_id}/approve/").status_code == 403
    assert browser(desk.member).post(f"/requests/{request.public_id}/withdraw/").status_code == 302
    request.refresh_from_db()
    assert request.state == "withdrawn"


def test_an_admin_trims_in_the_launch_form(desk: Desk) -> None:
    request, client = desk.ask(), browser(desk.admin)
    opened = client.get(f"{_FORM}?request={request.public_id}").content.decode()
    assert "Trimming" in opened and "Approve with these changes" in opened
    assert f'name="request" value="{request.public_id}"' in opened

    assert f'name="allows" value="{request.limits[0]}"' in opened
    unseen = client.post(f"{_FORM}launch/", filled(desk, 1, request=request.public_id))
    assert unseen.status_code == 422 and "not among those allowed" in unseen.content.decode()
    more = client.post(f"{_FORM}launch/", filled(desk, 2, request=request.public_id, allows=request.limits))
    assert more.status_code == 422 and "may not run longer" in more.content.decode()
    spec = filled(desk, 1, request=request.public_id, allows=request.limits)
    other = make_project(desk.lab.team, by=desk.lab.owner)
    projects.set_role(project=other, user=desk.admin, role=ProjectRole.ADMIN, by=desk.lab.owner)
    moved = client.post(f"{_FORM}launch/", spec | {"guards.project": other.slug})
    assert moved.status_code == 422 and "is charged there" in moved.content.decode()
    answer = client.post(f"{_FORM}launch/", spec | {"guards.stop_after_s": ["0.5"]})
    assert answer.status_code == 302, answer.content.decode()
    request.refresh_from_db()
    assert request.is_trimmed and request.workload is not None
    assert (request.workload.stop_after_s, request.workload.owner) == (1800, desk.member)

    again = client.get(f"{_FORM}?request={request.public_id}").content.decode()
    assert "is decided" in again and "Trimming" not in again
    assert browser(desk.member).get(f"{_FORM}?request={request.public_id}").status_code == 404


@pytest.mark.parametrize("count", [1, 6])
def test_the_list_asks_as_much_for_many_as_for_one(desk: Desk, count: int, django_assert_max_num_queries: Any) -> None:
    for number in range(count):
        desk.ask(name=f"sft-{number}")
    client = browser(desk.admin)
    with django_assert_max_num_queries(26):
        assert len(client.get("/requests/?view=all").context["rows"]) == count
