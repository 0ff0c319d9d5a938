"""Inventories: everything that a provider lists beside everything on record, and the ends of what nobody wanted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from django.db.models import Q

from gpuconsole.catalog import queries as catalog
from gpuconsole.connections.models import Connection
from gpuconsole.inventory.models import Finding, FindingKind, FindingState, InventoryReading
from gpuconsole.providers.remote import Remote
from gpuconsole.sync import drift, ending, explaining, findings, waits
from gpuconsole.sync.context import Context
from gpuconsole.sync.explaining import Sorted
from gpuconsole.sync.findings import Drift, Look

MOST_DETAILS = 100
"""Remotes that one inventory asks for in detail; the others have their turn at the next."""


def reconcile(context: Context) -> None:
    """Take the inventory where it is due: write what differs, and see to the ends that were asked for. Raises
    ProviderError."""
    began = context.now
    if not _is_due(context):
        return
    standing = list(Finding.objects.filter(connection=context.connection).exclude(state=FindingState.CLOSED))
    ending.ask(context, standing)
    listed = context.count(context.adapter.inventory)
    found = explaining.sort(context, listed)
    offers = cache(lambda: catalog.offers(context.connection))
    sent = drift.names_sent(context.provider, found.known)
    differing = {row.pk for row, remote in found.known if drift.of(row, remote, offers, sent)}
    details = _details(context, found, standing, differing)
    shown = ((row, details.get(remote.id, remote)) for row, remote in found.known)
    drifts = [Drift(row, remote, some) for row, remote in shown if (some := drift.of(row, remote, offers, sent))]
    soonest = None
    if standing or found.strays or found.lost or drifts:
        soonest = findings.write(context, Look(listed, found, drifts, details, offers))
    _keep(context, listed)
    next_at = min(filter(None, (soonest, context.now + waits.after_inventory())))
    asked_since = Q(next_inventory_at__gt=began) & Q(next_inventory_at__lte=context.now)
    Connection.objects.filter(pk=context.connection.pk).exclude(asked_since).update(next_inventory_at=next_at)


def soon(context: Context) -> None:
    """Have the inventory taken at the end of this round: something is in doubt."""
    now = context.now
    context.connection.next_inventory_at = now
    Connection.objects.filter(pk=context.connection.pk).update(next_inventory_at=now)


def _is_due(context: Context) -> bool:
    """Whether its time has come; launches that have used up the rate limit go first for a moment."""
    due_at, now = context.connection.next_inventory_at, context.now
    if due_at is not None and now < due_at:
        return False
    if context.limit.take() == 0:
        return True
    if due_at is None or now - due_at < waits.INVENTORY_LATE:
        return False
    context.limit.wait()
    return True


def _keep(context: Context, listed: Sequence[Remote]) -> None:
    figures = {"read_at": context.now, "listed": len(listed), "live": sum(map(explaining.is_live, listed))}
    if not InventoryReading.objects.filter(connection=context.connection).update(**figures):
        InventoryReading.objects.create(connection=context.connection, **figures)


def _details(
    context: Context, found: Sorted, standing: Sequence[Finding], differing: Collection[int]
) -> dict[str, Remote]:
    """Lists tell less than a look at each does: start, price, nodes. Asked for what is new, what moved on, and what
    differs, which it must bear out."""
    known = {(row.kind, row.remote_id): row.remote_status for row in standing}
    wanted = [
        one.remote.id for one in found.strays if known.get((FindingKind.STRAY, one.remote.id)) != one.remote.status
    ]
    drifted = {remote_id for kind, remote_id in known if kind == FindingKind.DRIFT}
    wanted += [row.remote_id for row, _ in found.known if row.pk in differing or row.remote_id in drifted]
    if not wanted:
        return {}
    some = wanted[:MOST_DETAILS]
    context.limit.wait()
    return {remote.id: remote for remote in context.count(lambda: context.adapter.fetch(some))}
