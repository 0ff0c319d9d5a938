"""The costs page in a browser: as the picture has it, in both themes, on a phone, without script, clean for axe."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from gpuconsole.projects.models import ExchangeRate
from gpuconsole.spend import rollup
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories import make_project
from tests.factories_workloads import make_lab, make_user
from tests.gallery.test_gallery import opened
from tests.spend.conftest import HOUR, Book, give_budget

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]
_NAMES = ("chat-post-training", "vision-foundation", "speech-asr", "infra-evals", "rl-agents", "x" * 64)


@pytest.fixture
def book() -> Book:
    """Some weeks of work of six projects and three people, in two currencies, some of it failed or not priced."""
    lab = make_lab("Vision")
    book = Book(lab.team, lab.owner, lab.project, lab.connections)
    now = timezone.now()
    ExchangeRate.objects.create(
        currency="EUR", to_currency="USD", rate="1.1", on=now.date() - timedelta(days=90), source="a bank"
    )
    projects = [make_project(lab.team, name=name, by=lab.owner) for name in _NAMES]
    people = [lab.owner, make_user(lab.team), make_user(lab.team)]
    row = book.used(now - 30 * HOUR, now - 29 * HOUR, price=None)
    for day in range(45):
        for place, project in enumerate(projects):
            start = now - timedelta(days=day, hours=1 + place)
            state = State.FAILED if (day + place) % 7 == 0 else State.SUCCEEDED
            facts = {"project": project, "owner": people[place % 3], "currency": "EUR" if place == 4 else "USD"}
            price = Decimal(30 + 9 * place + (day * 7 + place * 5) % 40)
            if day % 15 == 0:
                row = book.used(start - HOUR, start, price=price, state=state, name=f"run-{day}-{place}", **facts)
            else:
                book.used(start - HOUR, start, price=price, workload=row, project=project)
    Workload.objects.filter(team=lab.team).update(is_sandbox=True)
    book.used(now - 2 * HOUR, None, project=projects[0], name="still-running")
    for project, budget in zip([*projects, lab.project], (1500, 2500, 2000, 2000, 2200, 4000, 100), strict=True):
        give_budget(project, budget)
    rollup.roll_up(lab.team)
    return book


@pytest.fixture
def signed_in(page: Page, live_server: Any, book: Book) -> Page:
    page.context.add_cookies([cookie(live_server, book)])
    return page


def cookie(live_server: Any, book: Book) -> Any:
    client = Client()
    client.force_login(book.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}


def test_the_page_is_clean_in_both_themes_and_at_every_width(signed_in: Page, live_server: Any, shoot: Any) -> None:
    for theme, width, address in (
        ("light", 1440, "/costs/"),
        ("dark", 1440, "/costs/?burn=project&by=provider&table=person"),
        ("light", 390, "/costs/"),
        ("dark", 390, "/costs/?table=workload&step=week"),
        ("light", 720, "/costs/?by=state&table=provider"),
        ("dark", 720, "/account/"),
    ):
        theme_cookie = {"name": "theme", "value": theme, "url": live_server.url}
        signed_in.context.add_cookies([theme_cookie])  # type: ignore[list-item]
        complaints = opened(signed_in, live_server, address, width=width)
        name = f"{address[1:6]}-{theme}-{width}"
        shoot(name)
        findings = Axe().run(signed_in)
        assert findings.violations_count == 0, findings.generate_report()
        assert complaints == [] and "style=" not in signed_in.request.get(signed_in.url).text()
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert signed_in.evaluate(overflow) == 0, name


def test_without_script_months_and_choices_are_plain_links(browser: Browser, live_server: Any, book: Book) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.context.add_cookies([cookie(live_server, book)])
    page.goto(f"{live_server.url}/costs/")
    page.locator(".segmented").get_by_role("link", name="Person").first.click()
    assert "by=person" in page.url
    page.get_by_text("Show as table").first.click()
    assert page.get_by_role("region", name="Bars as a table").is_visible()
    page.locator("summary", has_text=str(timezone.now().year)).first.click()
    page.locator(".menu-list a", has_text=str((timezone.now().replace(day=1) - HOUR).year)).nth(1).click()
    expect(page.get_by_text("the month is over")).to_be_visible()
    assert "month=" in page.url
    page.context.close()
