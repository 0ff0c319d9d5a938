"""The browser of the gallery's tests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

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
def shots(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("GPUCONSOLE_SHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
