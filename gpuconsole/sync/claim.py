"""Leases: one worker has a connection to itself, and no wake-up is lost while it has.

Whoever takes the lease empties ``due_at``, and whoever finds the lease taken sets it to now: the holder sees that and
looks again before it lets go. A holder that died leaves a lease that runs out; without a lease an empty ``due_at``
counts as due.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Least

from gpuconsole.connections.models import Connection, ConnectionQuerySet
from gpuconsole.sync.clock import Clock
from gpuconsole.workloads.models import Workload

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
OFFER = timedelta(seconds=10)
"""How long the tick waits for the task that it sent before it sends another."""
RENEW_S = 10.0
MOST_A_TICK = 500


@dataclass(slots=True)
class Lease:
    """One worker's hold on one connection; ``lost`` is set when somebody else was found to have it."""

    connection_id: int
    token: UUID
    lost: threading.Event = field(default_factory=threading.Event)

    def renew(self, now: datetime) -> None:
        """Hold on for another stretch."""
        if not self._mine().update(lease_until=now + LEASE):
            self.lost.set()

    def is_marked(self) -> bool:
        """Whether somebody asked for another look since the lease was taken."""
        return self._mine().filter(due_at__isnull=False).exists()

    def take_mark(self) -> bool:
        """Whether somebody asked for another look since the lease was taken or this was last asked."""
        return bool(self._mine().filter(due_at__isnull=False).update(due_at=None))

    def release(self, next_at: datetime, now: datetime) -> bool:
        """Let go until ``next_at``; true when somebody asked meanwhile, so that the work is due at once."""
        self._mine().update(lease_until=None, lease_token=None, due_at=Least("due_at", next_at))
        return Connection.objects.filter(pk=self.connection_id, lease_until=None, due_at__lte=now).exists()

    @contextmanager
    def held(self, clock: Clock) -> Iterator[None]:
        """Renew while the block runs, however long one call to the provider takes."""
        done = threading.Event()
        thread = threading.Thread(target=_renew, args=(self, clock, done), daemon=True, name="lease")
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _mine(self) -> ConnectionQuerySet:
        return Connection.objects.filter(pk=self.connection_id, lease_token=self.token)


def offer_due(now: datetime) -> list[int]:
    """Set aside the connections whose round is due, each for the one task that the caller sends for it."""
    with transaction.atomic():
        due = _free(now).filter(_is_due(now)).order_by("due_at").select_for_update(skip_locked=True, of=("self",))
        found = list(due.values_list("pk", flat=True)[:MOST_A_TICK])
        if found:
            Connection.objects.filter(pk__in=found).update(lease_until=now + OFFER, lease_token=None)
    return found


def claim(connection_id: int, now: datetime) -> Lease | None:
    """The lease on the connection, by compare-and-swap; None while another worker has it or the breaker is open."""
    lease = Lease(connection_id, uuid4())
    free = _free(now, or_offered=True).filter(pk=connection_id)
    return lease if free.update(lease_token=lease.token, lease_until=now + LEASE, due_at=None) else None


def mark(connection_id: int, now: datetime) -> bool:
    """Make whoever has the lease look again before it lets go; false where nobody has it."""
    return bool(Connection.objects.filter(pk=connection_id, lease_token__isnull=False).update(due_at=now))


def _free(now: datetime, *, or_offered: bool = False) -> ConnectionQuerySet:
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    if or_offered:
        free |= Q(lease_token=None)
    return Connection.objects.kept().filter(free).filter(Q(breaker_until=None) | Q(breaker_until__lte=now))


def _is_due(now: datetime) -> Q:
    work = Workload.objects.filter(due_at__lte=now).values("connection_id")
    return Q(due_at=None) | Q(due_at__lte=now) | Q(next_inventory_at__lte=now) | Q(pk__in=work)


def _renew(lease: Lease, clock: Clock, done: threading.Event) -> None:
    try:
        while not done.wait(RENEW_S):
            lease.renew(clock.now())
    except DatabaseError:
        logger.exception("a lease could not be renewed", extra={"connection": lease.connection_id})
    finally:
        connection.close()
