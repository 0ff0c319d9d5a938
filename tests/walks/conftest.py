"""The whole product as a stranger starts it, and a browser in front of it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.console import running_console
from tests.walks.reports import Reports

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Console:
    """A running console: what `up` printed."""

    url: str
    email: str
    password: str
    token: str
    simulator: str
    pids: Callable[[], list[int]]
    """Everything that it runs just now."""

    def resources(self, provider: str) -> list[dict[str, Any]]:
        """Everything that the simulator holds for one provider."""
        answer = httpx.get(f"{self.simulator}/_sim/resources", timeout=20).raise_for_status()
        found: list[dict[str, Any]] = answer.json()["resources"]
        return [resource for resource in found if resource["provider"] == provider]

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """One call of the JSON API."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.request(method, f"{self.url}/api/v1{path}", headers=headers, timeout=20, **options)
        return answer.raise_for_status().json()


@pytest.fixture(scope="session")
def console() -> Iterator[Console]:
    """`manage.py up` on a fresh folder and a free port, ended at the end of the session."""
    with tempfile.TemporaryDirectory(prefix="gpc-walk-") as folder, running_console(Path(folder, "data")) as started:
        names = ("url", "email", "password", "token", "simulator")
        yield Console(**{name: started.answer(name).rstrip("/") for name in names}, pids=started.pids)


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """Where screenshots go: a folder outside the tree; none is taken without it."""
    named = os.environ.get("GPUCONSOLE_SHOTS")
    if not named:
        return None
    folder = Path(named)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
    yield browser
    browser.close()


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "No Chromium found; `python3 manage.py test` installs it."
    return found


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def context(chromium: Browser, console: Console) -> Iterator[BrowserContext]:
    made = chromium.new_context(base_url=console.url, viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    made.set_default_timeout(20_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, reports: Reports) -> Page:
    """A signed-out page that notes what the browser complains about."""
    made = context.new_page()
    made.on("console", reports.hear)
    made.on("pageerror", lambda error: reports.errors.append(str(error)))
    return made


@pytest.fixture
def signed_in(page: Page, console: Console) -> Page:
    sign_in(page, console)
    return page


def sign_in(page: Page, console: Console) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Email").fill(console.email)
    page.get_by_label("Password", exact=True).fill(console.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
