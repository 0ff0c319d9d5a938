"""Runs Celery's worker and beat on one machine: `python -m gpuconsole.embedded worker|beat`.

The same as `celery worker -P threads` and `celery beat`, without the shell of Celery's command line (20 MB a process);
beat also leaves Django's models out (40 MB more), because it only needs the broker and the schedule.
"""

import logging
import sys

from celery.beat import Service

from gpuconsole.celery import app

_THREADS = 8
_TURN_S = 0.0005
"""A thread that computes gives way this soon: a look of a hundred calls would wait for each answer, 5 ms a time."""


def worker() -> None:
    """Work until told to stop; SIGTERM lets running tasks end first."""
    sys.setswitchinterval(_TURN_S)
    app.Worker(
        pool_cls="threads",
        concurrency=_THREADS,
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    ).start()


def beat() -> None:
    """Send what the schedule names, until ended; keeps no file."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    Service(app=app, scheduler_cls="celery.beat:Scheduler").start()


if __name__ == "__main__":
    {"worker": worker, "beat": beat}[sys.argv[1]]()
