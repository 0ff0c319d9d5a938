"""`manage.py bench logs`: one job with a log of 1 GB, read and searched in a process whose memory is watched.

The log is written through the store as a worker writes it. Then pages from its beginning, middle and end are read, all
of it is paged through and downloaded, a rare word is looked for from beginning to end, and lines are found by number.
A browser then scrolls through its page from end to end and follows it while it grows. Runs on servers of its own.
"""

import argparse
import importlib
import os
import secrets
from typing import TYPE_CHECKING

from gpuconsole.door.servers import temporary_servers

if TYPE_CHECKING:
    from tests.bench import _long_log


def main(words: list[str]) -> int:
    """Print a table and, as the last line, one JSON object; answers 1 for a missed target."""
    parser = argparse.ArgumentParser(prog="manage.py bench logs")
    parser.add_argument("--megabytes", type=int, default=1024)
    asked = parser.parse_args(words)
    with temporary_servers() as variables:
        os.environ.update(variables, GPUCONSOLE_SECRET_KEY=secrets.token_urlsafe(50), GPUCONSOLE_LOG_LEVEL="ERROR")
        os.environ["DJANGO_SETTINGS_MODULE"] = "gpuconsole.settings"
        importlib.import_module("django").setup()  # what is measured can be imported only then
        long_log: _long_log = importlib.import_module("tests.bench._long_log")
        code: int = long_log.measure(asked.megabytes)
        return code
