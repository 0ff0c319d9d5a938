"""`manage.py bench pages [--small N] [--large N]`: what pages weigh, and what the list of jobs costs the server.

A table of every page: compressed bytes of a first load (markup, styles, our script, htmx), of a later page, and of an
unchanged poll with all its headers, with the server's CPU for one. Then the list of jobs, its polled table and the
search among a hundred thousand and a million workloads: the whole call through the WSGI application, in this process;
and again while 500 open pages poll two web processes beside it. Runs on servers of its own.
"""

import argparse
import importlib
import os
import secrets
from typing import TYPE_CHECKING

from gpuconsole.door.servers import temporary_servers

if TYPE_CHECKING:
    from tests.bench import _pages


def main(words: list[str]) -> int:
    """Print tables and, as the last line, one JSON object; answers 1 for a missed target."""
    parser = argparse.ArgumentParser(prog="manage.py bench pages")
    parser.add_argument("--small", type=int, default=100_000, help="workloads of the smaller list")
    parser.add_argument("--large", type=int, default=1_000_000, help="workloads of the larger list")
    parser.add_argument("--rounds", type=int, default=200, help="requests of each kind")
    parser.add_argument("--pages", type=int, default=500, help="open pages that poll")
    asked = parser.parse_args(words)
    with temporary_servers() as variables:
        os.environ.update(variables, GPUCONSOLE_SECRET_KEY=secrets.token_urlsafe(50), GPUCONSOLE_LOG_LEVEL="ERROR")
        os.environ["DJANGO_SETTINGS_MODULE"] = "gpuconsole.settings"
        importlib.import_module("django").setup()  # what is measured can be imported only then
        pages: _pages = importlib.import_module("tests.bench._pages")
        code: int = pages.measure(asked.small, asked.large, rounds=asked.rounds, open_pages=asked.pages)
        return code
