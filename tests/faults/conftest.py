"""Real workers in processes of their own, on the test's database, Valkey and simulator."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytest_django.fixtures import Settings

from gpuconsole.simulator.server import serve
from tests.web import database_url

if TYPE_CHECKING:
    from tests.sync.bench import Engine

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Workers:
    """Starts and kills the processes that `manage.py up` runs beside the web."""

    environ: dict[str, str]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, part: str = "worker") -> subprocess.Popen[bytes]:
        """A worker, or the beat that wakes it every second."""
        command = [sys.executable, "-m", "gpuconsole.embedded", part]
        self.running.append(subprocess.Popen(command, cwd=ROOT, env=self.environ, start_new_session=True))
        return self.running[-1]

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """As the kernel does when memory runs out."""
        process.kill()
        process.wait(10)
        self.running.remove(process)

    def end(self) -> None:
        """Stop what still runs."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


@pytest.fixture
def engine(transactional_db: None, settings: Settings) -> Iterator[Engine]:
    from tests.sync.bench import engine_at  # noqa: PLC0415 (models can be imported once Django is set up)

    with serve(speed=1) as simulator:
        settings.SIMULATOR_URL = simulator.url
        with engine_at(simulator.url) as made:
            yield made


@pytest.fixture
def workers(engine: Engine) -> Iterator[Workers]:
    made = Workers({**os.environ, "DATABASE_URL": database_url(), "GPUCONSOLE_SIMULATOR_URL": str(engine.far.base_url)})
    yield made
    made.end()


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Waits until something has come true, and fails when it has not in 20 s."""

    def wait(is_true: Callable[[], object], within_s: float = 20) -> None:
        until = time.monotonic() + within_s
        while not is_true():
            assert time.monotonic() < until, "it did not come true in time"
            time.sleep(0.02)

    return wait
