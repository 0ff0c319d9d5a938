"""Wakes a worker by a task's name, so that a service never imports the engine."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def wake(task: str, *args: int | str) -> None:
    """Send the task once the transaction has committed. A broker that is out is no error: the row is the queue."""
    transaction.on_commit(lambda: wake_now(task, *args))


def wake_now(task: str, *args: int | str) -> None:
    """Send the task at once, without retries, so that a page never waits for a broker."""
    try:
        current_app.send_task(task, args=args, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("no worker was woken", extra={"task": task, "args": args, "error": str(error)})
