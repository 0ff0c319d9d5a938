"""The simulator as one WSGI application: mounts, faults, the record of calls, then the dialect."""

import json
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from gpuconsole.simulator import spoiling
from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.control import Control
from gpuconsole.simulator.dialects import DIALECTS
from gpuconsole.simulator.web import Dialect, Dropped, Request, Response, json_response
from gpuconsole.simulator.world import World

BODY_LIMIT_TO_RECORD = 256 * 1024


class App:
    """Answers requests, as WSGI (`app(environ, start_response)`) or directly (`app.handle(request)`)."""

    def __init__(self, world: World, dialects: dict[str, Dialect], only: str | None) -> None:
        self.world = world
        self._dialects = dialects
        self._only = only
        self._control = Control(world, dialects)

    def handle(self, request: Request) -> Response:
        """Answer one request; raises Dropped where a fault cuts the connection."""
        if request.path == "/_sim" or request.path.startswith("/_sim/"):
            with self.world.lock:
                self._touch(request)
                return self._control.answer(request)
        found = self._mount(request)
        if found is None:
            known = ", ".join(f"/{slug}" for slug in self._dialects)
            return json_response({"error": f"no provider here; the simulator speaks {known} and /_sim"}, 404)
        dialect, local = found
        return self._play(dialect, request, local)

    def _mount(self, request: Request) -> tuple[Dialect, Request] | None:
        if self._only:
            return self._dialects[self._only], request
        slug, _, rest = request.path.lstrip("/").partition("/")
        if slug not in self._dialects:
            return None
        return self._dialects[slug], replace(request, path=f"/{rest}", base_url=f"{request.base_url}/{slug}")

    def _play(self, dialect: Dialect, request: Request, local: Request) -> Response:
        faults, slug = self.world.faults, dialect.slug
        with self.world.lock:
            self._touch(request)
            at = self.world.now()
            subjects = self._subjects(dialect, request, local)
            slow = faults.strike("latency", slug, subjects)
            before = faults.strike("dropped_before", slug, subjects)
            trouble = None if before else spoiling.instead(faults, dialect, local, subjects)
        if slow:
            time.sleep(slow.seconds or 0)
        if before:
            self._record(dialect, request, None, at)
            raise Dropped("cut before acting")
        with self.world.lock, self.world.clock_of(slug):
            self._touch(request)  # once more: it may have slept since
            answer = trouble or spoiling.spoilt(faults, dialect, _answer(dialect, local), subjects)
            after = trouble is None and faults.strike("dropped_after", slug, subjects)
            self._record(dialect, request, None if after else answer.status, at)
            if after:
                raise Dropped("cut after acting")
            return spoiling.dated(answer, self.world.now())

    def _touch(self, request: Request) -> None:
        """Note that this call may change the world; a call that only reads does so where a fault counts its hits."""
        if request.method not in ("GET", "HEAD") or any(self.world.faults):
            self.world.is_touched = True

    def _subjects(self, dialect: Dialect, request: Request, local: Request) -> list[str]:
        """The texts a fault's `match` may be part of: method and path, the body, ids and names of resources asked for.

        A resource is asked for in the path, in the query or somewhere in the body, as providers have it.
        """
        texts = [f"{request.method} {request.path}", f"{local.method} {local.path}"]
        body = request.body.decode(errors="replace") if len(request.body) <= BODY_LIMIT_TO_RECORD else ""
        texts.append(body)
        if any(self.world.faults):
            parts = {*local.path.split("/"), *local.query.values()}
            for resource in self.world.resources(dialect.slug):
                if resource.id in parts or resource.id in body:
                    texts += [resource.id, resource.name]
        return texts

    def _record(self, dialect: Dialect, request: Request, status: int | None, at: float) -> None:
        with self.world.lock:
            self.world.requests.append(
                {
                    "provider": dialect.slug,
                    "method": request.method,
                    "path": request.path,
                    "query": dict(request.query),
                    "body": _readable(request.body),
                    "status": status,
                    "at": iso(at),
                }
            )

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The WSGI door."""
        response = self.handle(_from_environ(environ))
        headers = {**response.headers, "Content-Length": str(len(response.body))}
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", list(headers.items()))
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body]


def create_app(only: str | None = None, speed: float = 1.0, world: World | None = None) -> App:
    """The simulator, usable in process: `httpx.Client(transport=httpx.WSGITransport(create_app()))`.

    `only` puts one dialect at `/` instead of all under `/<slug>`; `speed` is ignored where a world is given.
    """
    if only is not None and only not in DIALECTS:
        raise ValueError(f"no such dialect: {only} (known: {', '.join(DIALECTS)})")
    world = world or World(speed=speed)
    return App(world, {slug: make(world) for slug, make in DIALECTS.items() if only in (None, slug)}, only)


def _answer(dialect: Dialect, request: Request) -> Response:
    """What the dialect answers. A mistake of ours goes to standard error, and to the caller as the provider's own."""
    try:
        return dialect.answer(request)
    except Exception:
        traceback.print_exc(file=sys.stderr)
        return dialect.trouble(500)


def _readable(body: bytes) -> Any:
    if not body:
        return None
    if len(body) > BODY_LIMIT_TO_RECORD:
        return f"<{len(body)} bytes>"
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")


def _from_environ(environ: dict[str, Any]) -> Request:
    headers = {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    length = environ.get("CONTENT_LENGTH")
    body = environ["wsgi.input"].read(int(length)) if length else environ["wsgi.input"].read()
    host = headers.get("host") or f"{environ.get('SERVER_NAME', '127.0.0.1')}:{environ.get('SERVER_PORT', '80')}"
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO") or "/",
        query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        headers=headers,
        body=body,
        base_url=f"{environ.get('wsgi.url_scheme', 'http')}://{host}",
        peer=environ.get("REMOTE_ADDR") or "127.0.0.1",
        query_string=environ.get("QUERY_STRING", ""),
    )
