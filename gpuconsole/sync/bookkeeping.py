"""What one round leaves on the connection's row: age, health, and when to look again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from gpuconsole.connections import calls, health
from gpuconsole.connections.models import Connection
from gpuconsole.core import versions
from gpuconsole.providers.errors import ProviderError, RateLimited
from gpuconsole.providers.features import Feature
from gpuconsole.sync import waits
from gpuconsole.sync.context import Context
from gpuconsole.sync.waits import Need
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import FINAL, TRANSITIONAL, State


def succeeded(context: Context) -> datetime:
    """The round went well; gives the time of the next."""
    connection, now, is_observed = context.connection, context.now, context.tally.is_observed
    told = {"synced_at": now} if is_observed else {}
    if is_observed and connection.is_look_open:  # as it stood before the round: the look began after it was asked for
        told["look_answered_at"] = now
    if "look_answered_at" in told or connection.breaker_until is not None:
        versions.bump(*connection.topics)
    Connection.objects.filter(pk=connection.pk).update(last_success_at=now, failures=0, breaker_until=None, **told)
    connection.failures = 0
    counted = context.calls.take()
    if counted.calls:
        health.note_round(connection, ok=True, counted=counted)
    wait = waits.until_next_look(_need(context, now), context.tally.price(context.limit.rate))
    return now + max(wait - timedelta(seconds=context.tally.since_look_s), timedelta())


def failed(connection: Connection, error: ProviderError, now: datetime) -> datetime:
    """The provider is in trouble, or we are with it: nobody asks it again before the time that this gives."""
    until = _hold(connection, now, asked_s=error.wait_s if isinstance(error, RateLimited) else None)
    health.note_round(connection, ok=False, counted=calls.of(connection.pk).take(), error=error)
    return until


def broke(context: Context) -> datetime:
    """A step of ours broke: the provider is not to blame, but the next round waits too."""
    return _hold(context.connection, context.now)


def _hold(connection: Connection, now: datetime, *, asked_s: float | None = None) -> datetime:
    connection.failures += 1
    until = now + waits.after_trouble(connection.failures, asked_s=asked_s)
    Connection.objects.filter(pk=connection.pk).update(failures=connection.failures, breaker_until=until)
    versions.bump(*connection.topics)
    return until


def _need(context: Context, now: datetime) -> Need:
    """What is live on the connection, and who wants to know."""
    rows = Workload.objects.filter(connection=context.connection)
    live = rows.exclude(state__in=[*FINAL, State.DRAFT]).aggregate(
        count=Count("pk"), moved_at=Max("state_at", filter=Q(state__in=TRANSITIONAL))
    )
    unread = rows.filter(state__in=FINAL, is_output_complete=False, is_log_complete=False, remote_id__gt="")
    return Need(
        live=live["count"],
        is_watched=context.is_watched,
        moving_for=None if live["moved_at"] is None else max(now - live["moved_at"], timedelta()),
        has_unread_logs=live["moved_at"] is None and context.offers(Feature.LOGS) and unread.exists(),
        pulse=context.holding.pulse,
    )
