"""Every component and state in a real browser: nothing breaks the policy, nothing overflows, nothing is unreadable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, ConsoleMessage, Page

pytestmark = [pytest.mark.gallery, pytest.mark.usefixtures("_gallery_urls")]

PAGES = ["vocabulary", "jobs", "job", "launch", "places"]
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = [1440, 1100, 720, 390]


def is_ours(message: ConsoleMessage) -> bool:
    return message.type == "error" and not message.location["url"].endswith("/favicon.ico")  # the browser's own wish


def opened(page: Page, live_server: Any, path: str, *, width: int = 1440) -> list[str]:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if is_ours(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}{path}")
    page.wait_for_selector("html[data-script=on]")
    return complaints


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_clean_for_screen_readers_and_the_content_policy(
    page: Page, live_server: Any, shoot: Callable[[str], None], name: str, theme: str
) -> None:
    complaints = opened(page, live_server, f"/gallery/{name}/?theme={theme}")
    shoot(f"{name}-{theme}-1440")
    findings = Axe().run(page, options={"runOnly": RULES})
    assert findings.violations_count == 0, findings.generate_report()
    assert complaints == []
    source = page.request.get(page.url).text()
    assert "style=" not in source
    assert "<style" not in source
    assert "<script>" not in source


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_sticks_out_of_the_page(
    page: Page, live_server: Any, shoot: Callable[[str], None], name: str, width: int
) -> None:
    opened(page, live_server, f"/gallery/{name}/", width=width)
    shoot(f"{name}-light-{width}")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0


def test_markup_in_names_and_answers_is_shown_as_text(page: Page, live_server: Any) -> None:
    opened(page, live_server, "/gallery/jobs/")
    assert page.locator(".table .name b").count() == 0
    assert page.get_by_text('<b>bold</b> & quoted "name"').first.is_visible()
    opened(page, live_server, "/gallery/vocabulary/")
    assert page.get_by_text("<script>alert(1)</script>").is_visible()


def test_without_script_menus_open_and_nothing_useless_is_shown(browser: Browser, live_server: Any) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/gallery/jobs/")
    page.locator("summary[aria-label='Account of Researcher A']").click()
    assert page.get_by_role("button", name="Sign out").is_visible()
    assert not page.locator(".key-hints").is_visible()
    assert not page.locator("#live-label").is_visible()
    page.context.close()


def test_nothing_moves_for_those_who_want_no_motion(page: Page, live_server: Any) -> None:
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    opened(page, live_server, "/gallery/vocabulary/")
    spinner = page.locator(".pill.state-starting .icon").first
    assert spinner.evaluate("icon => getComputedStyle(icon).animationName") == "none"
    pill = page.locator(".pill.state-running").first
    assert pill.evaluate("pill => getComputedStyle(pill).borderTopStyle") == "solid"


def test_the_phone_menu_opens_without_script(browser: Browser, live_server: Any) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    page.goto(f"{live_server.url}/gallery/jobs/")
    assert not page.get_by_role("link", name="Audit log").is_visible()
    page.get_by_role("link", name="More").click()
    assert page.get_by_role("link", name="Audit log").is_visible()
    page.context.close()
