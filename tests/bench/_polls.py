"""What one unchanged poll costs: bytes of the whole answer as they are sent, CPU and queries of the server."""

from __future__ import annotations

import html
import io
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import quote, urlencode

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

MOST_BYTES, MOST_CPU_MS = 400, 5
_OF_SERVER = (("Server", "gunicorn"), ("Date", "Sat, 21 Nov 2026 14:32:20 GMT"), ("Connection", "keep-alive"))
_WARM_UP = 20


@dataclass(frozen=True)
class Region:
    """One polled element of a page: its id, and the address with its stamp."""

    target: str
    url: str


@dataclass(frozen=True)
class Cost:
    """What its unchanged poll takes."""

    status: int
    size: int
    cpu_ms: float
    queries: int


def regions(page: str) -> Iterator[Region]:
    """Every polled region of a page's HTML, its log included; each to be asked as the page's own script asks."""
    for tag in re.findall(r"<[^>]*\bdata-poll=[^>]*>", page):
        facts = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        vals = re.search(r"hx-vals='([^']*)'", tag)
        query = urlencode(json.loads(html.unescape(vals[1]))) if vals else ""
        url = html.unescape(facts["hx-get"])
        yield Region(facts["id"], f"{url}{'&' if '?' in url else '?'}{query}")
    log = re.search(r'data-log-url="([^"]*)".*?data-next="(\d+)".*?data-v="([^"]*)"', page, re.DOTALL)
    if log:
        yield Region("log", f"{log[1]}?{urlencode({'from': log[2], 'v': log[3]})}")


def cost_of(browser: Client, region: Region, rounds: int = 100) -> Cost:
    """Ask through the whole application as the web server calls it. ``cpu_ms`` is the median of this process's CPU."""
    application, times = get_wsgi_application(), []
    for number in range(_WARM_UP + rounds):
        began = time.process_time()
        _ask(application, browser, region)
        if number >= _WARM_UP:
            times.append((time.process_time() - began) * 1000)
    with CaptureQueriesContext(connection) as queries:
        status, size = _ask(application, browser, region)
    return Cost(int(status.split()[0]), size, median(times), len(queries))


def _ask(application: Any, browser: Client, region: Region) -> tuple[str, int]:
    path, _, query = region.url.partition("?")
    told: list[Any] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_HX_REQUEST": "true",
        "HTTP_HX_TARGET": quote(region.target),
        "HTTP_COOKIE": "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items()),
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
    }
    answer = application(environ, lambda status, headers, *_: told.extend((status, headers)))
    body = b"".join(answer)
    answer.close()
    status, headers = told
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in (*_OF_SERVER, *headers)), "", ""]
    return status, len("\r\n".join(lines)) + len(body)
