"""The API reference in a browser: drawn from our own files under the strict policy, with no outside host."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect
from pytest_django.live_server_helper import LiveServer

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(autouse=True)
def _sync_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright runs a loop in this thread, at which Django would balk."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def chromium(playwright: Playwright) -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
    yield browser
    browser.close()


def test_the_reference_is_drawn_without_a_policy_report_or_another_host(
    live_server: LiveServer, chromium: Browser
) -> None:
    page = chromium.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{live_server.url}/api/docs/")
    expect(
        page.get_by_text("Launch a job or an instance").first.or_(page.locator("#operations-Workloads-launch_workload"))
    ).to_be_visible()
    page.locator("#operations-Workloads-launch_workload .opblock-summary-control").click()
    expect(page.locator("#operations-Workloads-launch_workload").get_by_text("Idempotency-Key").first).to_be_visible()

    assert said == []
    assert not [url for url in asked if not url.startswith((live_server.url, "data:"))]
    assert not [url for url in asked if "csp-report" in url]
    assert page.title() == "API reference · gpuconsole"
    assert page.locator("html").get_attribute("lang") == "en"
