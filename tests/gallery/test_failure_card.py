"""The card that says why work ended, the question before a retry, and lists by cause, in a browser: clean for axe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from gpuconsole.providers.causes import Cause
from gpuconsole.sync import evidence
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab, make_lab
from tests.gallery.test_gallery import opened
from tests.gallery.test_request_pages import cookie
from tests.workloads.test_failures import OOM, failed, with_log

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]
LONG = "x" * 480


@pytest.fixture
def lab() -> Lab:
    return make_lab()


def test_the_card_is_clean_in_both_themes_and_on_a_phone(
    page: Page, live_server: Any, lab: Lab, shoot: Callable[[str], None]
) -> None:
    page.context.add_cookies([cookie(live_server, lab.owner)])
    for number in range(4):
        failed(lab, name=f"nerf-garden-bundle-{110 + number}")
    steps = [f"step {n}/5400  loss 0.{600 - n:05d}  12.1 it/s" for n in range(300)]
    job = failed(lab, Cause.EXIT_CODE, "Training job failed: start command exited with code 1.", name="llama-sft-r12")
    evidence.look(with_log(job, *steps, "Traceback (most recent call last):", OOM, "Process exited with code 1"))
    job.refresh_from_db()
    other = failed(lab, Cause.NO_CAPACITY, f"No capacity: {LONG}", slug="cortecs", name="qwen-endpoint")
    at = f"logs/?line={job.evidence['line']}#L{job.evidence['line']}"
    for name, theme, width, address in (
        ("job", "light", 1440, job.get_absolute_url()),
        ("job", "dark", 1440, job.get_absolute_url()),
        ("job", "dark", 390, job.get_absolute_url()),
        ("long", "light", 390, other.get_absolute_url()),
        ("line", "light", 1440, f"{job.get_absolute_url()}{at}"),
        ("retry", "light", 1440, f"{job.get_absolute_url()}retry/"),
        ("retry", "dark", 390, f"{job.get_absolute_url()}retry/"),
        ("list", "light", 1440, "/jobs/?cause=gpu_memory"),
        ("list", "dark", 390, "/jobs/"),
    ):
        page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
        complaints = opened(page, live_server, address, width=width)
        shoot(f"failure-{name}-{theme}-{width}")
        findings = Axe().run(page)
        assert findings.violations_count == 0, (name, findings.generate_report())
        assert complaints == [], name
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) == 0, (name, width)


def test_the_line_is_in_view_and_a_retry_works_without_script(browser: Browser, live_server: Any, lab: Lab) -> None:
    job = failed(lab, Cause.EXIT_CODE, "exited with code 1", slug="fireworks", name="eval-r1")
    evidence.look(with_log(job, *(f"line {n}" for n in range(400)), OOM, *(f"after {n}" for n in range(60))))
    page = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900}).new_page()
    page.context.add_cookies([cookie(live_server, lab.owner)])
    page.goto(live_server.url + job.get_absolute_url())
    page.get_by_role("link", name="Line 401 of the log").click()
    page.wait_for_url("**/logs/**")
    box, row = page.locator("#log").bounding_box(), page.locator("#log .is-asked").bounding_box()
    assert box and row and box["y"] <= row["y"] <= box["y"] + box["height"]
    page.goto(live_server.url + job.get_absolute_url())
    page.locator("#failure").get_by_role("link", name="Retry").click()
    page.get_by_role("button", name="Retry job").click()
    page.get_by_role("heading", name="eval-r2").wait_for()
    made = Workload.objects.get(name="eval-r2")
    assert (made.retry_of_id, made.state) == (job.pk, State.SUBMITTING)
