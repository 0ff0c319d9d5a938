"""Tasks about connections; each takes an id, finds the row and calls one function."""

from __future__ import annotations

from datetime import datetime, timedelta

from celery import shared_task

from gpuconsole.connections import checks
from gpuconsole.connections.models import CheckState, Connection
from gpuconsole.core.wake import wake_now

_LOST_AFTER = timedelta(seconds=5)


@shared_task(name="connections.check")
def check(pk: int) -> None:
    """Test one connection, if somebody asked for it."""
    checks.run(pk)


def wake_waiting(now: datetime) -> None:
    """For the tick: wake workers for tests whose message was lost, and forget old keys whose time is over."""
    waiting = Connection.objects.kept().filter(check_state=CheckState.ASKED, check_asked_at__lt=now - _LOST_AFTER)
    for pk in waiting.values_list("pk", flat=True):
        wake_now("connections.check", pk)
    Connection.objects.filter(old_until__lte=now).update(old_credentials=b"", old_until=None)
