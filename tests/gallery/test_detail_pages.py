"""The pages of one job and one instance in a browser: clean at every width, live, with values that can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories import make_project
from tests.factories_workloads import Lab, make_lab, moved
from tests.gallery.scenes import pictures as scenes
from tests.gallery.studio import cookie
from tests.gallery.test_gallery import opened

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]
SHIFTS = """() => new Promise((done) => new PerformanceObserver((list) =>
  done(list.getEntries().filter((one) => !one.hadRecentInput).reduce((sum, one) => sum + one.value, 0))
).observe({ type: "layout-shift", buffered: true }) || setTimeout(() => done(0), 300))"""


@pytest.fixture
def lab() -> Lab:
    lab = make_lab("Research lab")
    make_project(lab.team, name="Other")
    return lab


def test_the_pages_are_clean_at_every_width(
    page: Page, live_server: Any, lab: Lab, shoot: Callable[[str], None]
) -> None:
    page.context.add_cookies([cookie(live_server, lab.owner)])
    job, machine, endpoint = (make(lab) for make in (scenes.third_attempt, scenes.notebook, scenes.endpoint))
    other = lab.workload("baseten", State.FAILED, name="nerf-garden-bundle-113", stop_after_s=3600)
    at, wrong = job.get_absolute_url(), list[str]()
    for name, address, looks in (
        ("job", at, ("light-1440", "dark-1440", "light-1100", "dark-720", "light-390")),
        ("even", f"{at}?attempt=1", ("light-1440",)),
        ("spec", f"{at}spec/", ("light-1440", "dark-390")),
        ("compare", f"{at}spec/?with={other.public_id}", ("dark-1440",)),
        ("metrics", f"{at}metrics/", ("light-1440", "dark-390")),
        ("table", f"{at}metrics/?as=table&range=all", ("light-390",)),
        ("cost", f"{at}cost/", ("light-390",)),
        ("events", f"{at}events/", ("light-390",)),
        ("notebook", machine.get_absolute_url(), ("light-1440", "dark-1440", "light-1100", "light-720", "dark-390")),
        ("endpoint", endpoint.get_absolute_url(), ("light-1440", "dark-390")),
        ("rename", f"{at}rename/", ("light-390",)),
        ("project", f"{at}project/", ("dark-1440",)),
        ("delete", f"{other.get_absolute_url()}delete-record/", ("light-1440",)),
    ):
        for look in looks:
            theme, width = look.split("-")
            page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
            complaints = opened(page, live_server, address, width=int(width))
            shoot(f"detail-{name}-{look}")
            found = Axe().run(page)
            wrong += [f"{name}-{look}: {found.generate_report()}"] if found.violations_count else []
            wrong += [f"{name}-{look}: {one}" for one in complaints]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wrong.append(f"{name}-{look} is too wide")
    assert wrong == []


def test_the_page_lives_and_its_charts_can_be_read_by_keyboard(page: Page, live_server: Any, lab: Lab) -> None:
    page.context.add_cookies([cookie(live_server, lab.owner)])
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
