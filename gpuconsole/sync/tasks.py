"""The doors of the engine: a task finds its row, calls one function, and lets nothing break the worker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from celery import shared_task
from celery.signals import worker_shutdown
from django.db import connection as database
from kombu.exceptions import OperationalError

from gpuconsole.catalog.tasks import wake_stale
from gpuconsole.connections import health, opening
from gpuconsole.connections.tasks import wake_waiting
from gpuconsole.core import heartbeats
from gpuconsole.sync import alerting, claim, forgetting, request_mails, round
from gpuconsole.sync.clock import Clock
from gpuconsole.sync.enforcing import GUARDS
from gpuconsole.workloads.halts.services import resume_due as resume_halts
from gpuconsole.workloads.requests.services import expire_due as expire_requests

logger = logging.getLogger(__name__)


@shared_task(name="sync.tick")
def tick() -> None:
    """Every second: ask all guards, let launch requests expire, go on with halts that were interrupted, and send what
    is due on its way."""
    now = Clock().now()
    for step in (*GUARDS, expire_requests, resume_halts, _send_due, wake_waiting, wake_stale, _say_alive):
        _at_the_door(step, now)


@shared_task(name="sync.connection")
def connection(pk: int, is_offered: bool = False) -> None:
    """One round of one connection. A round that broke keeps its lease, so that the next try waits until it ran out."""
    try:
        round.sync(pk, Clock(), is_offered=is_offered)
    except Exception:
        logger.exception("a round broke", extra={"connection": pk})


@shared_task(name="sync.request_mails")
def send_request_mails() -> None:
    """Send what is to be said about launch requests; apart from the tick, since a mail server may be slow."""
    request_mails.send_due(Clock().now())


@shared_task(name="sync.alerts")
def alerts() -> None:
    """Every minute: send what has come up about money."""
    _at_the_door(alerting.tell, Clock().now())


@shared_task(name="sync.forget")
def forget() -> None:
    """Every ten minutes: remove logs and metrics that projects do not keep any longer."""
    _at_the_door(forgetting.forget, Clock().now())


@worker_shutdown.connect
def put_away(**_: object) -> None:
    """Write what was counted and give the HTTP connections back."""
    health.flush()
    opening.close_all()


def _at_the_door(step: Callable[[datetime], object], now: datetime) -> None:
    try:
        step(now)
    except Exception:
        logger.exception("a step of the tick broke", extra={"step": f"{step.__module__}.{step.__name__}"})


def _say_alive(_now: datetime) -> None:
    with database.cursor() as cursor:
        heartbeats.say(cursor, heartbeats.TICK)


def _send_due(now: datetime) -> None:
    """An offer whose message is lost runs out soon and is made again."""
    for pk in claim.offer_due(now):
        try:
            connection.apply_async((pk, True), expires=claim.OFFER.total_seconds(), retry=False)
        except (OperationalError, OSError) as error:
            logger.warning("no worker was woken", extra={"connection": pk, "error": str(error)})
            return
