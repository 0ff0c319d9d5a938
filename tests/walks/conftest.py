"""The whole product as a stranger starts it, and a browser in front of it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.walks.reports import Reports

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SPEED = 20
LINES = {"URL", "Sign in as", "Password", "API token", "Simulator"}


@dataclass(frozen=True)
class Console:
    """A running console: what `up` printed."""

    url: str
    email: str
    password: str
    token: str
    simulator: str
    pid: int

    def resources(self, provider: str) -> list[dict[str, object]]:
        """Everything that the simulator holds for one provider."""
        answer = httpx.get(f"{self.simulator}/_sim/resources", timeout=20).raise_for_status()
        found: list[dict[str, object]] = answer.json()["resources"]
        return [resource for resource in found if resource["provider"] == provider]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def console() -> Iterator[Console]:
    """`manage.py up` on a fresh folder and a free port, ended at the end of the session."""
    with tempfile.TemporaryDirectory(prefix="gpc-walk-") as folder:
        command = [sys.executable, "manage.py", "up", "--port", str(free_port()), "--data", f"{folder}/data"]
        environ = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        environ.pop("GPUCONSOLE_DATA", None)
        process = subprocess.Popen(
            [*command, "--simulator-speed", str(SPEED)],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield _printed(process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


def _printed(process: subprocess.Popen[str]) -> Console:
    found: dict[str, str] = {}
    assert process.stdout is not None
    until = time.monotonic() + 90
    while LINES - found.keys():
        line = process.stdout.readline()
        assert line and time.monotonic() < until, f"`up` ended or took too long; it printed {found}"
        match = re.match(r"([\w ]+): (\S+)", line)
        if match and match[1] in LINES:
            found[match[1]] = match[2]
    return Console(
        url=found["URL"].rstrip("/"),
        email=found["Sign in as"],
        password=found["Password"],
        token=found["API token"],
        simulator=found["Simulator"].rstrip("/"),
        pid=process.pid,
    )


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where screenshots go: a folder outside the tree."""
    folder = Path(os.environ.get("GPUCONSOLE_SHOTS") or Path(tempfile.gettempdir()) / "gpuconsole-shots")
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
    made.set_default_timeout(15_000)
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
