"""The API reference in a browser: drawn from our own files under the strict policy, with no outside host."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.gallery.conftest import browser_type_launch_args

__all__ = ["browser_type_launch_args"]  # the fixture that says which browser

LAUNCH = "#operations-Workloads-launch_workload"


def test_the_reference_is_drawn_without_a_policy_report_or_another_host(page: Page, live_server: LiveServer) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{live_server.url}/api/docs/")
    page.locator(f"{LAUNCH} .opblock-summary-control").click()
    expect(page.locator(LAUNCH).get_by_text("Idempotency-Key").first).to_be_visible()

    assert said == []
    assert not [url for url in asked if not url.startswith((live_server.url, "data:"))]
    assert not [url for url in asked if "csp-report" in url]
    assert page.title() == "API reference · gpuconsole"
    assert page.locator("html").get_attribute("lang") == "en"
