"""Workers and beats in processes of their own, each ready at once, which can be killed as the kernel does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.matrix.servers import ROOT

_EVERY_S, _FREEZES_S, _SETTLES_S = 0.5, 20, 0.05


@dataclass
class Crew:
    """Whoever runs beside the web, by process id."""

    nursery: subprocess.Popen[str]
    log: Path
    running: dict[int, str] = field(default_factory=dict)
    restarted: list[str] = field(default_factory=list)
    """Who ended by itself and was started again."""
    looked_at: float = 0.0

    def wait_until_ready(self) -> None:
        """Until the nursery has imported everything; it makes no connection, so it may begin before the servers do."""
        assert self.nursery.stdout and self.nursery.stdout.readline() == "ready\n", self.log.read_text()

    def start(self, part: str = "worker") -> int:
        """A worker, or the beat that wakes it every second."""
        pid = self._order("start", part)
        self.running[pid] = part
        return pid

    def kill(self, pid: int) -> None:
        """As the kernel does when memory runs out; it is gone when this returns."""
        self._order("kill", pid)
        del self.running[pid]

    def freeze(self, pid: int, when: Callable[[], bool]) -> None:
        """Stop its clock at a moment at which the claim holds; it may be killed so, or go on by `thaw`."""
        until = time.monotonic() + _FREEZES_S
        while True:
            os.kill(pid, signal.SIGSTOP)
            time.sleep(_SETTLES_S)  # what it had written to its sockets arrives
            if when():
                return
            self.thaw(pid)
            assert time.monotonic() < until, "it never came to such a moment"
            time.sleep(_SETTLES_S)

    def thaw(self, pid: int) -> None:
        """Let it go on."""
        os.kill(pid, signal.SIGCONT)

    def end(self, pid: int) -> None:
        """As a supervisor does."""
        self._order("end", pid)
        del self.running[pid]

    def look_after(self) -> None:
        """As every supervisor does, `up` among them: start again who ended by itself. Twice a second is enough."""
        if time.monotonic() - self.looked_at < _EVERY_S:
            return
        self.looked_at = time.monotonic()
        for pid, part in list(self.running.items()):
            if self._order("look", pid):
                del self.running[pid]
                self.restarted.append(part)
                self.start(part)

    def kill_all(self) -> None:
        """Leave nobody."""
        for pid in list(self.running):
            self.kill(pid)

    def of(self, part: str) -> list[int]:
        """The processes of a part."""
        return [pid for pid, name in self.running.items() if name == part]

    def _order(self, order: str, what: object) -> int:
        assert self.nursery.stdin and self.nursery.stdout
        self.nursery.stdin.write(f"{order} {what}\n")
        self.nursery.stdin.flush()
        answer = self.nursery.stdout.readline()
        assert answer, "the nursery has ended"
        return int(answer)


@contextmanager
def crew_on(variables: Mapping[str, str], log: Path) -> Iterator[Crew]:
    """A crew on the servers that the variables name, nobody started yet."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "tests.faults.matrix.nursery", str(log)]
    environ = {**os.environ, **variables}
    with log.open("a") as errors:
        nursery = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=pipe, stdout=pipe, stderr=errors, text=True, start_new_session=True
        )
    try:
        yield Crew(nursery, log)
    finally:
        assert nursery.stdin and nursery.stdout
        nursery.stdin.close()
        nursery.wait(20)
        nursery.stdout.close()
