"""The simulator over real HTTP/1.1: threads, keep-alive, one send an answer, no Nagle delay."""

import contextlib
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from gpuconsole.simulator.web import Dropped, Request, Response
from gpuconsole.simulator.world import World
from gpuconsole.simulator.wsgi import App, create_app


class SimulatorServer(ThreadingHTTPServer):
    """A threading server that answers with one App."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], app: App) -> None:
        self.app = app
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without the name look-up of the standard class, which can take seconds.

        The port is had again at once after a restart, though connections of the former life still linger on it.
        """
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        host, port = self.socket.getsockname()[:2]
        self.server_address = (host, port)
        self.server_name, self.server_port = host, port

    @property
    def url(self) -> str:
        """Where it listens; the loopback address if it listens everywhere."""
        host = "127.0.0.1" if self.server_name in ("0.0.0.0", "") else self.server_name  # noqa: S104 - compared only
        return f"http://{host}:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; all else is."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: SimulatorServer
    protocol_version = "HTTP/1.1"
    server_version = "gpuconsole-simulator"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one send, at the flush

    def handle_method(self) -> None:
        """Answer any method."""
        body = self._body()
        if body is None:
            self._send(Response(400, b'{"error": "bad request body"}', {"Content-Type": "application/json"}))
            self.close_connection = True
            return
        # A proxy's client (truss behind http_proxy) sends the absolute URL: only its path matters here.
        target = urlsplit(self.path)
        host, port = self.connection.getsockname()[:2]
        request = Request(
            method=self.command,
            path=unquote(target.path) or "/",
            query=dict(parse_qsl(target.query, keep_blank_values=True)),
            headers={key.lower(): value for key, value in self.headers.items()},
            body=body,
            base_url=f"http://{host}:{port}",
            peer=self.client_address[0],
            query_string=target.query,
        )
        try:
            self._send(self.server.app.handle(request))
        except Dropped:
            self._cut()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_method  # noqa: N815

    def _body(self) -> bytes | None:
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            return self._chunked()
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            return None
        return self.rfile.read(length) if length >= 0 else None

    def _chunked(self) -> bytes | None:
        parts = []
        try:
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
        except ValueError:
            return None
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        self.send_header("Server", self.server_version)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    def _cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def handle_expect_100(self) -> bool:
        """Let an uploading client go on at once, in spite of the buffer."""
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent; `/_sim/requests` is the record."""


@dataclass(frozen=True)
class Served:
    """A running simulator: where it is, and its world for tests that look or turn the clock."""

    url: str
    world: World
    app: App


def make_server(
    port: int = 0,
    host: str = "127.0.0.1",
    *,
    only: str | None = None,
    speed: float = 1.0,
    world: World | None = None,
) -> SimulatorServer:
    """A server that is bound and not yet serving."""
    return SimulatorServer((host, port), create_app(only, speed, world))


@contextlib.contextmanager
def serve(
    port: int = 0, *, only: str | None = None, speed: float = 1.0, world: World | None = None
) -> Iterator[Served]:
    """Run the simulator in a thread for the length of a `with` block, on a free port unless one is given."""
    server = make_server(port, only=only, speed=speed, world=world)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Served(server.url, server.app.world, server.app)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
