"""Has a worker take the inventory of a connection at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.connections.models import Connection
from gpuconsole.core import wake


@transaction.atomic
def check_now(*, connection: Connection, by: User) -> None:
    """Ask for it; asking again before it was taken changes nothing."""
    audit.record("inventory.check", by=by, team=connection.team, target=connection)
    wake_inventory(connection.pk, timezone.now())


def wake_inventory(connection_id: int, now: datetime) -> None:
    """Make it due in this transaction, and wake a worker once that has committed; the wake-up may get lost."""
    Connection.objects.filter(pk=connection_id).update(next_inventory_at=now, due_at=now)
    wake.wake("sync.connection", connection_id)
