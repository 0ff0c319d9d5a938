"""The weight of every page, as a browser receives it: each file compressed by itself."""

from __future__ import annotations

import gzip
import re
import socket
import statistics
import time
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.conf import settings

from gpuconsole.providers import registry
from gpuconsole.workloads.states import State
from tests.bench._figures import Figure
from tests.bench._pages_asking import Answer, Browser, Region, regions
from tests.factories_workloads import Lab, make_lab
from tests.web import running_web

_FIRST_KB, _LATER_KB, _POLL_BYTES, _POLL_CPU_MS = 120, 25, 400, 5
_POLLS = 60
_SHARED = ("foundation", "frame", "controls", "content", "console", "htmx")
_WHEN = re.compile(r"querySelector\([\"'](?P<selector>[^\"']+)[\"']\)\)\s*import\([\"']\./(?P<module>[\w.-]+)[\"']\)")
_IMPORT = re.compile(r"from\s*[\"']\./(?P<module>[\w.-]+)[\"']")


def weigh() -> list[Figure]:
    """Print the table; the figures are the heaviest of each column."""
    lab = _lab()
    browser = Browser(lab.owner)
    first, later, polls, cpu = [0.0], [0.0], [0.0], [0.0]
    print(f"{'page':44}{'first KB':>10}{'later KB':>10}{'poll B':>8}{'CPU ms':>8}")
    with running_web(1) as url:
        for path in _pages(lab):
            answer = browser.ask(path)
            assert answer.status == 200, (path, answer.status)
            html = answer.text
            files = {file: _weight(file) for file in _files(html)}
            page = len(answer.body) / 1024
            own = sum(size for file, size in files.items() if not _is_shared(file))
            first.append(page + sum(files.values()))
            later.append(page + own)
            told = ""
            for region in regions(html)[:1]:
                polls.append(_poll_bytes(url, browser, region))
                cpu.append(_poll_cpu(browser, region))
                told = f"{polls[-1]:8.0f}{cpu[-1]:8.2f}"
            print(f"{path[:43]:44}{first[-1]:10.1f}{later[-1]:10.1f}{told}")
    return [
        Figure("first_load_max_kb", round(max(first), 1), _FIRST_KB),
        Figure("later_page_max_kb", round(max(later), 1), _LATER_KB),
        Figure("unchanged_poll_max_bytes", max(polls), _POLL_BYTES),
        Figure("unchanged_poll_max_cpu_ms", round(max(cpu), 2), _POLL_CPU_MS),
    ]


def _lab() -> Lab:
    """Two pages of jobs, some instances, of every state."""
    lab = make_lab()
    for number in range(60):
        state = (State.RUNNING, State.SUCCEEDED, State.FAILED, State.QUEUED)[number % 4]
        lab.workload("baseten", state, name=f"sweep-{number}-of-the-learning-rate", labels=["sweep"])
    for number in range(5):
        lab.workload("cortecs", State.RUNNING, name=f"serve-{number}")
    return lab


def _pages(lab: Lab) -> list[str]:
    job = lab.project.workloads.filter(kind="job", state=State.RUNNING).latest("pk")
    failed = lab.project.workloads.filter(kind="job", state=State.FAILED).latest("pk")
    instance = lab.project.workloads.filter(kind="instance").latest("pk")
    at = f"/projects/{lab.project.slug}/settings/"
    return [
        *("/", "/jobs/", "/jobs/?size=100", "/jobs/?view=active", "/jobs/filter/", "/jobs/columns/", "/jobs/views/"),
        *(
            f"/jobs/{job.public_id}/{tab}"
            for tab in ("", "logs/", "events/", "metrics/", "spec/", "cost/", "activity/")
        ),
        *(f"/jobs/{failed.public_id}/", f"/jobs/{job.public_id}/stop/", f"/jobs/{job.public_id}/menu/"),
        *("/instances/", f"/instances/{instance.public_id}/", "/search/?q=sweep", "/launch/", "/launch/presets/"),
        *(f"/launch/{one.slug}/{one.kind}/" for one in registry.every()),
        *("/catalogue/", "/costs/", "/requests/", "/reconcile/", "/stop-everything/", "/stop-everything/reports/"),
        *("/connections/", "/connections/new/", f"/connections/{job.connection.public_id}/"),
        *("/projects/", at, f"{at}members/", f"{at}quotas/", f"{at}secrets/"),
        *("/team/", "/team/settings/", "/team/quotas/", "/team/notifications/", "/audit/", "/costs/invoices/"),
        *("/account/", "/account/tokens/", "/account/tokens/new/", "/account/sessions/"),
    ]


def _files(html: str) -> set[Path]:
    """Styles and modules that a page loads, with what they import and what the console's script adds for it."""
    found: set[Path] = set()
    for tag in re.findall(r'<(?:link[^>]*rel="stylesheet"|script)[^>]*>', html):
        place = re.search(r'(?:href|src)="([^"]+)"', tag)
        if place:
            _add(_file(urlsplit(place[1]).path), html, found)
    return found


def _add(file: Path, html: str, found: set[Path]) -> None:
    if file in found:
        return
    found.add(file)
    if file.suffix != ".js" or "htmx" in file.name:
        return
    text = file.read_text()
    wanted = [one["module"] for one in _IMPORT.finditer(text)]
    wanted += [one["module"] for one in _WHEN.finditer(text) if _holds(html, one["selector"])]
    for module in wanted:
        _add(file.parent / module, html, found)


def _holds(html: str, selector: str) -> bool:
    """Whether the page has what a module is loaded for: an attribute, an id, or a form in its main part."""
    if selector.startswith("["):
        return selector.strip("[]") in html
    if selector.startswith("#"):
        return f'id="{selector[1:]}"' in html
    return "<form" in html[html.index("<main") : html.index("</main>")]


@cache
def _file(path: str) -> Path:
    file = Path(settings.STATIC_ROOT, path.removeprefix(settings.STATIC_URL))
    assert file.exists(), path
    return file


@cache
def _weight(file: Path) -> float:
    return len(gzip.compress(file.read_bytes(), 9)) / 1024


def _is_shared(file: Path) -> bool:
    """Loaded by every page, so that a later one has it already."""
    core = {_name(one) for one in _core(_name_of_console())}
    return file.name.startswith(_SHARED) or _name(file) in core


@cache
def _core(console: Path) -> frozenset[Path]:
    found: set[Path] = set()
    _add(console, "<main></main>", found)
    return frozenset(found)


def _name_of_console() -> Path:
    return next(Path(settings.STATIC_ROOT, "js").glob("console.????????????.js"))


def _name(file: Path) -> str:
    return file.name.split(".")[0]


def _poll_bytes(url: str, browser: Browser, region: Region) -> int:
    """All that an unchanged poll brings, status line and headers included, from a web process."""
    place = urlsplit(url)
    path = region.url + ("&" if "?" in region.url else "?") + f"v={quote(region.stamp)}"
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as line:
        head = [
            f"GET {path} HTTP/1.1",
            f"Host: {place.netloc}",
            f"Cookie: {settings.SESSION_COOKIE_NAME}={browser.session}",
            "HX-Request: true",
            f"HX-Target: {region.id}",
            "Connection: close",
        ]
        line.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        told = b"".join(iter(lambda: line.recv(65536), b""))
    status = told.split(b" ", 2)[1]
    assert status == b"204", (region, status)
    return len(told)


def _poll_cpu(browser: Browser, region: Region) -> float:
    """Milliseconds of CPU for one, the median of many."""
    spent = []
    for _ in range(_POLLS):
        began = time.process_time()
        answer: Answer = browser.ask(region.url, target=region.id, v=quote(region.stamp))
        spent.append((time.process_time() - began) * 1000)
        assert answer.status == 204, (region, answer.status)
    return statistics.median(spent)
