"""The inbox and the acts in a browser, the connection's page, the overview and the navigation."""

from __future__ import annotations

import html
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gpuconsole.accounts.models import TeamRole
from gpuconsole.connections import services as connections
from gpuconsole.connections.models import Connection
from gpuconsole.core.errors import Refused
from gpuconsole.inventory.models import Finding, FindingKind, FindingState, InventoryReading, Mark
from gpuconsole.projects.models import ExchangeRate, ProjectRole
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab, make_user
from tests.inventory.far import ghost_of, make_finding


@pytest.fixture
def admin(lab: Lab) -> Client:
    return signed_in(lab.owner)


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")  # type: ignore[arg-type]
    return client


def read(client: Client, url: str) -> str:
    return html.unescape(" ".join(client.get(url).content.decode().split()))


def test_the_dearest_comes_first_across_currencies_and_what_nobody_priced_before_what_is_free(
    lab: Lab, admin: Client
) -> None:
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate=2, on=timezone.localdate(), source="test")
    job = lab.workload("baseten")
    for name, price, currency in (("free", 0, "USD"), ("dear", 3, "EUR"), ("cheap", 5, "USD"), ("unknown", None, "")):
        make_finding(job, name=name, hourly_price=price, hourly_now=price, currency=currency)
    page = read(admin, "/reconcile/")
    names = ("free", "dear", "cheap", "unknown")
    assert sorted(names, key=lambda name: page.index(f">{name}</a>")) == ["dear", "cheap", "unknown", "free"]
    assert "€3.00 + $5.00" in page and "1 not priced" in page


def test_views_and_filters_narrow_and_an_empty_one_says_so(lab: Lab, admin: Client) -> None:
    job = lab.workload("baseten")
    make_finding(job, name="by-hand")
    make_finding(job, name="of-another", mark=Mark.OTHER, deployment="0the")
    aside = timezone.now() + timedelta(days=3)
    make_finding(job, name="left-alone", state=FindingState.IGNORED, ignored_until=aside)
    over = timezone.now() - timedelta(days=3)
    make_finding(job, name="back-again", state=FindingState.IGNORED, ignored_until=over)
    make_finding(job, name="long-gone", state=FindingState.CLOSED, closed_at=over, how_closed="ended")
    make_finding(job, name="seen-once", state=FindingState.SEEN)
    expected = {
        "": {"by-hand", "back-again"},
        "?view=others": {"of-another"},
        "?view=ignored": {"left-alone"},
        "?view=closed": {"long-gone"},
        "?kind=drift": set[str](),
        f"?connection={job.connection.public_id}": {"by-hand", "back-again"},
        f"?connection={lab.connections['cortecs'].public_id}": set[str](),
    }
    names = {"by-hand", "of-another", "left-alone", "back-again", "long-gone", "seen-once"}
    for query, wanted in expected.items():
        page = read(admin, f"/reconcile/{query}")
        assert {name for name in names if f">{name}</a>" in page} == wanted, query
        assert ("Nothing matches" in page) == (not wanted)
    assert "Both sides agree" not in page
    Finding.objects.all().delete()
    assert "Both sides agree" in read(admin, "/reconcile/")


def test_the_list_asks_as_often_for_many_as_for_one(lab: Lab, admin: Client) -> None:
    job = lab.workload("baseten")
    make_finding(job, workload=job)
    admin.get("/reconcile/")
    with CaptureQueriesContext(database) as few:
        admin.get("/reconcile/")
    for number in range(20):
        kind = (FindingKind.STRAY, FindingKind.DRIFT)[number % 2]
        make_finding(job, kind, workload=job, remote_id=f"r{number}", name=f"n{number}")
    with CaptureQueriesContext(database) as many:
        admin.get("/reconcile/")
    assert len(many) == len(few)


def test_a_poll_of_an_unchanged_inbox_is_answered_without_a_look(lab: Lab, admin: Client) -> None:
    answer = admin.get("/reconcile/")
    stamp = answer.context["stamp"]
    assert admin.get("/reconcile/", {"v": stamp}, headers={"HX-Request": "true"}).status_code == 204


def test_members_are_told_of_their_own_work_only(lab: Lab) -> None:
    job = lab.workload("baseten")
    make_finding(job, name="by-hand")
    make_finding(job, name="of-our-job", workload=job)
    member = signed_in(make_user(lab.team, project=ProjectRole.MEMBER))
    page = read(member, "/reconcile/")
    assert ">of-our-job</a>" in page and ">by-hand</a>" not in page
    assert "Check now" not in page and "Adopt…" not in page


def test_adopting_shows_what_it_means_and_leads_to_the_work(lab: Lab, admin: Client) -> None:
    found = make_finding(lab.workload("baseten"), name="by-hand", token="")
    url = f"/reconcile/{found.public_id}/adopt/"
    page = read(admin, f"{url}?project=project&stop_after_h=10")
    assert "At most, from its start" in page and "$156." in page, "twelve hours at 13 dollars"
    answer = admin.post(url, {"project": "project", "name": "mine now", "stop_after_h": "10"})
    row = Workload.objects.get(name="mine now")
    assert answer["Location"] == row.get_absolute_url()
    shown = read(admin, row.get_absolute_url())
    assert "Adopted; running since" in shown
    assert "What it was launched with is not known here." in read(admin, f"{row.get_absolute_url()}spec/")
    assert "It was adopted as it ran" in read(admin, f"/launch/baseten/job/?clone={row.public_id}")


def test_a_latest_end_that_is_missing_is_asked_for_beside_its_field(lab: Lab, admin: Client) -> None:
    lab.project.may_never_end = False
    lab.project.save()
    found = make_finding(lab.workload("baseten", stop_after_s=3600), name="by-hand")
    answer = admin.post(f"/reconcile/{found.public_id}/adopt/", {"project": "project", "name": "kept as typed"})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422 and "say after how long it is to be stopped" in page and "kept as typed" in page


def test_terminate_wants_the_name_and_shows_its_progress(lab: Lab, admin: Client) -> None:
    found = make_finding(lab.workload("baseten"), name="by-hand")
    url = f"/reconcile/{found.public_id}/terminate/"
    assert admin.post(url, {"confirm_name": "something"}).status_code == 422
    assert admin.post(url, {"confirm_name": "by-hand"}).status_code == 302
    page = read(admin, f"/reconcile/{found.public_id}/")
    assert "Its end is asked for" in page and "Ask again now" in page and "Adopt…" not in page


def test_ignoring_wants_a_reason_and_a_day_that_lies_ahead(lab: Lab, admin: Client) -> None:
    found = make_finding(lab.workload("baseten"), name="by-hand")
    url = f"/reconcile/{found.public_id}/ignore/"
    assert "Pick a day that lies ahead" in admin.post(url, {"reason": "demo", "until": "2020-01-01"}).content.decode()
    assert admin.post(url, {"reason": "  ", "until": f"{timezone.localdate() + timedelta(days=2)}"}).status_code == 422
    answer = admin.post(url, {"reason": "a demo", "until": f"{timezone.localdate() + timedelta(days=2)}"})
    assert answer.status_code == 302
    page = read(admin, f"/reconcile/{found.public_id}/")
    assert "“a demo”" in page and "Stop ignoring" in page
    admin.post(f"/reconcile/{found.public_id}/take-back/")
    assert "Ignore…" in read(admin, f"/reconcile/{found.public_id}/")


def test_lost_work_is_marked_as_ended_by_the_teams_admins_alone(lab: Lab, admin: Client) -> None:
    found = ghost_of(lab.workload("baseten", State.LOST))
    of_project = signed_in(make_user(lab.team, project=ProjectRole.ADMIN))
    url = f"/reconcile/{found.public_id}/ended/"
    assert of_project.get(url).status_code == 403 and "Mark as ended" not in read(of_project, url[:-6])
    assert "Counted until now" in read(admin, url)
    assert admin.post(url, {"until": "now", "why": "I looked"}).status_code == 302
    assert Workload.objects.get().state == State.CANCELLED


def test_the_connections_tell_their_inventory_and_ask_for_another(lab: Lab, admin: Client) -> None:
    job = lab.workload("baseten")
    make_finding(job)
    InventoryReading.objects.create(connection=job.connection, read_at=timezone.now(), listed=1234, live=7)
    page = read(admin, f"/connections/{job.connection.public_id}/")
    assert "1,234, of which 7 live" in page
    assert "1 to review" in read(admin, "/connections/")
    before = timezone.now()
    admin.post("/reconcile/check/", {"connection": job.connection.public_id})
    due = Connection.objects.get(pk=job.connection_id)
    assert due.next_inventory_at and due.next_inventory_at >= before and due.due_at == due.next_inventory_at
    admin.post("/reconcile/check/")
    assert Connection.objects.filter(next_inventory_at__gte=before).count() == len(lab.connections)


def test_the_overview_tells_the_unexplained_apart_and_names_the_dearest(lab: Lab, admin: Client) -> None:
    job = lab.workload("baseten")
    make_finding(job, name="by-hand", hourly_now=Decimal("4.5"))
    make_finding(job, name="of-another", hourly_now=Decimal(100), mark=Mark.OTHER)
    page = read(admin, "/")
    assert "$4.50 per hour unexplained" in page
    assert '<div class="kpi-value">$13.00 <small>per hour</small>' in page, "as before, without the stray"
    assert "by-hand</b> may be orphaned" in page and "of-another" not in page
    assert "unexplained" not in read(admin, "/?project=project")


def test_the_navigation_counts_what_needs_this_person(lab: Lab, admin: Client) -> None:
    job = lab.workload("baseten")
    make_finding(job, name="a")
    make_finding(job, name="b", mark=Mark.OTHER)
    found = next(item for item in admin.get("/jobs/").context["shell"].nav if item.url == "/reconcile/")
    assert found.count == 1
    outsider = signed_in(make_user(lab.team, TeamRole.MEMBER))
    found = next(item for item in outsider.get("/jobs/").context["shell"].nav if item.url == "/reconcile/")
    assert not found.count


def test_names_and_answers_of_a_provider_are_shown_as_text(lab: Lab, admin: Client) -> None:
    found = make_finding(lab.workload("baseten"), name="<script>x</script>", remote={"name": "<b>bold</b>"})
    for url in ("/reconcile/", f"/reconcile/{found.public_id}/", f"/reconcile/{found.public_id}/terminate/"):
        content = admin.get(url).content.decode()
        assert "<script>x" not in content and "<b>bold" not in content


def test_a_connection_stays_while_a_stray_is_ended_through_it_and_takes_the_others_along(lab: Lab) -> None:
    job = lab.workload("baseten", State.FAILED)
    found = make_finding(job, name="on-its-way-out", state=FindingState.ENDING)
    with pytest.raises(Refused) as no:
        connections.remove(connection=job.connection, by=lab.owner)
    assert no.value.details == ("on-its-way-out (being ended)",)
    Finding.objects.filter(pk=found.pk).update(state=FindingState.OPEN)
    connections.remove(connection=job.connection, by=lab.owner)
    assert not Finding.objects.alarming(timezone.now()).exists()
