"""One round of one connection: send what is to be sent, ask for what was wished, observe, compare, fetch output."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.utils.translation import gettext as _

from gpuconsole.connections import calls
from gpuconsole.connections.models import Connection
from gpuconsole.connections.opening import open_adapter
from gpuconsole.core.crypto import SealBroken
from gpuconsole.core.errors import Refused
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Adapter
from gpuconsole.providers.errors import NotAuthorized, ProviderError
from gpuconsole.sync import acting, apply, bookkeeping, claim, editing, launching, lost, output, reconcile, removing
from gpuconsole.sync.adopt import SENT_BY
from gpuconsole.sync.claim import Lease
from gpuconsole.sync.clock import Clock
from gpuconsole.sync.context import Context
from gpuconsole.sync.limits import Limit
from gpuconsole.workloads.decisions.queries import is_unanswered
from gpuconsole.workloads.models import Intent, Workload
from gpuconsole.workloads.states import FINAL
from gpuconsole.workloads.watching import watched_now

logger = logging.getLogger(__name__)

MOST_IN_A_ROW = 10
"""Rounds for wake-ups that came meanwhile, before others get the worker; the tick goes on."""
MOST_DUE = 200
WORK_FOR = timedelta(seconds=2)
"""How long what keeps coming up is worked off before the provider is looked at again."""


def sync(
    connection_id: int, clock: Clock, *, is_offered: bool = False, steps: Callable[[Context], bool] | None = None
) -> None:
    """Do a round unless another worker has the connection; then that one looks again before it lets go.

    ``is_offered``: the tick set the connection aside, so nobody needs to be told when it is taken. ``steps``: others
    than all; they tell whether all went well.
    """
    for _time in range(MOST_IN_A_ROW):
        lease = _claim(connection_id, clock, is_offered=is_offered)
        if lease is None:
            return
        with lease.held(clock):
            next_at = run(lease, clock, steps)
        if not lease.release(next_at, clock.now()):
            return


def run(lease: Lease, clock: Clock, steps: Callable[[Context], bool] | None = None) -> datetime:
    """The round itself, by whoever holds the lease; gives the time of the next."""
    connection = Connection.objects.get(pk=lease.connection_id)
    try:
        context = _open(connection, lease, clock)
        if connection.breaker_until is not None:
            _probe(context)
        is_well = (steps or _steps)(context)
    except ProviderError as error:
        logger.warning("a round failed", extra={"connection": connection.pk, "error": error.message})
        return bookkeeping.failed(connection, error, clock.now())
    return bookkeeping.succeeded(context) if is_well else bookkeeping.broke(context)


def _probe(context: Context) -> None:
    """After trouble one call that only reads decides whether the others follow; raises ProviderError where it fails.

    Where nothing of ours is there to ask for, the look at everything is that call, unless something is to be sent.
    """
    rows = Workload.objects.filter(connection=context.connection).exclude(state__in=FINAL)
    remote_id = rows.exclude(remote_id="").values_list("remote_id", flat=True).first()
    if remote_id is not None:
        context.ask(lambda: context.adapter.fetch([remote_id]))
    elif rows.filter(due_at__lte=context.now).exists():
        context.ask(context.adapter.inventory)


def _claim(connection_id: int, clock: Clock, *, is_offered: bool) -> Lease | None:
    lease = claim.claim(connection_id, clock.now())
    if lease is None and not is_offered and not claim.mark(connection_id, clock.now()):
        lease = claim.claim(connection_id, clock.now())  # it was let go just before the mark
    return lease


def _open(connection: Connection, lease: Lease, clock: Clock) -> Context:
    provider = registry.get(connection.provider)
    is_watched, watched = watched_now(connection.pk)
    return Context(
        connection=connection,
        provider=provider,
        adapter=_adapter(connection),
        lease=lease,
        clock=clock,
        limit=Limit(connection.pk, provider.requests_per_s),
        calls=calls.of(connection.pk),
        is_watched=is_watched,
        watched=watched,
    )


def _adapter(connection: Connection) -> Adapter:
    try:
        return open_adapter(connection)
    except Refused as error:
        raise NotAuthorized(error.message) from error
    except (SealBroken, ValueError) as error:
        text = _("The stored key does not open with this installation's sealing keys. Enter it anew by rotating it.")
        raise NotAuthorized(text) from error


def _steps(context: Context) -> bool:
    """All steps, each as far as it goes: what breaks in one does not keep the others from their work."""
    is_well = step(context, apply.observe) if is_blind_to_an_end(context) else True
    is_well &= _work_off(context) & step(context, apply.observe)
    if context.lease.take_mark():
        is_well &= _work_off(context)
    is_well &= step(context, reconcile.reconcile)
    return is_well & step(context, output.fetch)


def _work_off(context: Context) -> bool:
    """What is due, and what comes up meanwhile: somebody waits for it, and looks can wait for a moment."""
    until, is_well = context.now + WORK_FOR, _work(context)
    while context.now < until and context.lease.take_mark():
        is_well &= _work(context)
    return is_well


def is_blind_to_an_end(context: Context) -> bool:
    """Whether something is about to be ended for good that may have stopped since the last look: once it is deleted,
    nobody tells any more until when it was billed, nor that it had come to rest before.

    Of what was not billed yet even a fresh look is too old: nobody tells any more that it just began to be.
    """
    synced_at = context.connection.synced_at
    if synced_at is None:
        return False
    ends = Workload.objects.filter(connection=context.connection, due_at__lte=context.now, intent=Intent.END)
    if context.now - synced_at < apply.STALE:
        ends = ends.filter(billed_since=None, intent_tries=0)
    return ends.exclude(remote_id="").exists()


def step(context: Context, work: Callable[[Context], object]) -> bool:
    """One step of a round; false where it broke by a fault of ours, which is logged. Raises ProviderError."""
    try:
        work(context)
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
            is_well &= step(context, partial(lost.look, row=row))
    fresh = [row for row in rows if row.intent in SENT_BY and row.sending_at is None]
    there = [row for row in rows if row.sending_at is None and row.remote_id]
    asked = [row for row in there if row.intent in acting.ACTS]
    edits = [row for row in there if row.intent == Intent.EDIT]
    removals = [row for row in there if row.intent == Intent.DELETE]
    if fresh and not _is_looking(context):
        is_well &= step(context, partial(launching.send, rows=fresh))
    is_well &= step(context, partial(acting.act, rows=asked))
    is_well &= step(context, partial(editing.send, rows=edits))
    return is_well & step(context, partial(removing.remove, rows=removals))


def _is_looking(context: Context) -> bool:
    """Whether a launch is being looked for that could not be told from another."""
    if context.provider.keeps_token:
        return False
    looking = Workload.objects.filter(connection=context.connection, due_at__isnull=False, sending_at__isnull=False)
    return looking.exists()
