"""How much memory an open log page takes and how smoothly it scrolls, in a real browser. Needs Django set up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from gpuconsole.providers.remote import LogLine
from gpuconsole.workloads import logs
from gpuconsole.workloads.models import Workload
from tests.bench._browser import chromium
from tests.bench._figures import Figure, percentile
from tests.console import wait_until
from tests.factories_workloads import START, Lab

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright's loop runs beside the database

_MB = 1024 * 1024
_STOPS = 60
_FOLLOWED = 40
_HAS_ROW = """() => {
    const log = document.querySelector("#log").getBoundingClientRect();
    const at = document.elementFromPoint(log.left + 200, log.top + log.height / 2);
    return Boolean(at?.closest(".log-row"));
}"""
_FRAMES = """async () => {
    const log = document.querySelector("#log"), gaps = [];
    let last = performance.now();
    for (let frame = 0; frame < 600; frame += 1) {
        log.scrollTop -= 60;
        await new Promise(requestAnimationFrame);
        gaps.push(performance.now() - last);
        last = performance.now();
    }
    return gaps;
}"""


def figures(lab: Lab, job: Workload) -> list[Figure]:
    """Go through the log from end to end, then follow it while it grows; memory beyond that of a small page."""
    with _server() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = _signed_in(browser, lab, url)
        metrics = page.context.new_cdp_session(page)
        page.goto(f"{url}/account/")
        before = _page_mb(browser, metrics)
        page.goto(f"{url}{job.get_absolute_url()}logs/")
        page.wait_for_selector("html[data-script=on]")
        seen = _scrolled_through(page, job)
        gaps = page.evaluate(_FRAMES)
        scrolled_mb, rows = _page_mb(browser, metrics) - before, page.locator("#log .log-row").count()
        _followed(page, job)
        followed_mb, heap_mb = _page_mb(browser, metrics) - before, _heap_mb(metrics)
        browser.close()
    print(f"the page of {job.log_lines:,} lines held {rows:,}, showed {seen} places, {heap_mb:.1f} MB of them script's")
    return [
        Figure("log_page_memory_mb", round(heap_mb + max(scrolled_mb, followed_mb, 0.0), 1), 60),
        Figure("log_page_lines_held", rows, 2000),
        Figure("log_page_frame_p95_ms", round(percentile(gaps, 0.95), 1), 50),
    ]


def _scrolled_through(page: Page, job: Workload) -> int:
    """From the end to the beginning in big steps; each place must show lines that belong there."""
    log, shown = page.locator("#log"), set[int]()
    for stop in range(_STOPS + 1):
        share = 1 - stop / _STOPS
        log.evaluate("(log, share) => log.scrollTop = share * (log.scrollHeight - log.clientHeight)", share)
        wait_until(lambda: page.evaluate(_HAS_ROW), timeout_s=20)
        first = log.evaluate("log => Number(log.querySelector('.log-row').id.slice(1))")
        assert abs(first / job.log_lines - share) < 0.05, (first, share)
        shown.add(first)
    return len(shown)


def _followed(page: Page, job: Workload) -> None:
    """Jump to the newest line and stay there while thousands more come."""
    page.locator("[data-log-jump]").click()
    for number in range(_FOLLOWED):
        logs.append(job, [LogLine(START, f"after {number} {line} " + "·" * 40, "rank 0") for line in range(500)])
        page.wait_for_timeout(50)
    page.locator(f"#L{job.log_lines}").wait_for(timeout=60_000)


def _page_mb(browser: Browser, metrics: CDPSession) -> float:
    """Memory that the page's own process shares with nobody, once its garbage is gone."""
    for _ in range(3):
        metrics.send("HeapProfiler.collectGarbage")
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    page = max((one for one in processes if one["type"] == "renderer"), key=lambda one: one["cpuTime"])
    lines = Path(f"/proc/{page['id']}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def _heap_mb(metrics: CDPSession) -> float:
    metrics.send("Performance.enable")
    metrics.send("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in metrics.send("Performance.getMetrics")["metrics"]}
    return float(found["JSHeapUsedSize"]) / _MB


@contextmanager
def _server() -> Iterator[str]:
    """The console's pages from this process."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.start()
    thread.is_ready.wait()
    assert not thread.error, thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()
        connections.close_all()


def _signed_in(browser: Browser, lab: Lab, url: str) -> Page:
    client = Client()
    client.force_login(lab.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])
    return context.new_page()
