"""A gateway between the workers and the providers that can hold a call, or its answer, for as long as a test wants.

It knows nothing of either side: what it holds is a request whose bytes have left the worker and not reached the
provider, or an answer that has left the provider and not reached the worker.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_KEPT_OUT = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})
_HELD_S = 60


@dataclass
class Gate:
    """Holds every call that its pattern fits (``METHOD /slug/path``), before it is passed on or after its answer."""

    pattern: re.Pattern[str]
    is_after: bool
    drops: bool = False
    """Held calls never reach the provider: the worker's machine died with them in its buffers."""
    arrived: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)
    held: list[str] = field(default_factory=list)

    def hold(self, call: str) -> None:
        """Stay here until it is opened."""
        self.held.append(call)
        self.arrived.set()
        self.opened.wait(_HELD_S)


class Gateway(ThreadingHTTPServer):
    """Listens on a free port of the loopback and passes on to ``far``."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, far: str) -> None:
        parts = urlsplit(far)
        assert parts.hostname and parts.port
        self.far = (parts.hostname, parts.port)
        self.gates: list[Gate] = []
        self.calls: list[str] = []
        """All that workers have made, once they are here whole."""
        self.broken: list[str] = []
        """Calls that the provider's side did not answer, and why."""
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        """What workers take for the providers' address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def shut(self, pattern: str, *, is_after: bool, drops: bool = False) -> Gate:
        """Hold such calls from now on."""
        gate = Gate(re.compile(pattern), is_after, drops)
        self.gates.append(gate)
        return gate

    def open_all(self) -> None:
        """Let everything through."""
        gates, self.gates = self.gates, []
        for gate in gates:
            gate.opened.set()

    def count(self, pattern: str) -> int:
        """How many such calls were made."""
        return sum(re.fullmatch(pattern, call) is not None for call in self.calls)

    def gate_for(self, call: str, *, is_after: bool) -> Gate | None:
        """The gate that holds the call at that side."""
        fitting = (gate for gate in self.gates if gate.is_after == is_after and gate.pattern.fullmatch(call))
        return next(fitting, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that was killed is no news here."""


class _Handler(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    _far: http.client.HTTPConnection | None = None

    def handle_method(self) -> None:
        """Pass one call on, and its answer back."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = f"{self.command} {urlsplit(self.path).path}"
        self.server.calls.append(call)
        gate = self.server.gate_for(call, is_after=False)
        if gate is not None:
            gate.hold(call)
            if gate.drops:
                self._cut()
                return
        try:
            answer = self._asked(body)
            found = answer.read()
        except (OSError, http.client.HTTPException) as cut:  # by the provider, and so is this end
            self.server.broken.append(f"{call}: {cut!r}")
            self._far = None
            self._cut()
            return
        if (gate := self.server.gate_for(call, is_after=True)) is not None:
            gate.hold(call)
        self._answer(answer, found)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_method  # noqa: N815

    def finish(self) -> None:
        """The worker has left: so does this end."""
        with contextlib.suppress(OSError):
            super().finish()
        if self._far is not None:
            self._far.close()

    def _asked(self, body: bytes) -> http.client.HTTPResponse:
        if self._far is None:
            self._far = http.client.HTTPConnection(*self.server.far, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _KEPT_OUT}
        self._far.request(self.command, self.path, body or None, headers)
        if (made := self._far.sock) is not None:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._far.getresponse()

    def _answer(self, answer: http.client.HTTPResponse, body: bytes) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _KEPT_OUT - {"date"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


@contextmanager
def gateway_to(far: str) -> Iterator[Gateway]:
    """One that runs in threads of this process."""
    gateway = Gateway(far)
    thread = threading.Thread(target=gateway.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.open_all()
        gateway.shutdown()
        gateway.server_close()
        thread.join()
