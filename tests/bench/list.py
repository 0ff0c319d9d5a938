"""`manage.py bench list`: what a list costs among very many workloads.

The jobs page: how many queries it takes with 50 rows among 20,000. The API's list of 50 among 100,000: its CPU, against
that of the barest view of Django and django-ninja over the same query, in turns within one process, all middleware and
the JSON text of the answer included. Runs on servers of its own.
"""

import argparse
import importlib
import os
import secrets
from typing import TYPE_CHECKING

from gpuconsole.door.servers import temporary_servers

if TYPE_CHECKING:
    from tests.bench import _lists


def main(words: list[str]) -> int:
    """Print a table and, as the last line, one JSON object; answers 1 for a missed target."""
    parser = argparse.ArgumentParser(prog="manage.py bench list")
    parser.add_argument("--rounds", type=int, default=300, help="requests of each kind")
    rounds = parser.parse_args(words).rounds
    with temporary_servers() as variables:
        os.environ.update(variables, GPUCONSOLE_SECRET_KEY=secrets.token_urlsafe(50), GPUCONSOLE_LOG_LEVEL="ERROR")
        os.environ["DJANGO_SETTINGS_MODULE"] = "gpuconsole.settings"
        importlib.import_module("django").setup()  # what is measured can be imported only then
        lists: _lists = importlib.import_module("tests.bench._lists")
        code: int = lists.measure(rounds)
        return code
