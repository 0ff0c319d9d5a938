"""One browser, one server and one database for all tests of this folder: each makes a team of its own and leaves it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from tests.gallery.studio import Studio

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's loop runs beside Django's test database

FLAGS = [
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
]


SETTINGS = {"ROOT_URLCONF": "tests.gallery.urls", "SIMULATOR_URL": "http://127.0.0.1:9"}
"""The sandbox is offered, and nobody goes there."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    args = {**browser_type_launch_args, "args": [f"--{flag}" for flag in FLAGS]}
    chromium = Path(os.environ.get("GPUCONSOLE_CHROMIUM", "/usr/bin/chromium"))
    return {**args, "executable_path": str(chromium)} if chromium.exists() else args


@pytest.fixture(autouse=True)
def _live_server_helper() -> None:
    """In place of the plugin's, which empties the database after each test: that costs more than most tests here."""


@pytest.fixture(scope="package")
def live_server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[LiveServer]:
    """The product with the gallery's own addresses; rows stay until the last test of the folder."""
    with django_db_blocker.unblock(), override_settings(**SETTINGS):
        server = LiveServer("127.0.0.1")
        server._live_server_modified_settings.enable()
        yield server
        server._live_server_modified_settings.disable()
        server.stop()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(scope="package")
def studio(browser: Browser, live_server: LiveServer) -> Iterator[Studio]:
    """Where pages are looked at, one after the other."""
    folder = os.environ.get("GPUCONSOLE_SHOTS")
    studio = Studio(browser, live_server.url, Path(folder) if folder else None)
    yield studio
    studio.close()


@pytest.fixture(scope="package")
def shared(browser: Browser) -> Iterator[BrowserContext]:
    """A browser's memory for the tests of acts; each finds it empty."""
    context = browser.new_context(reduced_motion="reduce")  # no colour is read while it still changes
    yield context
    context.close()


@pytest.fixture
def page(shared: BrowserContext) -> Iterator[Page]:
    """A page of nobody's, with script."""
    shared.clear_cookies()
    page = shared.new_page()
    yield page
    page.close()


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A page of a browser without script."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def shoot(page: Page) -> Callable[[str], None]:
    """Takes a picture of the whole page into $GPUCONSOLE_SHOTS; none without it."""
    folder = os.environ.get("GPUCONSOLE_SHOTS")

    def take(name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True, animations="disabled")

    return take
