"""Keeps a row of processes alive, in order, and ends them in the opposite order."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from gpuconsole.door.trouble import Trouble

Process = subprocess.Popen[bytes]

_PAUSE_S = 0.05
_LONGEST_BACKOFF_S = 30.0
_SETTLED_S = 60.0  # a process that lived this long starts again without delay


class Stopped(Exception):
    """The operator asked to stop while something was being waited for."""


@dataclass
class Child:
    """One process to keep: how it starts, how it is asked to end and how long it may take."""

    name: str
    start: Callable[[], Process]
    farewell: signal.Signals = signal.SIGTERM
    grace_s: float = 8
    process: Process | None = None
    started_at: float = 0
    failures: int = 0
    again_at: float | None = None

    def begin(self, first: Process | None = None) -> Process:
        """Start the process, or take `first` for it."""
        self.process, self.started_at, self.again_at = first or self.start(), time.monotonic(), None
        return self.process


@dataclass
class Supervisor:
    """Starts children in order, restarts what dies, ends all; `say` gets one line for each surprise."""

    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)
    is_stopping: bool = False

    def obey_signals(self) -> None:
        """Let Ctrl-C, SIGTERM and a closed terminal ask for an orderly stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)

    def start(self, child: Child, first: Process | None = None) -> Process:
        """Keep `child` from now on; `first` is its process where it was started already."""
        self.children.append(child)
        return child.begin(first)

    def wait(self, claim: Callable[[], bool], *, timeout_s: float, otherwise: str) -> None:
        """Wait until `claim` holds, keeping children alive; says `otherwise` when the time is over."""
        deadline = time.monotonic() + timeout_s
        while not claim():
            if time.monotonic() > deadline:
                raise Trouble(otherwise)
            self.look_after()
            time.sleep(_PAUSE_S)

    def watch(self) -> None:
        """Keep all children alive until asked to stop."""
        with contextlib.suppress(Stopped):
            while True:
                self.look_after()
                time.sleep(4 * _PAUSE_S)

    def look_after(self) -> None:
        """Start again, with growing delay, each child that ended by itself."""
        if self.is_stopping:
            raise Stopped
        now = time.monotonic()
        for child in self.children:
            if child.again_at is not None:
                if now >= child.again_at:
                    child.begin()
            elif child.process and child.process.poll() is not None:
                self._plan_restart(child, now)

    def stop(self) -> None:
        """End all children, the last started first; what does not leave in time is killed with its whole group."""
        for child in reversed(self.children):
            if child.process:
                _end(child.process, child.farewell, child.grace_s)
        self.children.clear()

    def _plan_restart(self, child: Child, now: float) -> None:
        assert child.process
        _kill_group(child.process)
        child.failures = 0 if now - child.started_at > _SETTLED_S else child.failures + 1
        delay_s = min(_LONGEST_BACKOFF_S, 0.5 * 2**child.failures) if child.failures else 0.0
        child.again_at = now + delay_s
        self.say(f"{child.name} ended ({_how(child.process.returncode)}): starting it again in {delay_s:g} s")

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = True


def _end(process: Process, farewell: signal.Signals, grace_s: float) -> None:
    if process.poll() is None:
        process.send_signal(farewell)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_s)
    _kill_group(process)
    process.wait()


def _kill_group(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # its group bears its id


def _how(code: int) -> str:
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name
