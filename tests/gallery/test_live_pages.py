"""Open pages while everything on them changes: nothing shifts, the policy holds, and a session may end meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Response, Route, expect

from gpuconsole.connections.models import Connection
from gpuconsole.core import versions
from gpuconsole.providers.remote import LogLine, Sample
from gpuconsole.workloads import logs, metrics
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab, make_lab, moved, sent
from tests.gallery.studio import cookie
from tests.gallery.test_gallery import is_ours

pytestmark = [pytest.mark.gallery, pytest.mark.django_db(transaction=True)]

MOST_SHIFT = 0.02
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push({
        value: entry.value,
        moved: entry.sources.map(({ node, previousRect, currentRect }) =>
            `${node?.nodeName} ${node?.id || node?.className || node?.data} ${previousRect.y}, ${currentRect.y}`),
    });
}).observe({ type: "layout-shift", buffered: true });
"""
RETURN = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def lab(db: None) -> Lab:
    """Work in every early state, with a log and measurements."""
    made = make_lab()
    for number in range(6):
        made.workload("baseten", State.RUNNING, name=f"steady-{number}")
    return made


@pytest.fixture
def window(context: BrowserContext, live_server: Any, lab: Lab) -> BrowserContext:
    context.add_cookies([cookie(live_server, lab.owner)])
    context.add_init_script(WATCH)
    return context


def opened(window: BrowserContext, url: str, complaints: list[str], answers: list[Response]) -> Page:
    page = window.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.on("console", lambda message: complaints.append(message.text) if is_ours(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: answers.append(answer))
    page.goto(url)
    page.wait_for_selector("html[data-script=on]")
    return page


def refresh(pages: dict[str, Page]) -> None:
    """As when the person comes back to each: all regions are asked for at once."""
    for page in pages.values():
        page.evaluate(RETURN)
    for page in pages.values():
        expect(page.locator("[data-poll].htmx-request")).to_have_count(0, timeout=20_000)


def life(lab: Lab, job: Workload, instance: Workload) -> Any:
    """One change after the other, as workers make them."""
    now = timezone.now()
    yield lambda: moved(sent(job), State.QUEUED)
    yield lambda: moved(job, State.STARTING)
    yield lambda: (moved(job, State.RUNNING), moved(instance, State.RUNNING))
    for turn in range(2):
        samples = [Sample(now - timedelta(minutes=9 - n - 4 * turn), "gpu_utilization", "0", 0.5) for n in range(4)]
        yield lambda samples=samples: metrics.append(job, samples)
    yield lambda: logs.append(job, [LogLine(now, f"step {number}") for number in range(700)])
    yield lambda: lab.workload("baseten", State.QUEUED, name="another")
    yield lambda: silence(lab)
    yield lambda: moved(Workload.objects.get(name="steady-3"), State.SUCCEEDED)
    yield lambda: moved(job, State.SUCCEEDED)


def silence(lab: Lab) -> None:
    connection = lab.connections["baseten"]
    Connection.objects.filter(pk=connection.pk).update(synced_at=timezone.now() - timedelta(minutes=6), failures=3)
    Workload.objects.filter(connection=connection).update(observed_at=timezone.now() - timedelta(minutes=6))
    versions.bump(*connection.topics)


def test_nothing_shifts_while_everything_changes(window: BrowserContext, live_server: Any, lab: Lab) -> None:
    job, instance = lab.launch("baseten", name="watched"), lab.workload("cortecs", State.STARTING, name="served")
    at = {"overview": "/", "jobs": "/jobs/?view=active", "instances": "/instances/", "connections": "/connections/"}
    at |= {
        "job": job.get_absolute_url(),
        "log": f"{job.get_absolute_url()}logs/",
        "machine": instance.get_absolute_url(),
    }
    complaints, answers = list[str](), list[Response]()
    pages = {name: opened(window, live_server.url + path, complaints, answers) for name, path in at.items()}
    for page in pages.values():
        page.wait_for_load_state("networkidle")
        page.evaluate("window.shifts = []")
    for change in life(lab, job, instance):
        change()
        refresh(pages)
    expect(pages["jobs"].locator("tr.row-gone")).to_contain_text(["steady-3"])
    expect(pages["jobs"].get_by_text("6 m old").first).to_be_visible()
    expect(pages["log"].locator("#L700")).to_be_in_viewport()
    expect(pages["job"].locator("#head .pill").first).to_have_text("Succeeded")
    shifts = {name: page.evaluate("window.shifts") for name, page in pages.items()}
    too_far = {name: found for name, found in shifts.items() if sum(one["value"] for one in found) >= MOST_SHIFT}
    assert too_far == {}
    assert complaints == []
    texts = [answer.text() for answer in answers if "text/html" in answer.headers.get("content-type", "")]
    assert len(texts) > 20 and not [text[:200] for text in texts if " style=" in text]
    expect(opened(window, f"{live_server.url}/jobs/", [], []).locator("#banners")).to_contain_text(
        "No news from Baseten"
    )


def lose_events(page: Page) -> None:
    """One part of the page fails while the others answer: it is covered, and comes back when it is tried again."""

    def fail(route: Route) -> None:
        route.fulfill(status=500) if route.request.headers.get("hx-target") == "events" else route.fallback()

    page.route("**/jobs/**", fail)
    for _ in range(3):
        refresh({"job": page})
    cover = page.locator("#events > .part-failed")
    expect(cover).to_contain_text("Events can't be read now")
    page.unroute("**/jobs/**", fail)
    cover.get_by_role("button", name="Try again").click()
    expect(cover).to_have_count(0)


def test_a_session_that_ends_loses_nothing_and_goes_on_after_a_new_sign_in(
    window: BrowserContext, live_server: Any, lab: Lab
) -> None:
    job = Workload.objects.get(name="steady-1")
    page = opened(window, live_server.url + job.get_absolute_url(), [], [])
    page.locator("[data-log-search]").fill("half a wo")
    lose_events(page)
    window.clear_cookies()
    page.evaluate(RETURN)
    banner = page.locator("[data-banner=signed-out]")
    expect(banner).to_contain_text("You are signed out.")
    assert page.url.endswith(job.get_absolute_url())
    window.add_cookies([cookie(live_server, lab.owner)])
    page.evaluate(RETURN)
    expect(banner).to_have_count(0)
    assert page.locator("[data-log-search]").input_value() == "half a wo"
    page.get_by_role("button", name="Check now").click()
    expect(page.locator("#head h1")).to_have_text("steady-1")
