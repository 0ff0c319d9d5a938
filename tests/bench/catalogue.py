"""`manage.py bench catalogue`: what the catalogue costs among very many offers.

50,000 offers of five connections with thirty days of prices, and 2,000 launches of the team's own. The page and the API
are asked in every order, narrowed, searched and paged; measured is the time of the server, from the request to the last
byte of the answer, all middleware included. Runs on servers of its own.
"""

import argparse
import importlib
import os
import secrets
from typing import TYPE_CHECKING

from gpuconsole.door.servers import temporary_servers

if TYPE_CHECKING:
    from tests.bench import _offers


def main(words: list[str]) -> int:
    """Print a table and, as the last line, one JSON object; answers 1 for a missed target."""
    parser = argparse.ArgumentParser(prog="manage.py bench catalogue")
    parser.add_argument("--rounds", type=int, default=20, help="requests of each kind")
    parser.add_argument("--offers", type=int, default=50_000)
    asked = parser.parse_args(words)
    with temporary_servers() as variables:
        os.environ.update(variables, GPUCONSOLE_SECRET_KEY=secrets.token_urlsafe(50), GPUCONSOLE_LOG_LEVEL="ERROR")
        os.environ["DJANGO_SETTINGS_MODULE"] = "gpuconsole.settings"
        importlib.import_module("django").setup()  # what is measured can be imported only then
        offers: _offers = importlib.import_module("tests.bench._offers")
        code: int = offers.measure(asked.offers, asked.rounds)
        return code
