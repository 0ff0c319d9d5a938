"""Runs the web server as `manage.py up` does, several processes with threads, on the test's own database."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
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


Ask = tuple[str, dict[str, Any] | None, dict[str, str]]
"""An address below the server's, a JSON body, and headers besides the token's."""


def post_together(url: str, token: str, asks: Sequence[Ask]) -> list[httpx.Response]:
    """Send all at the same moment, each on a connection of its own; the answers in the order of the asks."""

    async def one(client: httpx.AsyncClient, path: str, body: dict[str, Any] | None, more: dict[str, str]) -> Any:
        headers = {"Authorization": f"Bearer {token}", **more}
        return await client.post(f"{url}{path}", json=body, headers=headers)

    async def every() -> list[httpx.Response]:
        async with httpx.AsyncClient(limits=httpx.Limits(max_connections=len(asks)), timeout=60) as client:
            return list(await asyncio.gather(*(one(client, *ask) for ask in asks)))

    with ThreadPoolExecutor(1) as apart:  # a browser's test before may have left a loop in this thread
        return apart.submit(asyncio.run, every()).result()
