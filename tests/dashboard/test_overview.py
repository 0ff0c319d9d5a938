"""The overview, the first steps and the shell."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gpuconsole.accounts.models import ApiToken
from gpuconsole.connections.models import TICK_S, Connection, Health, HealthTick
from gpuconsole.core import heartbeats
from gpuconsole.core.models import Heartbeat
from gpuconsole.projects.models import ExchangeRate, ProjectRole
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.factories import make_token, set_budget
from tests.factories_workloads import Lab, make_lab, make_user


@pytest.fixture
def lab(db: None) -> Lab:
    return make_lab()


@pytest.fixture
def visitor(lab: Lab) -> Client:
    client = Client()
    client.force_login(lab.owner)
    return client


def text_of(client: Client, url: str = "/") -> str:
    return " ".join(client.get(url).content.decode().split())


def test_a_team_that_launched_nothing_is_led_through_the_first_steps(visitor: Client) -> None:
    answer = visitor.get("/")
    assert answer.status_code == 302 and answer["Location"] == "/setup/"
    assert "3 of 4 done" in text_of(visitor, "/setup/")


def test_active_work_is_drawn_and_what_ended_long_ago_is_not(lab: Lab, visitor: Client) -> None:
    lab.workload("baseten", name="still-runs")
    old = lab.workload("baseten", State.SUCCEEDED, name="long-gone")
    Workload.objects.filter(pk=old.pk).update(
        created_at=timezone.now() - timedelta(days=3), ended_at=timezone.now() - timedelta(days=2)
    )
    page = text_of(visitor)
    assert "still-runs" in page and "long-gone" not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": State.LOST}, "is lost"),
        ({"state": State.STOPPING}, "does not end"),
        ({"state": State.STARTING}, "looks stuck"),
        ({"state": State.SUBMITTING, "reason_code": ReasonCode.NOT_FOUND}, "needs a decision"),
    ],
)
def test_what_needs_a_person_is_said(lab: Lab, visitor: Client, changes: dict[str, str], words: str) -> None:
    job = lab.workload("baseten", name="look-at-me")
    Workload.objects.filter(pk=job.pk).update(state_at=timezone.now() - timedelta(hours=1), **changes)
    assert f"look-at-me</b> {words}" in text_of(visitor)


def test_admins_are_told_that_the_watchdog_is_missed(lab: Lab, visitor: Client) -> None:
    lab.workload("baseten")
    assert "Watchdog" not in text_of(visitor)
    Heartbeat.objects.create(name=heartbeats.TICK, seen_at=timezone.now())
    assert "Watchdog</b> not running" in text_of(visitor)
    member = Client()
    member.force_login(make_user(lab.team, project=ProjectRole.MEMBER))
    assert "Watchdog" not in text_of(member)


def test_a_token_that_is_in_use_is_named_before_it_expires(lab: Lab, visitor: Client) -> None:
    lab.workload("baseten")
    token, _ = make_token(lab.team, lab.owner)
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() + timedelta(days=6, hours=1))
    assert token.name not in text_of(visitor)
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
    assert f"{token.name}</b> expires in 6 days" in text_of(visitor)


def test_mine_leaves_out_what_others_launched(lab: Lab, visitor: Client) -> None:
    job = lab.workload("baseten", name="not-mine")
    Workload.objects.filter(pk=job.pk).update(owner=None)
    assert "not-mine" in text_of(visitor) and "not-mine" not in text_of(visitor, "/?scope=mine")


def test_health_ticks_tell_fine_slow_and_bad_half_hours(lab: Lab, visitor: Client) -> None:
    lab.workload("baseten")
    now = timezone.now()
    newest = now.timestamp() // TICK_S * TICK_S
    for step, failures in enumerate((0, 5, 50)):
        start = timezone.datetime.fromtimestamp(newest - step * TICK_S, now.tzinfo)  # type: ignore[attr-defined]
        HealthTick.objects.create(
            connection=lab.connections["baseten"], starts_at=start, calls=100, failures=failures, spread=[100]
        )
    page = text_of(visitor)
    assert 'class="ok"' in page and 'class="slow"' in page and 'class="bad"' in page and "median 5 ms" in page


def test_the_month_shows_spend_against_the_budget_of_the_scope(lab: Lab, visitor: Client) -> None:
    set_budget(lab.project, 100, lab.team.currency)
    lab.workload("baseten", stop_after_s=3600)
    assert "of $100" in text_of(visitor)


def test_a_polled_overview_is_a_fragment(lab: Lab, visitor: Client) -> None:
    lab.workload("baseten")
    answer = visitor.get("/", {"v": "old"}, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="overview")
    assert answer.status_code == 200 and b"<html" not in answer.content


def test_the_burn_rate_is_in_the_teams_currency_beside_what_is_charged(lab: Lab, visitor: Client) -> None:
    lab.workload("baseten")
    lab.workload("cortecs")
    assert "$13.00 + €2.40" in text_of(visitor)  # no rate is known
    ExchangeRate.objects.create(
        currency="EUR", to_currency="USD", rate="1.5", on=timezone.now().date(), source="a bank"
    )
    page = text_of(visitor)
    assert "$16.60 <small>per hour" in page and "charged as $13.00 + €2.40" in page


def test_a_refused_key_needs_somebody_and_a_viewer_is_offered_no_act(lab: Lab, visitor: Client) -> None:
    Connection.objects.filter(pk=lab.connections["cortecs"].pk).update(health=Health.REFUSED, health_text="401.")
    lab.workload("baseten", State.FAILED, name="broke")
    page = text_of(visitor)
    assert "</b> key is refused" in page and "Clone with changes" in page and "View log" in page
    viewer = Client()
    viewer.force_login(make_user(lab.team, project=ProjectRole.VIEWER))
    assert "broke</b> failed" in text_of(viewer) and "Clone with changes" not in text_of(viewer)
