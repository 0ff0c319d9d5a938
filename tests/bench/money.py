"""`manage.py bench money`: what it takes to know money before it is spent, to keep to limits, and to explain it later.

An estimate among 20,000 workloads (p95 under 50 ms), what a check of quota and budget adds to a launch (under 10 ms),
and the page of costs over 1,000,000 usage intervals (p95 under 300 ms). Runs on servers of its own.
"""

import argparse
import importlib
import importlib.util
import os
import secrets
from collections.abc import Callable, Sequence

from gpuconsole.door.servers import temporary_servers
from tests.bench._figures import Figure, report

PARTS = ("estimate", "quota", "costs")
"""Each is ``tests/bench/_money_<part>.py`` with ``figures() -> list[Figure]``."""


def main(words: list[str]) -> int:
    """Print a table and, as the last line, one JSON object; answers 1 for a missed target."""
    there = [part for part in PARTS if importlib.util.find_spec(f"tests.bench._money_{part}")]
    parser = argparse.ArgumentParser(prog="manage.py bench money")
    parser.add_argument("--part", choices=there, action="append", help="only this part; may be given again")
    asked = parser.parse_args(words)
    with temporary_servers() as variables:
        os.environ.update(variables, GPUCONSOLE_SECRET_KEY=secrets.token_urlsafe(50), GPUCONSOLE_LOG_LEVEL="ERROR")
        os.environ["DJANGO_SETTINGS_MODULE"] = "gpuconsole.settings"
        _set_up()
        return report([figure for part in asked.part or there for figure in _figures_of(part)])


def _set_up() -> None:
    """What is measured can be imported only behind this."""
    importlib.import_module("django").setup()
    settings = importlib.import_module("django.conf").settings
    settings.ALLOWED_HOSTS = ["*"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    importlib.import_module("warnings").filterwarnings("ignore", "No directory at")  # nothing is collected for this
    importlib.import_module("django.core.management").call_command("migrate", verbosity=0)


def _figures_of(part: str) -> Sequence[Figure]:
    figures: Callable[[], Sequence[Figure]] = importlib.import_module(f"tests.bench._money_{part}").figures
    return figures()
