"""Runs the whole console as its users do, `manage.py up` in a process of its own, for tests and benches."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"

_ANSWERS = {
    "url": "URL",
    "email": "Sign in as",
    "password": "Password",
    "token": "API token",
    "simulator": "Simulator",
}


@dataclass
class Console:
    """One `manage.py up` and what it has said so far."""

    process: "subprocess.Popen[str]"
    data: Path
    started_at: float
    lines: list[str] = field(default_factory=list)

    def said(self, pattern: str) -> bool:
        """Whether any line so far matches."""
        return any(re.search(pattern, line) for line in self.lines)

    def answer(self, name: str) -> str:
        """What it printed for the url, email, password, token or simulator."""
        found = [line.partition(": ")[2] for line in self.lines if line.startswith(f"{_ANSWERS[name]}: ")]
        return found[-1]

    def get(self, path: str) -> int:
        """The status of a GET of `path`."""
        with urlopen(self.answer("url") + path, timeout=10) as response:
            status: int = response.status
            return status

    def pids(self) -> list[int]:
        """The supervisor and all that it started, directly or not."""
        parents = dict(_parents())
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found


def start(data: Path, *words: str, manage: Path = MANAGE, **variables: str) -> "subprocess.Popen[str]":
    """`manage.py up` on `data`, in an environment that names no server, port or secret but those in `variables`.

    Another checkout's `manage` is run with the Python of the system, as by somebody who has just cloned it.
    """
    ours = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "GPUCONSOLE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    python = Path(sys.base_prefix, "bin", "python3") if manage != MANAGE else sys.executable
    command = [str(python), str(manage), "up", "--data", str(data), *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, env=kept | variables, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True
    )


@contextmanager
def running_console(data: Path, *words: str, manage: Path = MANAGE, **variables: str) -> Iterator[Console]:
    """A console on a free port that has said how it is reached; ended afterwards."""
    process = start(data, "--port", "0", *words, manage=manage, **variables)
    console = Console(process, data, time.monotonic())
    reader = threading.Thread(target=_read, args=(console,), daemon=True)
    reader.start()
    try:
        wait_until(lambda: console.said("^Simulator: ") or process.poll() is not None, timeout_s=180)
        assert process.poll() is None, (process.stderr.read() if process.stderr else "", console.lines)
        yield console
    finally:
        process.terminate()
        process.wait(40)
        reader.join()
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()


def wait_until(claim: Callable[[], bool], *, timeout_s: float) -> None:
    """Ask until `claim` holds; fails the test when it does not in time."""
    deadline = time.monotonic() + timeout_s
    while not claim():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Whether the process still runs; one that only waits to be reaped does not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def _read(console: Console) -> None:
    assert console.process.stdout
    for line in console.process.stdout:
        console.lines.append(line.rstrip("\n"))


def _parents() -> Iterator[tuple[int, int]]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        yield int(stat.parent.name), int(words[1])
