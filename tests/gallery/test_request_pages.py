"""The pages of launch requests in a browser: in both themes, on a phone, without script, clean for axe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.test import Client
from playwright.sync_api import Browser, Page

from gpuconsole.accounts.models import User
from gpuconsole.workloads.models import LaunchRequest, Via
from gpuconsole.workloads.requests import links, services
from gpuconsole.workloads.requests.links import Answer
from tests.factories import set_budget, set_quota
from tests.gallery.test_gallery import opened
from tests.workloads.requests.conftest import Desk, make_desk

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk() -> Desk:
    desk = make_desk()
    desk.lab.connections["baseten"].__class__.objects.update(is_sandbox=True)
    desk.lab.connections["baseten"].is_sandbox = True
    set_budget(desk.lab.project, 400, "USD", when_spent="ask")
    set_quota(desk.lab.project, "workloads", 10, wide=True)
    gone = desk.ask(name="eval-mmlu-nightly")
    services.decline(request=gone, by=desk.admin, via=Via.PAGE, reason="Use the queue at night.")
    desk.ask(name="llama3-8b-sft-r13", why="The last run for the paper: the deadline is on Monday.")
    desk.ask(name="a-sweep-with-a-rather-long-name-that-nobody-shortened", stop_after_s=40 * 3600)
    return desk


def cookie(live_server: Any, person: User) -> Any:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}


def test_the_pages_are_clean_in_both_themes_and_on_a_phone(
    page: Page, live_server: Any, desk: Desk, shoot: Callable[[str], None]
) -> None:
    page.context.add_cookies([cookie(live_server, desk.admin)])
    dear, waiting, declined = LaunchRequest.objects.order_by("-id")
    for name, theme, width, address in (
        ("list", "light", 1440, "/requests/?view=all"),
        ("list", "dark", 390, "/requests/"),
        ("detail", "light", 1440, f"/requests/{waiting.public_id}/"),
        ("detail", "dark", 1440, f"/requests/{dear.public_id}/"),
        ("detail", "light", 390, f"/requests/{dear.public_id}/"),
        ("declined", "light", 1440, f"/requests/{declined.public_id}/"),
        ("trim", "light", 1440, f"/launch/baseten/job/?request={waiting.public_id}"),
        ("link", "dark", 390, links.path(waiting, Answer.DECLINE, desk.admin)),
    ):
        page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
        complaints = opened(page, live_server, address, width=width)
        shoot(f"request-{name}-{theme}-{width}")
        findings = Axe().run(page)
        assert findings.violations_count == 0, (name, findings.generate_report())
        assert complaints == [], name
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) == 0, (name, width)


def test_a_link_decides_without_script_and_without_signing_in(browser: Browser, live_server: Any, desk: Desk) -> None:
    _, waiting, _ = LaunchRequest.objects.order_by("-id")
    page = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900}).new_page()
    page.goto(live_server.url + links.path(waiting, Answer.APPROVE, desk.admin))
    page.get_by_role("button", name="Approve for up to $13.00").click()
    page.get_by_role("heading", name="Approved").wait_for()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_via) == ("approved", "link")


def test_asking_from_the_launch_form(page: Page, live_server: Any, desk: Desk, shoot: Callable[[str], None]) -> None:
    page.context.add_cookies([cookie(live_server, desk.member)])
    _, waiting, _ = LaunchRequest.objects.order_by("-id")
    services.approve(request=waiting, by=desk.admin, via=Via.PAGE, allowed=waiting.limits)
    waiting.refresh_from_db()
    assert waiting.workload is not None
    complaints = opened(page, live_server, f"/launch/baseten/job/?clone={waiting.workload.public_id}", width=1440)
    button = page.locator("#launch-button")
    assert button.inner_text() == "Ask an admin"
    shoot("request-form-light-1440")
    button.click()
    page.get_by_role("heading", name="Ask an admin to allow").wait_for()
    shoot("request-ask-light-1440")
    findings = Axe().run(page)
    assert findings.violations_count == 0, findings.generate_report()
    page.get_by_label("What is it for?").fill("The last run.")
    page.get_by_role("button", name="Ask an admin").click()
    page.wait_for_url("**/requests/req_*/")
    assert LaunchRequest.objects.latest("id").why == "The last run."
    assert complaints == []
