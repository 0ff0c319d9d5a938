"""The health of a connection in words, and how its calls went by the half hour, from real calls only."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import reduce

from django.db import connection as database
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.connections.calls import Counted, added, median_ms
from gpuconsole.connections.models import TICK_S, Connection, Health, HealthTick
from gpuconsole.connections.services import fall_back
from gpuconsole.core import formats, versions
from gpuconsole.providers import registry
from gpuconsole.providers.errors import NotAuthorized, ProviderError, RateLimited

TICKS_SHOWN = 48
BUDGET_DAYS = 30
FAILING_AFTER = 2  # failed rounds in a row: one alone may be a hiccup
SLOW_MS = 1500
QUICK_MS = 1000  # a slow connection is healthy again below this: no flicker around one figure
FLUSH_EVERY_S = 30


@dataclass(slots=True)
class _Counts:
    """What this process has counted of one connection and not written yet."""

    starts_at: datetime
    since: datetime
    calls: int = 0
    failures: int = 0
    total_ms: int = 0
    spread: tuple[int, ...] = ()


@dataclass(slots=True)
class _Memory:
    lock: threading.Lock = field(default_factory=threading.Lock)
    counts: dict[int, _Counts] = field(default_factory=dict)
    usual_ms: dict[int, float] = field(default_factory=dict)


_memory = _Memory()

_UPSERT = """
INSERT INTO connections_healthtick (connection_id, starts_at, calls, failures, total_ms, spread)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (connection_id, starts_at) DO UPDATE SET
    calls = connections_healthtick.calls + EXCLUDED.calls,
    failures = connections_healthtick.failures + EXCLUDED.failures,
    total_ms = connections_healthtick.total_ms + EXCLUDED.total_ms,
    spread = ARRAY(
        SELECT coalesce(one, 0) + coalesce(other, 0)
        FROM unnest(connections_healthtick.spread, EXCLUDED.spread) WITH ORDINALITY AS both_(one, other, number)
        ORDER BY number
    )
"""


def note_round(
    connection: Connection,
    *,
    ok: bool,
    counted: Counted,
    error: ProviderError | None = None,
    now: datetime | None = None,
) -> None:
    """Count the calls of one round, and write the health where it changed.

    Cheap: ticks are written every 30 s at most (what a killed worker had not written is lost, they are statistics),
    the connection's row only when its health changes. ``connection.failures`` is the number of failed rounds in a row,
    this one included. A round that failed without a call, as for a key that cannot be opened, counts none.
    """
    now = now or timezone.now()
    if counted.calls:
        failures = counted.failures if ok else max(counted.failures, 1)  # an answer that nobody can read is one
        _count(connection.pk, now, replace(counted, failures=min(failures, counted.calls)), is_urgent=not ok)
    wanted, text = _judged(connection, ok, counted.took_ms / max(counted.calls, 1), error)
    if wanted == Health.REFUSED and fall_back(connection=connection, by=None, why=_("The new key was refused.")):
        return
    if (wanted, text) != (connection.health, connection.health_text):
        write(connection, wanted, text)
        fields = ["health", "health_text", "health_at"]
        connection.save(update_fields=fields)
        versions.bump(*connection.topics)


def write(connection: Connection, health: Health, text: str) -> None:
    """Put the health into the row (unsaved); its age begins when it becomes another."""
    if connection.health != health or connection.health_at is None:
        connection.health_at = timezone.now()
    connection.health = health
    connection.health_text = text[:300]


@dataclass(frozen=True, slots=True)
class Tick:
    """One half hour; ``calls`` 0 means that nothing was asked."""

    starts_at: datetime
    calls: int = 0
    failures: int = 0
    spread: tuple[int, ...] = ()

    @property
    def kind(self) -> str:
        """Empty, ok from 99 % good calls, slow above 90 %, else bad."""
        if not self.calls:
            return ""
        good = 1 - self.failures / self.calls
        return "ok" if good >= 0.99 else "slow" if good > 0.9 else "bad"

    @property
    def text(self) -> str:
        """It in words."""
        median = median_ms(self.spread)
        if median is not None:
            text = _("{time}: {fine} of {calls} calls fine, half of them within {median} ms")
        else:
            text = _("{time}: {fine} of {calls} calls fine") if self.calls else _("{time}: no calls")
        time, fine = formats.time_of_day(self.starts_at), self.calls - self.failures
        return text.format(time=time, fine=fine, calls=self.calls, median=median)


@dataclass(frozen=True, slots=True)
class Day:
    """The last 48 half hours of one connection, oldest first."""

    ticks: tuple[Tick, ...]

    @property
    def calls(self) -> int:
        """All together."""
        return sum(tick.calls for tick in self.ticks)

    @property
    def failed_percent(self) -> float | None:
        """Of all calls; None where there was none."""
        return 100 * sum(tick.failures for tick in self.ticks) / self.calls if self.calls else None

    @property
    def median_ms(self) -> int | None:
        """Half of the calls took so long or less; None where there was none."""
        return median_ms(reduce(added, (tick.spread for tick in self.ticks), ()))


def days(connections: Sequence[Connection], now: datetime) -> dict[int, Day]:
    """The last 48 half hours of each connection by pk, in one query."""
    last = _tick_start(now)
    starts = [last - timedelta(seconds=TICK_S) * back for back in range(TICKS_SHOWN - 1, -1, -1)]
    rows = HealthTick.objects.filter(connection__in=connections, starts_at__gte=starts[0])
    found = {
        (row.connection_id, row.starts_at): Tick(row.starts_at, row.calls, row.failures, tuple(row.spread))
        for row in rows
    }
    return {
        connection.pk: Day(tuple(found.get((connection.pk, start)) or Tick(start) for start in starts))
        for connection in connections
    }


def median_text(day: Day) -> str:
    """The usual time of a call, in words."""
    return _("no calls yet") if day.median_ms is None else _("median {median} ms").format(median=day.median_ms)


def label(connection: Connection) -> str:
    """What the strip of ticks says to those who do not see it."""
    return f"{registry.get(connection.provider).name}: {connection.health_word.label}"


def failed_share(connections: Sequence[Connection], now: datetime) -> dict[int, float]:
    """The share of failed calls in 30 days by pk, 0 to 1; connections that made no call are left out."""
    since = now - timedelta(days=BUDGET_DAYS)
    rows = (
        HealthTick.objects.filter(connection__in=connections, starts_at__gte=since)
        .values("connection")
        .annotate(all_calls=Sum("calls"), bad=Sum("failures"))
    )
    return {row["connection"]: row["bad"] / row["all_calls"] for row in rows if row["all_calls"]}


def flush(now: datetime | None = None) -> None:
    """Write all that was counted; for the end of a worker."""
    with _memory.lock:
        waiting = list(_memory.counts.items())
        _memory.counts.clear()
    for pk, counts in waiting:
        _write_tick(pk, counts)


def _count(pk: int, now: datetime, counted: Counted, *, is_urgent: bool) -> None:
    ready: list[_Counts] = []
    with _memory.lock:
        counts = _memory.counts.get(pk)
        if counts is not None and counts.starts_at != _tick_start(now):
            ready.append(_memory.counts.pop(pk))
            counts = None
        counts = counts or _memory.counts.setdefault(pk, _Counts(_tick_start(now), now))
        counts.calls += counted.calls
        counts.failures += counted.failures
        counts.total_ms += counted.took_ms
        counts.spread = added(counts.spread, counted.spread)
        if is_urgent or (now - counts.since).total_seconds() >= FLUSH_EVERY_S:
            ready.append(_memory.counts.pop(pk))
    for done in ready:
        _write_tick(pk, done)


def _write_tick(pk: int, counts: _Counts) -> None:
    figures = [counts.calls, counts.failures, counts.total_ms]
    with database.cursor() as cursor:
        cursor.execute(_UPSERT, [pk, counts.starts_at, *figures, list(counts.spread)])


def _tick_start(moment: datetime) -> datetime:
    seconds = int(moment.timestamp())
    return datetime.fromtimestamp(seconds - seconds % TICK_S, UTC)


def _judged(connection: Connection, ok: bool, call_ms: float, error: ProviderError | None) -> tuple[Health, str]:
    if ok:
        return _speed(connection, call_ms)
    text = error.message if error else _("The provider did not answer as it should.")
    if isinstance(error, NotAuthorized):
        return Health.REFUSED, text
    if isinstance(error, RateLimited):
        return Health.SLOW, text
    if connection.failures >= FAILING_AFTER or connection.health == Health.UNKNOWN:
        return Health.FAILING, text
    return Health(connection.health), connection.health_text


def _speed(connection: Connection, call_ms: float) -> tuple[Health, str]:
    usual_ms = 0.8 * _memory.usual_ms.get(connection.pk, call_ms) + 0.2 * call_ms
    _memory.usual_ms[connection.pk] = usual_ms
    limit_ms = QUICK_MS if connection.health == Health.SLOW else SLOW_MS
    if usual_ms <= limit_ms:
        return Health.HEALTHY, ""
    text = _("About {seconds} s a call.")
    if connection.health == Health.SLOW and connection.health_text.startswith(text.partition("{")[0]):
        return Health.SLOW, connection.health_text  # the figure is not kept current: that would write a row each round
    return Health.SLOW, text.format(seconds=f"{usual_ms / 1000:.1f}")
