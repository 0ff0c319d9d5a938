"""One round of one connection: send what is to be sent, ask for what was wished, observe, fetch output."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from gpuconsole.connections.models import Connection
from gpuconsole.connections.opening import open_adapter
from gpuconsole.core.crypto import SealBroken
from gpuconsole.core.errors import Refused
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Adapter
from gpuconsole.providers.errors import NotAuthorized, ProviderError
from gpuconsole.sync import acting, apply, bookkeeping, claim, editing, launching, lost, output, removing
from gpuconsole.sync.adopt import SENT_BY, is_unanswered
from gpuconsole.sync.claim import Lease
from gpuconsole.sync.clock import Clock
from gpuconsole.sync.context import Context, Tally
from gpuconsole.sync.limits import Limit
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.watching import watched_now

logger = logging.getLogger(__name__)

MOST_IN_A_ROW = 10
"""Rounds for wake-ups that came meanwhile, before others get the worker; the tick goes on."""
MOST_DUE = 200


def sync(connection_id: int, clock: Clock, *, is_offered: bool = False) -> None:
    """Do a round unless another worker has the connection; then that one looks again before it lets go.

    ``is_offered``: the tick set the connection aside, so nobody needs to be told when it is taken.
    """
    for _ in range(MOST_IN_A_ROW):
        lease = _claim(connection_id, clock, is_offered=is_offered)
        if lease is None:
            return
        with lease.held(clock):
            next_at = run(lease, clock)
        if not lease.release(next_at, clock.now()):
            return


def run(lease: Lease, clock: Clock) -> datetime:
    """The round itself, by whoever holds the lease; gives the time of the next."""
    connection, tally = Connection.objects.get(pk=lease.connection_id), Tally()
    try:
        context = _open(connection, tally, lease, clock)
        is_well = _steps(context)
    except ProviderError as error:
        logger.warning("a round failed", extra={"connection": connection.pk, "error": error.message})
        return bookkeeping.failed(connection, error, tally, clock.now())
    return bookkeeping.succeeded(context) if is_well else bookkeeping.broke(context)


def _claim(connection_id: int, clock: Clock, *, is_offered: bool) -> Lease | None:
    lease = claim.claim(connection_id, clock.now())
    if lease is None and not is_offered:
        claim.mark(connection_id, clock.now())
        lease = claim.claim(connection_id, clock.now())  # it may have been let go just before the mark
    return lease


def _open(connection: Connection, tally: Tally, lease: Lease, clock: Clock) -> Context:
    provider = registry.get(connection.provider)
    is_watched, watched = watched_now(connection.pk)
    return Context(
        connection=connection,
        provider=provider,
        adapter=_adapter(connection),
        lease=lease,
        clock=clock,
        limit=Limit(connection.pk, provider.requests_per_s),
        is_watched=is_watched,
        watched=watched,
        tally=tally,
    )


def _adapter(connection: Connection) -> Adapter:
    try:
        return open_adapter(connection)
    except Refused as error:
        raise NotAuthorized(error.message) from error
    except (SealBroken, ValueError) as error:
        text = "The stored key does not open with this installation's sealing keys. Enter it anew by rotating it."
        raise NotAuthorized(text) from error


def _steps(context: Context) -> bool:
    """All steps, each as far as it goes: what breaks in one does not keep the others from their work."""
    is_well = _step(context, apply.observe) if _is_blind_to_an_end(context) else True
    is_well &= _work(context) & _step(context, apply.observe)
    if context.lease.take_mark():
        is_well &= _work(context)
    return is_well & _step(context, output.fetch)


def _is_blind_to_an_end(context: Context) -> bool:
    """Whether something is about to be ended for good that may have stopped since the last look: once it is deleted,
    nobody tells any more until when it was billed, nor that it had come to rest before."""
    synced_at = context.connection.synced_at
    if synced_at is None or context.now - synced_at < apply.STALE:
        return False
    ends = Workload.objects.filter(connection=context.connection, due_at__lte=context.now, intent=Intent.END)
    return ends.exclude(remote_id="").exists()


def _step(context: Context, step: Callable[[Context], object]) -> bool:
    try:
        step(context)
    except ProviderError:
        raise
    except Exception:
        logger.exception("a step broke", extra={"connection": context.connection.pk})
        return False
    return True


def _work(context: Context) -> bool:
    """Everything that a person or a guard asked for and that is due."""
    due = Workload.objects.filter(connection=context.connection, due_at__lte=context.now)
    rows = list(due.select_related("project").order_by("due_at", "pk")[:MOST_DUE])
    is_well = True
    for row in rows:
        if is_unanswered(row):
            is_well &= _step(context, partial(lost.look, row=row))
    fresh = [row for row in rows if row.intent in SENT_BY and row.sending_at is None]
    there = [row for row in rows if row.sending_at is None and row.remote_id]
    asked = [row for row in there if row.intent in acting.ACTS]
    edits = [row for row in there if row.intent == Intent.EDIT]
    removals = [row for row in there if row.intent == Intent.DELETE]
    if fresh and not _is_looking(context):
        is_well &= _step(context, partial(launching.send, rows=fresh))
    is_well &= _step(context, partial(acting.act, rows=asked))
    is_well &= _step(context, partial(editing.send, rows=edits))
    return is_well & _step(context, partial(removing.remove, rows=removals))


def _is_looking(context: Context) -> bool:
    """Whether a launch is being looked for that could not be told from another."""
    if context.provider.keeps_token:
        return False
    looking = Workload.objects.filter(connection=context.connection, due_at__isnull=False, sending_at__isnull=False)
    return looking.exists()
