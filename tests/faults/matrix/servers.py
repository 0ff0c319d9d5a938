"""A PostgreSQL and a Valkey of one's own that can be taken down and brought up again, and a simulator beside them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gpuconsole.door import children
from gpuconsole.door.postgres import Postgres
from gpuconsole.door.valkey import Valkey

ROOT = Path(__file__).resolve().parents[3]
FAST, AT_ONCE = signal.SIGINT, signal.SIGKILL
"""PostgreSQL writes down what it has and leaves; the machine lost its power."""


class Server(Protocol):
    """What the two have in common."""

    def start(self) -> subprocess.Popen[bytes]:
        """Begin."""

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Until it answers."""


@dataclass
class Servers:
    """Both servers on files in `folder`; what comes back after an outage has the same files and the same address."""

    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    simulator_url: str = ""

    def __post_init__(self) -> None:
        self.postgres = Postgres(self.folder / "postgres", self.folder, forgetful=True)
        self.valkey = Valkey(self.folder / "valkey", self.folder)

    @property
    def variables(self) -> dict[str, str]:
        """The environment that reaches them."""
        return {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.valkey.url}

    def start(self) -> None:
        """All three."""
        for name in ("postgres", "valkey"):
            self.running[name] = self._server(name).start()
        self._start_simulator()
        for name in ("postgres", "valkey"):
            self._server(name).wait(self.running[name])

    def take_down(self, name: str, farewell: signal.Signals = signal.SIGTERM) -> None:
        """End one of the two; whoever is connected to it is cut off."""
        process = self.running.pop(name)
        if farewell == AT_ONCE and name == "postgres":
            farewell = signal.SIGQUIT  # its "immediate" mode: nothing is written down, and no child of it lives on
        process.send_signal(farewell)
        process.wait(20)

    def bring_up(self, name: str) -> None:
        """Start it again."""
        self.running[name] = self._server(name).start()
        self._server(name).wait(self.running[name])

    def end(self) -> None:
        """End all that runs."""
        for name, process in self.running.items():
            process.send_signal(FAST if name == "postgres" else signal.SIGTERM)
        for process in self.running.values():
            process.wait(20)

    def _server(self, name: str) -> Server:
        return self.postgres if name == "postgres" else self.valkey

    def _start_simulator(self) -> None:
        log = self.folder / "simulator.log"
        command = [sys.executable, "-m", "gpuconsole.simulator", "--port", "0"]
        process = children.spawn(command, env=os.environ, log=log, cwd=ROOT)
        self.running["simulator"] = process
        until = time.monotonic() + 30
        while "http://" not in log.read_text():
            assert process.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.02)
        self.simulator_url = log.read_text().split()[1]


@contextmanager
def own_servers() -> Iterator[Servers]:
    """Fresh ones for as long as the block runs; their files are thrown away."""
    folder = Path(tempfile.mkdtemp(prefix="gpuconsole-faults-"))
    servers = Servers(folder)
    try:
        servers.start()
        yield servers
    finally:
        servers.end()
        shutil.rmtree(folder, ignore_errors=True)
