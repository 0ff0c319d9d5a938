"""Runs a PostgreSQL and a Valkey for as long as somebody needs them, in a folder that is thrown away.

`python -m gpuconsole.door.servers COMMAND …` runs a command on such a pair and answers its exit code.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gpuconsole.door.postgres import Postgres
from gpuconsole.door.valkey import Valkey


@contextmanager
def temporary_servers(*, forgetful: bool = True) -> Iterator[dict[str, str]]:
    """Start both servers on fresh files; gives the environment that reaches them and ends them afterwards.

    `forgetful`: PostgreSQL neither waits for the disk nor cleans up behind itself; under `up` it does both.
    """
    folder = Path(tempfile.mkdtemp(prefix="gpuconsole-"))
    postgres, valkey = Postgres(folder / "postgres", folder, forgetful=forgetful), Valkey(folder / "valkey", folder)
    running: list[subprocess.Popen[bytes]] = []
    try:
        running += [postgres.start(), valkey.start()]
        postgres.wait(running[0])
        valkey.wait(running[1])
        yield {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url, "GPUCONSOLE_DATA": str(folder)}
    finally:
        for process, farewell in zip(running, (signal.SIGINT, signal.SIGTERM), strict=False):
            process.send_signal(farewell)
            process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    with temporary_servers() as variables:
        sys.exit(subprocess.run(sys.argv[1:], env=os.environ | variables, check=False).returncode)
