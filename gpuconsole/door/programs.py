"""The console's own processes: how each is called, and the environment they share."""

import os
import signal
import socket
import sys
from dataclasses import dataclass

from gpuconsole.door import children
from gpuconsole.door.data import Data
from gpuconsole.door.environment import BASE
from gpuconsole.door.options import Options
from gpuconsole.door.supervisor import Process


@dataclass(frozen=True)
class Addresses:
    """How the running parts are reached."""

    database_url: str
    redis_url: str
    url: str
    simulator_url: str


@dataclass(frozen=True)
class Programs:
    """Starts each program in the environment of one data folder."""

    house: Data
    addresses: Addresses
    options: Options

    def prepare(self) -> Process:
        """Bring database and static files up to date; leaves its answer in `prepare.json`."""
        answer = str(self.house.folder / "prepare.json")
        empty = ["--empty"] if self.options.empty else []
        return self._start("prepare", "-m", "gpuconsole.prepare", answer, *empty)

    def simulator(self, port: int) -> Process:
        """The providers of the sandbox."""
        speed, state = f"{self.options.simulator_speed:g}", str(self.house.folder / "simulator.json")
        words = ("--port", str(port), "--speed", speed, "--state", state)
        return self._start("simulator", "-m", "gpuconsole.simulator", *words)

    def web(self, listener: socket.socket, gate: int | None = None) -> Process:
        """Pages and API, on the socket that is listening already; serves once the other end of `gate` is closed."""
        handles = (listener.fileno(),) if gate is None else (listener.fileno(), gate)
        words = ("-m", "gpuconsole.serve", *map(str, handles))
        return self._start("web", *words, death_signal=signal.SIGTERM, handles=handles)

    def worker(self) -> Process:
        """The sync engine: all calls to providers."""
        return self._start("worker", "-m", "gpuconsole.embedded", "worker")

    def beat(self) -> Process:
        """The clock that wakes the workers."""
        return self._start("beat", "-m", "gpuconsole.embedded", "beat")

    def watchdog(self) -> Process:
        """Ends what is overdue when all the others are dead; SIGTERM lets it call back whom it sent."""
        return self._start("watchdog", "-m", "gpuconsole.sync.watchdog.process", death_signal=signal.SIGTERM)

    def _start(
        self, name: str, *words: str, death_signal: signal.Signals = signal.SIGKILL, handles: tuple[int, ...] = ()
    ) -> Process:
        return children.spawn(
            [sys.executable, *words],
            env=self._environment(),
            cwd=BASE,
            log=self.house.logs / f"{name}.log",
            death_signal=death_signal,
            pass_fds=(self.house.children_lock, *handles),
        )

    def _environment(self) -> dict[str, str]:
        chosen = {
            "GPUCONSOLE_URL": self.addresses.url,
            "GPUCONSOLE_HOSTS": ",".join(_host_names(self.options.host)),
        }
        fixed = {
            "GPUCONSOLE_DATA": str(self.house.folder),
            "DATABASE_URL": self.addresses.database_url,
            "REDIS_URL": self.addresses.redis_url,
            "GPUCONSOLE_SIMULATOR_URL": self.addresses.simulator_url,
            "CELERY_SKIP_CHECKS": "1",  # prepare did Django's checks
            "PYTHONUNBUFFERED": "1",
            "MALLOC_ARENA_MAX": "2",  # a thread each with an arena of its own costs tens of megabytes
        }
        return chosen | os.environ | fixed


def _host_names(host: str) -> list[str]:
    """The names under which browsers may reach a console that listens on `host`."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if host in {"0.0.0.0", "::"}:  # noqa: S104
        return [*names, socket.gethostname(), socket.getfqdn(), *_own_addresses()]
    return [*names, f"[{host}]" if ":" in host else host]


def _own_addresses() -> list[str]:
    try:
        return socket.gethostbyname_ex(socket.gethostname())[2]
    except OSError:
        return []
