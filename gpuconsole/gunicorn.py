"""How gunicorn serves the pages and the API: threads, because nothing there waits for a provider."""

import ctypes
import os
import signal
import sys
from typing import Any

from django.urls import get_resolver

from gpuconsole.core import garbage

worker_class = "gthread"
workers = int(os.environ.get("GPUCONSOLE_WEB_WORKERS", "2"))
threads = int(os.environ.get("GPUCONSOLE_WEB_THREADS", "6"))
preload_app = True  # the workers share the memory of what was imported once
graceful_timeout = 5
timeout = 60
keepalive = 5
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112

_PR_SET_PDEATHSIG = 1


def when_ready(server: Any) -> None:
    """Before the workers are forked: import every page, then keep the collector from copying what they share."""
    get_resolver().reverse("healthz")
    garbage.settle()


def post_fork(server: Any, worker: Any) -> None:
    """Let a worker end with its master, however that one ends."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != worker.ppid:
            os._exit(1)
