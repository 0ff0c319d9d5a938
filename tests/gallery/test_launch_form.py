"""The real launch forms in a browser: what script adds while they are filled in, on a wide screen and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.test import Client
from playwright.sync_api import Page, expect

from gpuconsole.projects import secrets
from tests.core.spec_forms.dotenv_cases import CASES
from tests.gallery.test_gallery import opened
from tests.workloads.launch.conftest import Desk, make_desk

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]

JOB = "training_job"
VARIABLES = f"{JOB}.runtime.environment_variables"
PASTE = """(input, text) => {
    const data = new DataTransfer();
    data.setData("text", text);
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def desk(db: None, page: Page, live_server: Any) -> Desk:
    made = make_desk(Client())
    cookie = {"name": "sessionid", "value": made.client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.set_default_timeout(10_000)
    return made


def unexpected(complaints: list[str]) -> list[str]:
    """What is no request that a newer one, or leaving the page, cut off."""
    return [text for text in complaints if not text.startswith(("htmx:afterRequest", "htmx:sendAbort"))]


def named(page: Page, name: str) -> Any:
    return page.locator(f'[name="{name}"]').last  # a switch has a hidden input before it


def test_a_wrong_field_is_told_on_leaving_and_forgiven_at_once(desk: Desk, page: Page, live_server: Any) -> None:
    complaints = opened(page, live_server, desk.url("baseten"))
    section = page.locator("details.section", has=page.get_by_role("heading", name="Weights", exact=True))
    section.locator("summary").first.click()
    page.get_by_role("button", name="Add weight").click()
    place = named(page, f"{JOB}.weights.0.mount_location")
    place.press_sequentially("models/reward")
    page.wait_for_timeout(400)
    expect(place).not_to_have_attribute("aria-invalid", "true")  # never while typing the first time
    place.blur()
    expect(place).to_have_attribute("aria-invalid", "true")
    expect(section.locator(".badge")).to_have_text("1 to fix")
    expect(page.locator("#live-label")).to_contain_text("Draft saved")
    section.locator("summary").first.click()
    page.locator("#launch-button").press("Enter")  # leads to the first problem, in a section that opens for it
    expect(place).to_be_focused()
    place.fill("/models/reward")
    expect(place).not_to_have_attribute("aria-invalid", "true")
    expect(section.locator(".badge")).to_have_count(0)
    assert not unexpected(complaints)


def test_rows_units_and_resets_answer_while_one_types(desk: Desk, page: Page, live_server: Any) -> None:
    complaints = opened(page, live_server, desk.url("otoy"))
    page.locator('[name="task"][value="BATCH"]').check()
    run = named(page, "max_timeout_run_ms")
    named(page, "max_timeout_run_ms.unit").select_option("h")
    run.press_sequentially("4")
    expect(page.locator("#f-max_timeout_run_ms-help")).to_have_text("Sends 14\u202f400\u202f000 ms. At least 1 min.")
    retries = named(page, "max_retry_count")
    arrow = page.get_by_role("button", name="Reset Retries")
    expect(arrow).to_be_hidden()
    retries.fill("2")
    arrow.click()
    expect(retries).to_have_value("")
    expect(retries).to_be_focused()

    page.goto(f"{live_server.url}{desk.url('baseten')}")
    page.wait_for_selector("html[data-script=on]")
    rows = page.locator(f'[data-rows="{VARIABLES}"]')
    rows.get_by_role("button", name="Add variable").click()
    keys, values = rows.locator("[data-rows-list] [data-cell=key]"), rows.locator("[data-rows-list] [data-cell=value]")
    keys.first.evaluate(PASTE, "# mine\nexport A=1\r\nB='two words'\nno pair\n")
    expect(keys).to_have_count(2)
    assert [values.nth(n).input_value() for n in range(2)] == ["1", "two words"]
    expect(rows.locator("textarea[name$='.paste']")).to_have_value("no pair")
    rows.locator("textarea[name$='.paste']").fill("")
    page.wait_for_timeout(100)
    named(page, f"{VARIABLES}.1.kind").press("Enter")  # the last cell of the last row
    expect(keys).to_have_count(3)
    expect(keys.last).to_be_focused()
    keys.last.fill("HF_TOKEN")
    page.keyboard.press("Tab")
    page.keyboard.type("hf_abcdefghijklmnopqrstuvwx")
    keys.first.focus()
    keys.first.fill("")
    values.first.fill("")
    page.keyboard.press("Escape")
    named(page, f"{JOB}.name").focus()
    expect(keys).to_have_count(2)  # the emptied row went
    rows.get_by_role("button", name="Store it as a secret").click()
    expect(rows.locator("select[name$='.secret']").last).to_have_value("HF_TOKEN")
    assert secrets.names(desk.project) == ["HF_TOKEN"]
    said = page.evaluate(
        "async texts => { const { read } = await import('/static/js/dotenv.js'); return texts.map(read) }",
        [text for text, _, _ in CASES],
    )
    assert [(one["pairs"], one["left"]) for one in said] == [(pairs, left) for _, pairs, left in CASES]
    assert not unexpected(complaints)


def test_the_rail_is_in_reach_on_every_screen(
    desk: Desk, page: Page, live_server: Any, shoot: Callable[[str], None]
) -> None:
    desk.post("baseten", "draft/", desk.fill("baseten"))
    complaints = opened(page, live_server, desk.url("baseten"))
    box = page.locator("#launch-button").bounding_box()
    assert box and box["y"] + box["height"] <= 900  # in view without scrolling
    page.mouse.wheel(0, 900)
    page.wait_for_timeout(150)
    assert page.locator("#launch-rail").bounding_box()["y"] == 76  # type: ignore[index]
    page.get_by_role("link", name="Discard this draft…").click()
    expect(page.get_by_role("link", name="Keep the draft")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Discard your Baseten training job draft?")).to_be_hidden()
    expect(page.get_by_role("link", name="Discard this draft…")).to_be_focused()
    page.set_viewport_size({"width": 390, "height": 900})
    bar = page.locator("#launch-bar")
    assert bar.bounding_box()["height"] == 64  # type: ignore[index]
    expect(bar.get_by_role("button", name="Launch")).to_be_visible()
    bar.get_by_text("per hour").click()
    expect(page.locator("#launch-rail .checks")).to_be_visible()
    shoot("launch-sheet-390")
    findings = Axe().run(page)
    assert findings.violations_count == 0, findings.generate_report()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator("#launch-rail")).to_be_hidden()
    assert not unexpected(complaints)
