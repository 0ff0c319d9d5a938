"""Everything is stopped from a browser: without script, and with a report that goes on by itself."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gpuconsole.accounts.models import User
from gpuconsole.workloads.models import Halt, HaltScope, Workload
from gpuconsole.workloads.states import State
from tests.gallery.entry import Scene
from tests.gallery.scenes.trouble import about_to_halt
from tests.gallery.studio import session
from tests.gallery.test_gallery import opened
from tests.workloads.halts.conftest import confirmed

pytestmark = pytest.mark.gallery


def someone(scene: Scene, who: str) -> User:
    found = scene.people[who]
    assert found is not None
    return found


def test_everything_of_mine_is_stopped_without_script(plain: Page, live_server: Any) -> None:
    page, scene = plain, about_to_halt()
    page.set_viewport_size({"width": 390, "height": 844})
    page.context.add_cookies([session(live_server.url, someone(scene, "member"))])
    page.goto(f"{live_server.url}/?scope=mine")
    page.get_by_role("link", name="Stop everything…").last.click()
    page.get_by_role("button", name="Stop everything").click()
    page.get_by_role("heading", name="Stop everything of").wait_for()
    assert Halt.objects.get(team=scene.team).scope == HaltScope.MINE


def test_the_button_waits_for_the_name_and_the_report_goes_on_by_itself(page: Page, live_server: Any) -> None:
    scene = about_to_halt()
    page.context.add_cookies([session(live_server.url, someone(scene, "owner"))])
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
    for row in Workload.objects.filter(team=scene.team).exclude(state=State.CANCELLED):
        confirmed(row)
    expect(page.get_by_text("All confirmed")).to_be_visible(timeout=15_000)
    assert complaints == []
