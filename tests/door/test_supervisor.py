"""The supervisor with the smallest children there are."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from gpuconsole.door import children
from gpuconsole.door.supervisor import Child, Process, Supervisor
from gpuconsole.door.trouble import Trouble
from tests.console import lives, wait_until

STUBBORN = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def _child(folder: Path, name: str, code: str, grace_s: float = 5) -> Child:
    def start() -> Process:
        return children.spawn([sys.executable, "-c", code], env=os.environ, log=folder / f"{name}.log")

    return Child(name, start, grace_s=grace_s)


def test_a_child_that_ends_is_started_again_and_said(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    child = _child(tmp_path, "short", "print('here')")
    supervisor.start(child)
    with pytest.raises(Trouble, match="in vain"):
        supervisor.wait(lambda: False, timeout_s=1.6, otherwise="in vain")
    supervisor.stop()
    assert (tmp_path / "short.log").read_text().count("here") >= 2
    assert said[0] == "short ended (exit 0): starting it again in 1 s"


def test_a_child_that_ignores_the_farewell_is_killed(tmp_path: Path) -> None:
    supervisor = Supervisor(print)
    process = supervisor.start(_child(tmp_path, "stubborn", STUBBORN, grace_s=0.2))
    wait_until(lambda: "up" in (tmp_path / "stubborn.log").read_text(), timeout_s=10)
    supervisor.stop()
    assert process.returncode == -signal.SIGKILL


def test_children_end_in_the_opposite_order(tmp_path: Path) -> None:
    order = tmp_path / "order"
    code = f"""
        import signal, sys, time
        def leave(*_):
            open({str(order)!r}, "a").write(sys.argv[0] and NAME)
            sys.exit()
        signal.signal(signal.SIGTERM, leave)
        print("up", flush=True)
        time.sleep(60)
    """
    supervisor = Supervisor(print)
    for name in "ab":
        supervisor.start(_child(tmp_path, name, f"NAME = {name!r}\n" + textwrap.dedent(code)))
        wait_until(lambda name=name: "up" in (tmp_path / f"{name}.log").read_text(), timeout_s=10)
    supervisor.stop()
    assert order.read_text() == "ba"


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    log = str(tmp_path / "log")
    code = f"""
        import os, sys, time
        from pathlib import Path
        from gpuconsole.door import children
        command = [sys.executable, "-c", "import time; time.sleep(60)"]
        print(children.spawn(command, env=os.environ, log=Path({log!r})).pid, flush=True)
        time.sleep(60)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        parent.kill()
        wait_until(lambda: not lives(pid), timeout_s=5)
