"""Runs the web server as `manage.py up` does, several processes with threads, on the test's own database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def running_web(workers: int) -> Iterator[str]:
    """The address of a web server that takes requests from the first moment on; ended afterwards."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        handle = listener.fileno()
        environ = {**os.environ, "DATABASE_URL": database_url(), "GPUCONSOLE_WEB_WORKERS": str(workers)}
        command = [sys.executable, "-m", "gpuconsole.serve", str(handle)]
        server = subprocess.Popen(command, cwd=ROOT, env=environ, pass_fds=(handle,), start_new_session=True)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(10)


def database_url() -> str:
    """The test database as the address of a server; its name differs from the session's own."""
    found = settings.DATABASES["default"]
    user, place = quote(found["USER"]), urlencode({"host": found["HOST"]})
    return f"postgresql://{user}@/{found['NAME']}?{place}" if found["HOST"].startswith("/") else _remote(found)


def _remote(found: dict[str, str]) -> str:
    login = f"{quote(found['USER'])}:{quote(found['PASSWORD'])}"
    return f"postgresql://{login}@{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"
