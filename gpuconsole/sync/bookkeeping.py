"""What one round leaves on the connection's row: age, health, and when to look again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from gpuconsole.connections import health
from gpuconsole.connections.models import Connection
from gpuconsole.providers.contract import Feature
from gpuconsole.providers.errors import ProviderError, RateLimited
from gpuconsole.sync import waits
from gpuconsole.sync.context import Context, Tally
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import FINAL, TRANSITIONAL, State


def succeeded(context: Context) -> datetime:
    """The round went well; gives the time of the next."""
    connection, tally, now = context.connection, context.tally, context.now
    synced_at = now if tally.is_observed else connection.synced_at
    Connection.objects.filter(pk=connection.pk).update(
        synced_at=synced_at, last_success_at=now, failures=0, breaker_until=None
    )
    connection.failures = 0
    if tally.calls:
        health.note_round(connection, ok=True, took_ms=tally.took_ms, calls=tally.calls, failures=tally.failures)
    return now + _pace(context, now)


def failed(connection: Connection, error: ProviderError, tally: Tally, now: datetime) -> datetime:
    """The provider is in trouble, or we are with it: nobody asks it again before the time that this gives."""
    until = _hold(connection, now, asked_s=error.wait_s if isinstance(error, RateLimited) else None)
    health.note_round(
        connection,
        ok=False,
        took_ms=tally.took_ms,
        error=error,
        calls=max(tally.calls, 1),
        failures=max(tally.failures, 1),
    )
    return until


def broke(context: Context) -> datetime:
    """A step of ours broke: the provider is not to blame, but the next round waits too."""
    return _hold(context.connection, context.now)


def _hold(connection: Connection, now: datetime, *, asked_s: float | None = None) -> datetime:
    connection.failures += 1
    until = now + waits.after_trouble(connection.failures, asked_s=asked_s)
    Connection.objects.filter(pk=connection.pk).update(failures=connection.failures, breaker_until=until)
    return until


def _pace(context: Context, now: datetime) -> timedelta:
    """How soon the next round is needed, by what is live on the connection."""
    rows = Workload.objects.filter(connection=context.connection)
    live = rows.exclude(state__in=[*FINAL, State.DRAFT]).aggregate(
        count=Count("pk"), moved_at=Max("state_at", filter=Q(state__in=TRANSITIONAL))
    )
    if context.is_watched and live["count"]:
        return waits.FRESH
    if live["moved_at"] is not None:
        return waits.FRESH if now - live["moved_at"] < waits.PATIENT_AFTER else waits.PATIENT
    unread = rows.filter(state__in=FINAL, is_output_complete=False, is_log_complete=False, remote_id__gt="")
    if context.offers(Feature.LOGS) and unread.exists():
        return waits.LOGS_WATCHED
    return waits.STEADY if live["count"] else waits.EMPTY
