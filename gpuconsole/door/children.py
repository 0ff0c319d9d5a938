"""Spawns child processes that never outlive the process that started them."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_PR_SET_PDEATHSIG = 1


class Account(NamedTuple):
    """An unprivileged account of this machine under which a program runs."""

    uid: int
    gid: int


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path,
    cwd: Path | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
    pass_fds: Sequence[int] = (),
) -> "subprocess.Popen[bytes]":
    """Start `command` in a process group of its own, its output in the file `log`.

    The kernel sends `death_signal` when the thread that called this ends, so call it from the main thread only.
    Descriptors in `pass_fds` stay open in the child: a lock on one of them is held for as long as it lives.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
            pass_fds=pass_fds,
            preexec_fn=_death_signal_setter(death_signal),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def run(command: Sequence[str], *, env: Mapping[str, str], cwd: Path, account: Account | None, log: Path) -> int:
    """Run `command` to its end, its output in the file `log`; answers the exit code."""
    return spawn(command, env=env, cwd=cwd, account=account, log=log).wait()


def _death_signal_setter(death_signal: signal.Signals) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def set_death_signal() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the call: nobody will send the signal any more
            os.kill(os.getpid(), signal.SIGKILL)

    return set_death_signal
