"""The frame around every page: without script, on a phone, as an icon rail, in forced colours, without motion."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

pytestmark = pytest.mark.gallery


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


def test_without_script_menus_open_and_nothing_useless_is_shown(plain: Page, live_server: Any) -> None:
    plain.goto(f"{live_server.url}/gallery/jobs/")
    plain.locator("summary[aria-label='Account of Researcher A']").click()
    assert plain.get_by_role("button", name="Sign out").is_visible()
    assert not plain.locator(".key-hints").is_visible()
    assert not plain.locator("#live-label").is_visible()
    plain.set_viewport_size({"width": 390, "height": 800})
    assert not plain.get_by_role("link", name="Audit log").is_visible()
    plain.get_by_role("link", name="More").click()
    assert plain.get_by_role("link", name="Audit log").is_visible()


def test_nothing_moves_for_those_who_want_no_motion(page: Page, live_server: Any) -> None:
    page.emulate_media(reduced_motion="reduce")
    opened(page, live_server, "/gallery/vocabulary/")
    moving = "[...document.querySelectorAll('*')].filter((one) => one.getAnimations({ subtree: false }).length)"
    assert page.evaluate(f"{moving}.map((one) => one.outerHTML.slice(0, 80))") == []
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(f"{moving}.length") > 0  # the spinner and the live dot


def test_forced_colours_leave_an_outline_to_all_that_was_told_by_colour(page: Page, live_server: Any) -> None:
    page.emulate_media(forced_colors="active")
    opened(page, live_server, "/gallery/vocabulary/")
    for drawn in (".pill.state-running", ".pill.state-starting", ".badge", ".button"):
        border = page.locator(drawn).first.evaluate("one => getComputedStyle(one).borderTopStyle")
        assert border in ("solid", "dashed", "outset"), drawn
    switch, dot = (page.locator(one).first for one in (".switch", ".dot.square, .legend .dot"))
    assert switch.evaluate("one => getComputedStyle(one).borderTopStyle") == "solid"
    assert dot.evaluate("one => getComputedStyle(one).forcedColorAdjust") == "none"
    for bar in (".timeline .span", ".meter .fill"):
        assert page.locator(bar).first.evaluate("one => getComputedStyle(one).stroke") != "none", bar
    page.emulate_media(forced_colors="none")


def test_the_icon_rail_names_what_the_pointer_or_the_focus_is_on(page: Page, live_server: Any) -> None:
    opened(page, live_server, "/gallery/jobs/", width=1000)
    catalogue, costs = (page.locator(".nav-item", has_text=name) for name in ("Catalogue", "Costs"))

    def named() -> list[bool]:
        boxes = [item.locator(".label").bounding_box() for item in (catalogue, costs)]
        return [box is not None and box["width"] > 20 for box in boxes]

    assert catalogue.bounding_box()["width"] <= 56 and named() == [False, False]  # type: ignore[index]
    catalogue.hover()
    assert named() == [True, False]
    page.mouse.move(600, 600)
    page.keyboard.press("Tab")
    costs.focus()
    assert named() == [False, True]


def test_a_phone_has_a_bottom_bar_a_low_top_bar_and_cells_that_stay(page: Page, live_server: Any) -> None:
    opened(page, live_server, "/gallery/jobs/", width=390)
    bar = page.get_by_role("navigation", name="Main, small screen")
    assert bar.get_by_role("link").all_inner_texts() == ["Overview", "Jobs", "", "Instances", "More"]
    assert page.locator(".top-bar").bounding_box()["height"] == 52  # type: ignore[index]
    for link in bar.get_by_role("link").all():
        assert link.bounding_box()["height"] >= 36  # type: ignore[index]
