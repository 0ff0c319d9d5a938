"""What ends work, in a browser: the card, its page, the launch form's group, the team's webhook; clean for axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from gpuconsole.notify import news, occasions, webhooks
from gpuconsole.notify.handing_out import hand_out
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.factories_workloads import Lab, make_lab
from tests.gallery.test_gallery import opened

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]
Shoot = Callable[[str], None]


@pytest.fixture
def lab() -> Lab:
    """A guarded job that is idle, one whose end is late, a lost one, and a webhook that did not take something."""
    lab, now = make_lab("Research lab"), timezone.now()
    guards = Guards(stop_at_cost=Decimal(20), idle_after_s=2700)
    idle = lab.workload("baseten", name="vision-finetune-12", stop_after_s=36_000, guards=guards)
    late = lab.workload("baseten", name="asr-large-v4", stop_after_s=36_000)
    lost = lab.workload("cortecs", name="phi-endpoint", stop_after_s=36_000)
    Workload.objects.filter(pk=idle.pk).update(
        state_at=now - timedelta(hours=1),
        billed_since=now - timedelta(hours=1),
        created_at=now - timedelta(hours=1),
        idle_since=now - timedelta(minutes=17),
        measured_at=now,
    )
    Workload.objects.filter(pk=late.pk).update(
        state=State.STOPPING,
        intent="end",
        intent_at=now - timedelta(minutes=17),
        intent_tries=19,
        intent_error="503 Service Unavailable",
        reason_code=ReasonCode.DEADLINE,
        reason_text="Its latest end had come.",
    )
    Workload.objects.filter(pk=lost.pk).update(state=State.LOST, reason_code=ReasonCode.GONE)
    every = [one.slug for one in occasions.CHOICES]
    webhooks.save(team=lab.team, by=lab.owner, url="https://chat.example.com/hooks/gpu", occasions=every, is_on=True)
    news.tell(occasions.LOST, key="k", subject="phi-endpoint is lost", text="Gone.", workload=lost, now=now)
    hand_out(now)
    return lab


@pytest.fixture
def signed_in(page: Page, live_server: Any, lab: Lab) -> Page:
    client = Client()
    client.force_login(lab.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    return page


def test_the_pages_are_clean_in_both_themes_and_on_a_phone(
    signed_in: Page, live_server: Any, lab: Lab, shoot: Shoot
) -> None:
    idle, late = (Workload.objects.get(name=name) for name in ("vision-finetune-12", "asr-large-v4"))
    for name, theme, width, path in (
        ("card", "light", 1440, idle.get_absolute_url()),
        ("card", "dark", 390, idle.get_absolute_url()),
        ("late", "dark", 1440, late.get_absolute_url()),
        ("form", "light", 1440, f"{idle.get_absolute_url()}guards/"),
        ("launch", "light", 1440, "/launch/baseten/job/"),
        ("launch", "dark", 390, "/launch/cortecs/instance/"),
        ("webhook", "light", 1440, "/team/notifications/"),
        ("webhook", "dark", 390, "/team/notifications/"),
        ("overview", "light", 1440, "/"),
        ("jobs", "light", 390, "/jobs/"),
    ):
        theme_cookie = {"name": "theme", "value": theme, "url": live_server.url}
        signed_in.context.add_cookies([theme_cookie])  # type: ignore[list-item]
        complaints = opened(signed_in, live_server, path, width=width)
        shot = f"guards-{name}-{theme}-{width}"
        shoot(shot)
        findings = Axe().run(signed_in)
        assert findings.violations_count == 0, findings.generate_report()
        assert complaints == [], shot
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert signed_in.evaluate(overflow) == 0, shot


def test_one_press_on_the_card_raises_the_cost_and_gives_an_hour(signed_in: Page, live_server: Any) -> None:
    idle = Workload.objects.get(name="vision-finetune-12")
    opened(signed_in, live_server, idle.get_absolute_url())
    signed_in.get_by_role("button", name="Raise to $40.00").click()
    expect(signed_in.locator("#auto-stop")).to_contain_text("$40.00")
    signed_in.get_by_role("button", name="Extend 1 h").click()
    expect(signed_in.locator(".toast")).to_contain_text("ends at")
    before, idle = idle, Workload.objects.get(pk=idle.pk)
    assert before.ends_by and idle.ends_by
    assert (idle.stop_at_cost, idle.ends_by - before.ends_by) == (40, timedelta(hours=1))
