"""Wakes a worker by a task's name, so that a service never imports the engine."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from celery import Celery
from django.db import transaction
from kombu.exceptions import OperationalError

from gpuconsole.core.once import once
from gpuconsole.core.redis import OUT_S

logger = logging.getLogger(__name__)

_TRY_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


def wake(task: str, *args: int | str) -> None:
    """Send the task once the transaction has committed. A broker that is out is no error: the row is the queue."""
    transaction.on_commit(lambda: wake_now(task, *args))


def wake_now(task: str, *args: int | str) -> None:
    """Send the task at once, without retries, so that a page never waits for a broker, and many acts not for each."""
    sender = _sender()
    if time.monotonic() < sender.out_until:
        return
    try:
        sender.app.send_task(task, args=args, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        sender.out_until = time.monotonic() + OUT_S
        logger.warning("no worker was woken", extra={"task": task, "wanted": args, "error": str(error)})


@dataclass(slots=True)
class _Sender:
    """An app that only sends; while its broker is out, it lets that be for a moment."""

    app: Celery
    out_until: float = 0.0


@once
def _sender() -> _Sender:
    """The same broker as the workers', whoever imported what before."""
    app = Celery("gpuconsole.wake", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    options = {**app.conf.broker_transport_options, **_TRY_ONCE, "socket_connect_timeout": 0.5, "socket_timeout": 1}
    app.conf.broker_transport_options = options
    return _Sender(app)
