"""The page of one job in a browser: live, with values that can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab, make_lab, moved
from tests.gallery.scenes import detail as scenes
from tests.gallery.studio import session
from tests.gallery.test_gallery import opened

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]
SHIFTS = """() => new Promise((done) => new PerformanceObserver((list) =>
  done(list.getEntries().filter((one) => !one.hadRecentInput).reduce((sum, one) => sum + one.value, 0))
).observe({ type: "layout-shift", buffered: true }) || setTimeout(() => done(0), 300))"""


@pytest.fixture
def lab() -> Lab:
    return make_lab("Research lab")


def test_the_page_lives_and_its_charts_can_be_read_by_keyboard(
    page: Page, live_server: Any, lab: Lab, shoot: Callable[[str], None]
) -> None:
    page.context.add_cookies([session(live_server.url, lab.owner)])
    job = scenes.third_attempt(lab)
    opened(page, live_server, job.get_absolute_url(), width=1440)
    chart = page.get_by_role("slider", name="GPU utilisation, sample by sample")
    chart.focus()
    last = chart.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert last and "GPU 0 9" in last and chart.get_attribute("aria-valuetext") != last
    expect(page.locator(".chart-tip")).to_contain_text("GPU 1")
    chart.blur()
    expect(page.locator(".chart-tip")).to_have_count(0)
    chart.hover()
    expect(page.locator(".chart-tip")).to_contain_text("GPU 0")

    page.get_by_role("link", name="Phases of attempt 1").click()
    expect(page.locator(".phases")).to_contain_text("Preparing timed out")
    page.get_by_role("button", name="Even steps").click()
    expect(page.locator(".timeline-axis")).to_contain_text("as wide as every other")
    page.get_by_label("More for nerf-garden-bundle-114").click()
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Name", exact=True).fill("nerf-garden-bundle-115")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("nerf-garden-bundle-115")

    assert page.title() == "Running · nerf-garden-bundle-115 · gpuconsole"
    icon = page.locator("link[rel=icon]")
    assert "state-running" in (icon.get_attribute("href") or "")
    moved(Workload.objects.get(pk=job.pk), State.SUCCEEDED)
    expect(page).to_have_title("Succeeded · nerf-garden-bundle-115 · gpuconsole", timeout=15_000)
    assert "state-succeeded" in (icon.get_attribute("href") or "")
    assert page.evaluate(SHIFTS) < 0.02
    page.emulate_media(media="print")
    shoot("detail-job-print")
    assert not page.locator(".page-head > .actions").is_visible() and page.locator(".timeline-full").first.is_visible()
