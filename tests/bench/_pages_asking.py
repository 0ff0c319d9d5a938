"""Asks pages of the WSGI application in this process; and keeps pages open in the manner of the browser's script."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import random
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import Any

import httpx
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import Client

from gpuconsole.accounts.models import User
from gpuconsole.core import versions
from tests.bench._pages_fill import Shop
from tests.web import running_web

_EVERY_S = 10
_CHANGE_EVERY_S = 30
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_application = cache(get_wsgi_application)


@dataclass(frozen=True)
class Answer:
    """What the application answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    """As it is sent: compressed where it is worth it."""

    @property
    def text(self) -> str:
        """As the browser reads it."""
        is_compressed = dict(self.headers).get("Content-Encoding") == "gzip"
        return (gzip.decompress(self.body) if is_compressed else self.body).decode()


class Browser:
    """A signed-in person's browser that asks without a network in between."""

    def __init__(self, user: User) -> None:
        client = Client()
        client.force_login(user, backend=_BACKEND)
        self.session = client.cookies[settings.SESSION_COOKIE_NAME].value

    @staticmethod
    @cache
    def of(user: User) -> Browser:
        """One browser a person."""
        return Browser(user)

    def ask(self, path: str, *, target: str = "", **query: str) -> Answer:
        """The whole answer; with ``target`` as htmx asks for that element."""
        place, _, asked = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": place,
            "QUERY_STRING": "&".join([*filter(None, [asked]), *(f"{name}={value}" for name, value in query.items())]),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_ACCEPT_ENCODING": "gzip",
            "HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={self.session}",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        if target:
            environ |= {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": target}
        told: list[Any] = []
        parts = _application()(environ, lambda status, headers, exc=None: told.extend([status, headers]))
        body = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        return Answer(int(told[0].split()[0]), told[1], body)


@dataclass(frozen=True)
class Region:
    """One polled part of a page."""

    id: str
    url: str
    stamp: str


def regions(html: str) -> list[Region]:
    """The polled parts of a page, with the stamps that they were drawn with."""
    found = []
    for tag in re.findall(r"<[a-z]+ [^>]*data-poll[^>]*>", html):
        parts = dict(re.findall(r'([a-z-]+)=(?:"([^"]*)"|\'[^\']*\')', tag))
        values = re.search(r"hx-vals='([^']*)'", tag)
        if parts.get("hx-get") and values:
            stamp = json.loads(unescape(values[1])).get("v", "")
            found.append(Region(parts.get("id", ""), unescape(parts["hx-get"]), stamp))
    return found


@contextmanager
def polling_pages(shop: Shop, count: int) -> Iterator[None]:
    """So many open lists that poll two web processes, each every ten seconds; twice a minute something changes."""
    stop = threading.Event()
    with running_web(2) as url:
        told: list[int] = []
        crowd = threading.Thread(target=lambda: asyncio.run(_crowd(url, shop, count, stop, told)), daemon=True)
        crowd.start()
        time.sleep(_EVERY_S / 2)
        yield
        stop.set()
        crowd.join(30)
    unchanged = sum(status == 204 for status in told)
    print(f"  beside it {len(told)} polls, {unchanged} of them unchanged")


async def _crowd(url: str, shop: Shop, count: int, stop: threading.Event, told: list[int]) -> None:
    cookies = {settings.SESSION_COOKIE_NAME: Browser.of(shop.admin).session}
    async with httpx.AsyncClient(base_url=url, cookies=cookies, timeout=30) as client:
        first = await client.get("/jobs/")
        stamp = regions(first.text)[0].stamp
        async with asyncio.TaskGroup() as group:
            group.create_task(_changes(shop, stop))
            for _ in range(count):
                group.create_task(_page(client, stamp, stop, told))


async def _page(client: httpx.AsyncClient, stamp: str, stop: threading.Event, told: list[int]) -> None:
    await asyncio.sleep(random.random() * _EVERY_S)
    while not stop.is_set():
        headers = {"HX-Request": "true", "HX-Target": "table"}
        answer = await client.get("/jobs/", params={"v": stamp}, headers=headers)
        told.append(answer.status_code)
        if answer.status_code == 200:
            stamp = regions(answer.text)[0].stamp
        await asyncio.sleep(_EVERY_S * (1 + random.random() / 10))


async def _changes(shop: Shop, stop: threading.Event) -> None:
    until = 0.0
    while not stop.is_set():
        if time.monotonic() > until:
            await asyncio.to_thread(versions.bump_now, f"team:{shop.team.pk}")
            until = time.monotonic() + _CHANGE_EVERY_S
        await asyncio.sleep(0.5)
