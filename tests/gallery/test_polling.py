"""The polling protocol in a real browser: what is kept, what is said, when it stops, what a lost line looks like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gpuconsole.workloads.states import State
from tests.core.catalogues import speak_german
from tests.gallery.polled import SUBJECT, Subject

pytestmark = pytest.mark.gallery


@pytest.fixture(autouse=True)
def _fresh_subject() -> Iterator[None]:
    SUBJECT.__dict__.update(Subject().__dict__)
    yield
    SUBJECT.__dict__.update(Subject(is_final=True).__dict__)


@pytest.fixture
def polled(page: Page, live_server: Any) -> Page:
    page.set_default_timeout(10_000)
    page.goto(f"{live_server.url}/poll/")
    page.wait_for_selector("html[data-script=on]")
    return page


def change(**values: Any) -> None:
    SUBJECT.__dict__.update(version=SUBJECT.version + 1, **values)


def region_says(page: Page, text: str) -> None:
    expect(page.locator("#region h2")).to_have_text(text, timeout=10_000)


def test_a_change_is_drawn_and_said_and_an_unchanged_region_is_left_alone(polled: Page) -> None:
    polled.evaluate("document.querySelector('#region').dataset.mark = 'same'")
    polled.wait_for_timeout(900)
    assert SUBJECT.asked > 0
    assert polled.locator("#region[data-mark=same]").count() == 1
    change(state=State.RUNNING)
    region_says(polled, "Region 2")
    expect(polled.locator("#say")).to_have_text("sample-job is now running")
    expect(polled.locator("#live-label")).to_contain_text("Live · updated")


def test_a_region_asked_for_while_it_is_being_drawn_is_asked_again(polled: Page) -> None:
    polled.evaluate("""() => document.addEventListener("htmx:afterRequest", () => {
        if (document.querySelector("#region h2").textContent === "Region 2") {
            document.dispatchEvent(new Event("visibilitychange"));
        }
    })""")  # htmx listens to what it has drawn a moment later
    change()
    region_says(polled, "Region 2")
    change()
    region_says(polled, "Region 3")


def test_focus_folds_and_scroll_survive_a_swap(polled: Page) -> None:
    polled.locator("#fold summary").click()
    polled.locator("#inner").focus()
    change()
    region_says(polled, "Region 2")
    assert polled.evaluate("document.activeElement.id") == "inner"
    assert polled.locator("#fold").evaluate("fold => fold.open")
    polled.get_by_role("link", name="second").focus()
    change(links=("new", "first", "second"))
    expect(polled.get_by_role("link", name="second")).to_be_focused()
    expect(polled.get_by_role("link", name="new")).to_be_visible()
    change(links=("first",))
    expect(polled.locator("#region h2")).to_be_focused()


def test_an_open_menu_or_an_edited_field_is_not_swapped_away(polled: Page) -> None:
    polled.locator("#more summary").click()
    change()
    polled.wait_for_timeout(700)
    region_says(polled, "Region 1")
    polled.keyboard.press("Escape")
    region_says(polled, "Region 2")
    polled.locator("#in-form").fill("half a wo")
    change()
    polled.wait_for_timeout(700)
    assert polled.locator("#in-form").input_value() == "half a wo"
    polled.locator("#in-form").fill("")
    polled.locator("h1").evaluate("""h1 => {
        document.activeElement.blur();
        getSelection().setBaseAndExtent(h1, 0, document.querySelector("#region h2"), 1);
    }""")
    change()
    polled.wait_for_timeout(700)
    assert "Region" in polled.evaluate("getSelection().toString()")
    polled.evaluate("getSelection().removeAllRanges()")
    region_says(polled, f"Region {SUBJECT.version}")


def test_a_final_answer_is_the_last_one_asked_for(polled: Page) -> None:
    change(state=State.SUCCEEDED, is_final=True)
    region_says(polled, "Region 2")
    asked = SUBJECT.asked
    polled.wait_for_timeout(1000)
    assert SUBJECT.asked == asked
    assert polled.locator("#region[data-poll]").count() == 0


def test_a_lost_line_says_so_and_try_now_brings_it_back(polled: Page) -> None:
    SUBJECT.answer = "broken"
    expect(polled.locator("[data-banner=out]")).to_contain_text("No answer from gpuconsole", timeout=10_000)
    expect(polled.locator("#live-label")).to_contain_text("Not live")
    clock = polled.locator("[data-clock]")
    stood = clock.text_content() or ""
    polled.wait_for_timeout(1300)
    assert clock.text_content() == stood  # what nobody confirms does not count on
    SUBJECT.answer = ""
    polled.get_by_role("button", name="Try now").click()
    expect(polled.locator("[data-banner=out]")).to_have_count(0)
    expect(polled.locator("#live-label")).to_contain_text("Live · updated")
    expect(clock).not_to_have_text(stood)


def test_signing_out_shows_a_banner_and_loses_nothing(polled: Page) -> None:
    polled.locator("#typed").fill("typed before")
    two = "<div class='callout'>One</div><div class='callout'>Two</div>"
    polled.evaluate("two => document.getElementById('banners').innerHTML = two", two)
    SUBJECT.answer = "signed-out"
    expect(polled.locator("[data-banner=signed-out]")).to_contain_text("You are signed out.", timeout=10_000)
    folded = polled.locator("#banners > details")
    expect(folded.locator("summary")).to_have_text("1 more")
    expect(polled.get_by_text("Two", exact=True)).to_be_hidden()
    folded.locator("summary").click()
    expect(folded.get_by_text("Two", exact=True)).to_be_visible()
    assert polled.url.endswith("/poll/")
    assert polled.locator("#typed").input_value() == "typed before"
    asked = SUBJECT.asked
    polled.wait_for_timeout(800)
    assert SUBJECT.asked == asked


def test_a_hidden_tab_asks_nothing_and_asks_at_once_on_return(polled: Page) -> None:
    polled.evaluate("""() => {
        window.isHidden = true;
        Object.defineProperty(document, "hidden", { get: () => window.isHidden });
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    polled.wait_for_timeout(700)
    asked = SUBJECT.asked
    change()
    polled.wait_for_timeout(1200)
    assert SUBJECT.asked == asked
    polled.evaluate("window.isHidden = false; document.dispatchEvent(new Event('visibilitychange'))")
    region_says(polled, "Region 2")


def test_rows_come_and_go_without_moving_what_is_under_the_pointer(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/poll/rows/")
    page.wait_for_selector("html[data-script=on]")
    place = page.get_by_text("Job 2 of 3").bounding_box()
    page.get_by_text("Job 2 of 3").hover()
    SUBJECT.rows = 5
    bar = page.get_by_role("button", name="2 new jobs")
    expect(bar).to_be_visible()
    rows = page.locator("#rows tbody tr[id]")
    assert rows.all_text_contents() == ["Job 3 of 5", "Job 2 of 5", "Job 1 of 5"]
    assert page.get_by_text("Job 2 of 5").bounding_box() == place
    bar.click()
    expect(rows).to_have_count(5)
    expect(bar).to_be_hidden()
    SUBJECT.gone = 4
    expect(page.locator("#row-4.row-gone")).to_have_text("Job 4 of 5")
    assert [row.split()[1] for row in rows.all_text_contents()] == ["5", "4", "3", "2", "1"]


def test_the_log_follows_counts_what_is_missed_and_goes_anywhere(polled: Page) -> None:
    polled.set_viewport_size({"width": 1280, "height": 1100})
    log, follow = polled.locator("#log"), polled.locator("[data-log-follow]")
    expect(polled.locator("#log .log-row")).to_have_count(2)
    SUBJECT.log_lines = 2502
    expect(polled.locator("#L2502")).to_be_in_viewport(timeout=10_000)
    height = log.evaluate("log => log.scrollHeight")
    assert abs(height - 2502 * 20) < 40
    log.evaluate("log => log.scrollTop = 0")
    expect(polled.locator("#L1")).to_be_in_viewport(timeout=10_000)
    expect(follow).not_to_be_checked()
    assert log.evaluate("log => log.scrollHeight") == height
    SUBJECT.log_lines += 128
    jump = polled.locator("[data-log-jump]")
    expect(jump).to_have_text("Jump to newest, 128 new lines", timeout=10_000)

    polled.locator("[data-log-search]").fill("psnr")
    count = polled.locator("[data-log-count]")
    expect(count).to_have_text("1 of 26", timeout=10_000)
    expect(polled.locator("#L100.is-match")).to_be_in_viewport()
    log.focus()
    polled.keyboard.press("p")
    expect(count).to_have_text("26 of 26")
    expect(polled.locator("#L2600.is-match")).to_be_in_viewport(timeout=10_000)
    polled.locator("#L2600 .log-n").click()
    assert polled.url.endswith("?line=2600#L2600")
    assert polled.evaluate("CSS.highlights.get('found').size") > 0

    jump.click()
    expect(follow).to_be_checked()
    expect(polled.locator("#L2630")).to_be_in_viewport(timeout=10_000)
    SUBJECT.log_is_final = True
    expect(polled.locator("[data-log-standing]")).to_have_text("Complete", timeout=10_000)


def test_older_lines_come_without_moving_the_place_and_never_more_than_two_thousand(polled: Page) -> None:
    polled.set_viewport_size({"width": 1280, "height": 1100})
    SUBJECT.log_lines = 5000
    expect(polled.locator("#L5000")).to_be_in_viewport(timeout=10_000)
    seen = """log => {
        const row = [...log.querySelectorAll(".log-row")].find((one) => one.offsetTop >= log.scrollTop);
        return [row.id, row.offsetTop - log.scrollTop];
    }"""
    log, rows = polled.locator("#log"), polled.locator("#log .log-row")
    for first in (4001, 3501, 3001, 2501):
        log.evaluate("log => log.scrollTop = log.querySelector('.log-rows').offsetTop + 310")
        place = log.evaluate(seen)
        expect(rows.first).to_have_id(f"L{first}", timeout=10_000)
        assert log.evaluate(seen) == place
    assert rows.count() == 2000


def test_a_question_opens_as_a_dialog_and_wants_the_name(polled: Page) -> None:
    opener = polled.get_by_role("link", name="Terminate…")
    opener.click()
    dialog = polled.get_by_role("dialog", name="Terminate notebook-vision-3?")
    button = dialog.get_by_role("button", name="Terminate")
    expect(button).to_be_disabled()
    dialog.get_by_label("Type notebook-vision-3").fill("notebook-vision-3")
    expect(button).to_be_enabled()
    opener.evaluate("link => link.replaceWith(link.cloneNode(true))")  # a region around it was drawn anew
    dialog.get_by_role("link", name="Keep it").click()
    expect(dialog).not_to_be_visible()
    expect(opener).to_be_focused()


def test_clocks_count_on_in_the_pages_language_and_the_key_help_opens(
    page: Page, live_server: Any, settings: Any, tmp_path: Path
) -> None:
    speak_german(settings, tmp_path, {"h": "Std"})
    page.goto(f"{live_server.url}/gallery/vocabulary/")
    clock = page.locator("[data-clock=elapsed]")
    before = clock.text_content()
    expect(clock).to_have_text(re.compile(r"^4 Std \d\d m \d\d s$"), timeout=5_000)
    expect(clock).not_to_have_text(before or "", timeout=5_000)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()


def test_rows_are_added_removed_and_filled_from_pasted_lines(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/gallery/launch/")
    page.wait_for_selector("html[data-script=on]")
    page.get_by_role("button", name="Add variable").click()
    keys = page.locator("[data-cell=key]")
    expect(keys).to_have_count(2)
    expect(keys.nth(1)).to_have_attribute("name", "env-1-key")
    keys.nth(1).evaluate("""input => {
        const data = new DataTransfer();
        data.setData("text", "# a comment\\nexport A=1\\nB=\\"two words\\"\\n");
        input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }""")
    expect(keys).to_have_count(3)
    assert [keys.nth(index).input_value() for index in range(3)] == ["WANDB_MODE", "A", "B"]
    assert page.locator("[data-cell=value]").nth(2).input_value() == "two words"
    page.get_by_role("button", name="Remove row 1").click()
    expect(keys).to_have_count(2)
    expect(page.locator("[data-rows-count]")).to_have_text("2 set")


def test_fields_follow_their_conditions_and_units_say_what_is_sent(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/gallery/launch/")
    page.wait_for_selector("html[data-script=on]")
    expect(page.locator("#idle")).to_be_disabled()
    page.get_by_label("Persistent").check()
    expect(page.locator("#limit")).to_be_hidden()
    expect(page.locator("#idle")).to_be_enabled()
    expect(page.locator("#run-help")).to_contain_text("Sends 14\u202f400\u202f000 ms")
    page.get_by_label("Unit").select_option("min")
    expect(page.locator("#run-help")).to_contain_text("Sends 240\u202f000 ms")
    page.get_by_role("button", name="One more").click()
    expect(page.get_by_label("Workers")).to_have_value("4")
