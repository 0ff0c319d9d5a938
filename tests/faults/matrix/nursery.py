"""Forks workers off a process that has everything imported already: `python -m tests.faults.matrix.nursery LOG`.

Each is a process of its own that runs what `python -m gpuconsole.embedded` runs, half a second after it was asked for
instead of three. Orders come a line each (`start worker`, `start beat`, `kill PID`, `end PID`, `look PID`), and each is
answered by a line: the pid, or 0 where the one that was looked at still lives.
"""

import contextlib
import ctypes
import importlib
import os
import signal
import sys
import time

import django

_PR_SET_PDEATHSIG = 1
_LEAVING_S = 10
_WORKERS_NEED = (
    "celery.apps.worker",
    "celery.concurrency.thread",
    "celery.worker.components",
    "celery.worker.consumer",
    "kombu.transport.redis",
    "psycopg_pool",
)


def main(log: str) -> None:
    """Take orders until there are none any more; then whoever still lives is killed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gpuconsole.settings")
    embedded = _imported()
    alive: set[int] = set()
    print("ready", flush=True)
    for line in sys.stdin:
        order, what = line.split()
        if order == "start":
            alive.add(pid := _fork(embedded, what, log))
            print(pid, flush=True)
        elif order == "look":
            ended = os.waitpid(int(what), os.WNOHANG)[0]
            alive.discard(ended)
            print(ended, flush=True)
        else:
            alive.discard(pid := int(what))
            _kill(pid) if order == "kill" else _end(pid)
            print(pid, flush=True)
    for pid in alive:
        _kill(pid)
    os._exit(0)


def _imported() -> object:
    """What a worker needs, imported and not begun: no thread, no connection is there when it forks."""
    django.setup()
    for name in _WORKERS_NEED:
        importlib.import_module(name)
    embedded = importlib.import_module("gpuconsole.embedded")
    embedded.app.loader.import_default_modules()
    return embedded


def _fork(embedded: object, part: str, log: str) -> int:
    if pid := os.fork():
        return pid
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = 1
    try:
        getattr(embedded, part)()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 0
    finally:
        os._exit(code)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _end(pid: int) -> None:
    """As a supervisor does: ask, then insist."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + _LEAVING_S
    while time.monotonic() < until:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        time.sleep(0.02)
    _kill(pid)


if __name__ == "__main__":
    main(sys.argv[1])
