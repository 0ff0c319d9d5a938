"""Launch requests are made from the form, and decided by a link without script and without signing in."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from gpuconsole.workloads.models import Via
from gpuconsole.workloads.requests import links, services
from gpuconsole.workloads.requests.links import Answer
from tests.gallery.scenes.money import asking_desk
from tests.gallery.studio import session
from tests.gallery.test_gallery import opened

pytestmark = pytest.mark.gallery


def test_a_link_decides_without_script_and_without_signing_in(plain: Page, live_server: Any) -> None:
    page, desk = plain, asking_desk()
    _, waiting, _ = desk.lab.project.launch_requests.order_by("-id")
    page.goto(live_server.url + links.path(waiting, Answer.APPROVE, desk.admin))
    page.get_by_role("button", name="Approve for up to $13.00").click()
    page.get_by_role("heading", name="Approved").wait_for()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_via) == ("approved", "link")


def test_asking_from_the_launch_form(page: Page, live_server: Any) -> None:
    desk = asking_desk()
    page.context.add_cookies([session(live_server.url, desk.member)])
    _, waiting, _ = desk.lab.project.launch_requests.order_by("-id")
    services.approve(request=waiting, by=desk.admin, via=Via.PAGE, allowed=waiting.limits)
    waiting.refresh_from_db()
    assert waiting.workload is not None
    complaints = opened(page, live_server, f"/launch/baseten/job/?clone={waiting.workload.public_id}", width=1440)
    button = page.locator("#launch-button")
    assert button.inner_text() == "Ask an admin"
    button.click()
    page.get_by_role("heading", name="Ask an admin to allow").wait_for()
    page.get_by_label("What is it for?").fill("The last run.")
    page.get_by_role("button", name="Ask an admin").click()
    page.wait_for_url("**/requests/req_*/")
    assert desk.lab.project.launch_requests.latest("id").why == "The last run."
    assert complaints == []
