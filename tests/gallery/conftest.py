"""The browser of the gallery's tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

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


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    args = {**browser_type_launch_args, "args": [f"--{flag}" for flag in FLAGS]}
    chromium = Path(os.environ.get("GPUCONSOLE_CHROMIUM", "/usr/bin/chromium"))
    return {**args, "executable_path": str(chromium)} if chromium.exists() else args


@pytest.fixture
def _gallery_urls(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.gallery.urls"


@pytest.fixture
def shoot(page: Page, tmp_path: Path) -> Callable[[str], None]:
    """Takes a picture of the whole page into $GPUCONSOLE_SHOTS, else into the test's own folder."""
    folder = Path(os.environ.get("GPUCONSOLE_SHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def take(name: str) -> None:
        page.screenshot(path=folder / f"{name}.png", full_page=True, animations="disabled")

    return take
