"""The processes of one console, each by itself and on a Valkey of their own, so that any of them may be killed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gpuconsole.door.valkey import Valkey
from tests.web import database_url

ROOT = Path(__file__).resolve().parents[2]
_MODULES = {
    "worker": ("gpuconsole.embedded", "worker"),
    "beat": ("gpuconsole.embedded", "beat"),
    "watchdog": ("gpuconsole.sync.watchdog.process",),
}


@dataclass
class House:
    """What runs, by name."""

    folder: Path
    environ: dict[str, str]
    listener: socket.socket
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the web answers."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def start(self, *names: str) -> None:
        """Start each; a name may have a number behind it, for another of its kind."""
        for name in names:
            kind = name.rstrip("0123456789")
            self.running[name] = self._valkey() if kind == "valkey" else self._python(kind)

    def kill(self, *names: str) -> None:
        """As the kernel does when memory runs out, with all that each has started."""
        for name in names:
            process = self.running.pop(name)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def log(self, name: str) -> str:
        """What a process has written."""
        return (self.folder / f"{name}.log").read_text()

    def _valkey(self) -> subprocess.Popen[bytes]:
        valkey = Valkey(self.folder / "valkey", self.folder)
        process = valkey.start()
        valkey.wait(process)
        return process

    def _python(self, kind: str) -> subprocess.Popen[bytes]:
        handle = self.listener.fileno()
        words = _MODULES.get(kind, ("gpuconsole.serve", str(handle)))
        with (self.folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=ROOT,
                env=self.environ,
                start_new_session=True,
                stderr=log,
                pass_fds=(handle,) if kind == "web" else (),
            )


@contextmanager
def house_at(folder: Path, simulator_url: str) -> Iterator[House]:
    """A house on the test's database; everything that it started is ended afterwards."""
    folder.mkdir(mode=0o700, exist_ok=True)
    environ = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": Valkey(folder / "valkey", folder).url,
        "GPUCONSOLE_SIMULATOR_URL": simulator_url,
        "GPUCONSOLE_WEB_WORKERS": "1",
    }
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        house = House(folder, environ, listener)
        try:
            yield house
        finally:
            house.kill(*house.running)
