"""The pages of stop everything in a browser: in both themes, on a phone, without script, clean for axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from gpuconsole.workloads.models import Halt, HaltScope, Workload
from gpuconsole.workloads.states import State
from tests.gallery.test_gallery import opened
from tests.gallery.test_request_pages import cookie
from tests.workloads.halts.conftest import Scene, confirmed, make_scene, unanswered

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def scene() -> Scene:
    """Work of every kind, about to be stopped."""
    scene = make_scene()
    scene.lab.team.name = "Research lab"
    scene.lab.team.save()
    launch = scene.lab.workload
    launch("baseten", name="llama3-8b-sft-r13")
    launch("baseten", name="a-sweep-with-a-rather-long-name-that-nobody-shortened", by=scene.member)
    launch("fireworks", name="eval-mmlu-nightly")
    launch("cortecs", State.STARTING, name="endpoint-phi")
    launch("cortecs", State.QUEUED, name="endpoint-not-up")
    launch("novita", name="notebook-vision-3")
    launch("novita", State.STOPPED, name="notebook-at-rest")
    unanswered(scene.lab.launch("baseten", name="sent-and-no-answer"))
    scene.lab.launch("baseten", name="not-sent-yet")
    Workload.objects.filter(provider="novita").update(resting_hourly_price="0.02")
    Workload.objects.update(is_sandbox=True)
    return scene


def pressed(scene: Scene) -> Halt:
    """Some confirmed, one that waits, one that the provider does not end, launches held."""
    halt = scene.halt(holds_launches=True)
    rows = {row.name: row for row in Workload.objects.all()}
    confirmed(rows["eval-mmlu-nightly"])
    confirmed(rows["notebook-vision-3"], State.STOPPED)
    later = timezone.now() + timedelta(seconds=40)
    waits = {"intent_tries": 4, "intent_error": "Answered 503: try again later.", "due_at": later}
    Workload.objects.filter(name="llama3-8b-sft-r13").update(**waits)
    Workload.objects.filter(name="endpoint-phi").update(intent_tries=6, remote_status="running", due_at=later)
    return halt


def test_the_pages_are_clean_in_both_themes_and_on_a_phone(
    page: Page, live_server: Any, scene: Scene, shoot: Callable[[str], None]
) -> None:
    page.context.add_cookies([cookie(live_server, scene.lab.owner)])

    def look(name: str, theme: str, width: int, address: str) -> None:
        page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
        complaints = opened(page, live_server, address, width=width)
        shoot(f"halt-{name}-{theme}-{width}")
        findings = Axe().run(page)
        assert findings.violations_count == 0, (name, findings.generate_report())
        assert complaints == [], name
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) == 0, (name, width)

    look("question", "light", 1440, "/stop-everything/?scope=team")
    look("question", "dark", 390, "/stop-everything/?scope=team")
    report = f"/stop-everything/{pressed(scene).public_id}/"
    look("report", "light", 1440, f"{report}?view=all")
    look("report", "dark", 1440, report)
    look("report", "light", 390, report)
    look("reports", "dark", 390, "/stop-everything/reports/")
    look("overview", "light", 1440, "/")


def test_everything_of_mine_is_stopped_without_script(browser: Browser, live_server: Any, scene: Scene) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.add_cookies([cookie(live_server, scene.member)])
    page = context.new_page()
    page.goto(f"{live_server.url}/?scope=mine")
    page.get_by_role("link", name="Stop everything…").last.click()
    page.get_by_role("button", name="Stop everything").click()
    page.get_by_role("heading", name="Stop everything of").wait_for()
    assert Halt.objects.get().scope == HaltScope.MINE


def test_the_button_waits_for_the_name_and_the_report_goes_on_by_itself(
    page: Page, live_server: Any, scene: Scene
) -> None:
    page.context.add_cookies([cookie(live_server, scene.lab.owner)])
    complaints = opened(page, live_server, "/stop-everything/?scope=team", width=1440)
    button = page.get_by_role("button", name="Stop everything")
    page.get_by_text("Terminate 3 instances").click()
    expect(button).to_be_disabled()
    page.get_by_label("Type Research lab").fill("Research lab")
    expect(button).to_be_enabled()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/stop-everything/halt_*/")
    expect(page.locator("#halt .figures")).to_contain_text("of 9")
    for row in Workload.objects.exclude(state=State.CANCELLED):
        confirmed(row)
    expect(page.get_by_text("All confirmed")).to_be_visible(timeout=15_000)
    assert complaints == []
