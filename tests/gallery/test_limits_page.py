"""The page of quotas and budgets in a browser: both themes, a phone, with and without script, clean for axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from gpuconsole.projects.models import Budget, ProjectRole, Quota
from gpuconsole.workloads.limits import alert_rules
from gpuconsole.workloads.limits.alert_rules import AlertTerms
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import State
from tests import factories as make
from tests.factories_workloads import Lab, make_lab
from tests.gallery.test_gallery import opened

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]
PAGE = "/projects/project/settings/quotas/"
Shoot = Callable[[str], None]


@pytest.fixture
def lab() -> Lab:
    """A project with limits of every measure, one of them full, a budget that will not last, people and a token."""
    lab = make_lab("Research lab")
    lab.project.name = "speech-asr"
    lab.project.description = "Streaming and offline speech recognition"
    lab.project.save()
    quotas = (
        ("gpus", 16, {}),
        ("gpus", 8, {"gpu_model": "H100"}),
        ("workloads", 6, {"kind": "job", "each_member": True}),
        ("workloads", 2, {"kind": "instance", "consequence": "ask"}),
        ("run_s", 86_400, {"kind": "job"}),
        ("gpu_hours", 900, {"consequence": "warn"}),
        ("hourly_price", 200, {}),
    )
    spent(lab)
    for _ in range(4):
        lab.workload("baseten", name="asr-conformer-large-v4")
    for measure, limit, terms in quotas:
        make.set_quota(lab.project, measure, limit, **terms)
    make.set_quota(lab.project, "gpus", 40, wide=True)
    make.set_quota(lab.project, "providers", allowed=["baseten", "cortecs", "otoy"])
    make.set_budget(lab.project, 2000, stops_at_120=True)
    make.set_budget(lab.project, 9000, wide=True)
    alert_rules.add(team=lab.team, project=lab.project, terms=AlertTerms(amount=Decimal(100)), by=lab.owner)
    for role in (ProjectRole.ADMIN, ProjectRole.MEMBER, ProjectRole.MEMBER, ProjectRole.VIEWER):
        make.add_to_project(lab.project, role)
    make.make_token(lab.team, lab.owner, project=lab.project)
    Workload.objects.update(is_sandbox=True)
    return lab


def spent(lab: Lab) -> None:
    now = timezone.now()
    job = lab.workload("baseten", State.CANCELLED)
    UsageInterval.objects.bulk_create(
        UsageInterval(
            workload=job,
            project=lab.project,
            started_at=now - timedelta(days=day, hours=1),
            ended_at=now - timedelta(days=day),
            billed_s=3600,
            cost=Decimal(120 + day),
            hourly_price=120 + day,
            currency="USD",
            rounding="second",
        )
        for day in range(14)
    )


def cookie(live_server: Any, lab: Lab) -> Any:
    client = Client()
    client.force_login(lab.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}


@pytest.fixture
def signed_in(page: Page, live_server: Any, lab: Lab) -> Page:
    page.context.add_cookies([cookie(live_server, lab)])
    return page


def test_the_page_is_clean_in_both_themes_and_at_every_width(signed_in: Page, live_server: Any, shoot: Shoot) -> None:
    for name, theme, width, path in (
        ("project", "light", 1440, PAGE),
        ("project", "dark", 1440, f"{PAGE}?add=quota"),
        ("project", "light", 390, PAGE),
        ("project", "dark", 390, f"{PAGE}?add=alert"),
        ("project", "light", 720, PAGE),
        ("team", "light", 1440, "/team/quotas/"),
    ):
        theme_cookie = {"name": "theme", "value": theme, "url": live_server.url}
        signed_in.context.add_cookies([theme_cookie])  # type: ignore[list-item]
        complaints = opened(signed_in, live_server, path, width=width)
        shot = f"limits-{name}-{theme}-{width}"
        shoot(shot)
        findings = Axe().run(signed_in)
        assert findings.violations_count == 0, findings.generate_report()
        assert complaints == [] and "style=" not in signed_in.request.get(signed_in.url).text()
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert signed_in.evaluate(overflow) == 0, shot


def test_a_card_is_saved_in_place_and_what_is_typed_elsewhere_stays(signed_in: Page, live_server: Any) -> None:
    complaints = opened(signed_in, live_server, PAGE)
    gpus = signed_in.get_by_label("GPUs at once, whole project", exact=True)
    signed_in.get_by_label("Monthly budget").fill("2345")
    gpus.fill("-4")
    gpus.press("Enter")
    expect(signed_in.locator("#quotas [role=alert]")).to_contain_text("Nothing was saved")
    expect(gpus).to_have_attribute("aria-invalid", "true")
    gpus.fill("20")
    signed_in.get_by_role("button", name="Save quotas").click()
    expect(signed_in.locator(".toast")).to_contain_text("The quotas were saved")
    expect(signed_in.get_by_label("Monthly budget")).to_have_value("2345")
    assert Quota.objects.filter(limit=20).count() == 1
    gpus.fill("21")
    signed_in.get_by_role("link", name="Add quota").click()
    signed_in.get_by_label("At most").fill("50")
    expect(gpus).to_have_value("21")
    signed_in.get_by_role("button", name="Add quota").click()
    expect(signed_in.locator("#add_measure_error")).to_contain_text("limited there already")
    signed_in.get_by_role("link", name="Discard").click()
    expect(signed_in.get_by_label("At most")).to_have_count(0)
    gpus.fill("1")
    gpus.press("Enter")
    signed_in.get_by_role("button", name="Save all the same").click()
    expect(gpus).to_have_value("1")
    expect(signed_in.locator("#quotas [role=alert]")).to_have_count(0)
    signed_in.get_by_role("button", name="Remove the quota GPUs at once, whole project").click()
    expect(gpus).to_have_count(0)
    assert not Quota.objects.filter(limit__in=(1, 16, 20)).exists()
    assert [line for line in complaints if "422" not in line] == []


def test_without_script_every_card_is_a_plain_form(browser: Browser, live_server: Any, lab: Lab) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.context.add_cookies([cookie(live_server, lab)])
    page.goto(f"{live_server.url}{PAGE}")
    page.get_by_label("Monthly budget").fill("2500")
    page.get_by_role("button", name="Save budget").click()
    assert page.get_by_text("The budget was saved.").is_visible()
    page.get_by_label("At 50 % of budget", exact=True).uncheck()
    page.get_by_role("button", name="Save alerts").click()
    page.get_by_role("link", name="Add quota").click()
    page.get_by_label("At most").fill("3")
    page.get_by_label("For", exact=True).select_option("each")
    page.get_by_role("button", name="Add quota").click()
    page.get_by_role("button", name="Remove the quota GPUs at once, per person").click()
    assert page.get_by_text("no longer limited here").is_visible()
    assert Budget.objects.get(project=lab.project).amount == 2500
    page.context.close()


def test_limits_stand_as_bars_where_work_is_launched_and_watched(
    signed_in: Page, live_server: Any, shoot: Shoot
) -> None:
    for name, path, sentence in (
        ("overview", "/?project=project", "H100 at once: 8 of 8 in use"),
        ("choose", "/launch/?project=project", "H100 at once: 8 of 8 in use"),
        ("form", "/launch/baseten/job/?example=1", "GPUs at once: 8 of 40 in use"),
    ):
        for width in (1440, 390):
            complaints = opened(signed_in, live_server, path, width=width)
            shoot(f"bars-{name}-{width}")
            if name != "form":
                assert signed_in.get_by_role("img", name=sentence).count() == 1
            assert complaints == []
