"""The processes that no page can do without, and whether they were seen lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.core import heartbeats
from gpuconsole.core.models import Heartbeat


@dataclass(frozen=True, slots=True)
class Process:
    """One of them as pages show it."""

    name: str
    label: str
    seen_at: datetime | None
    is_running: bool
    trouble: str
    """What does not happen while it is not running, and what to do."""


_KNOWN = (
    (
        heartbeats.TICK,
        gettext_noop("Workers"),
        timedelta(seconds=60),
        gettext_noop("Nothing is sent to providers or read from them. See that a worker, the beat and Redis run."),
    ),
    (
        heartbeats.WATCHDOG,
        gettext_noop("Watchdog"),
        timedelta(seconds=90),  # where cron starts it every minute
        gettext_noop(
            "Should the workers stop too, nobody ends what is past its latest end. Start it: manage.py watchdog."
        ),
    ),
)


def processes(now: datetime) -> Sequence[Process]:
    """All of them, in one query."""
    seen = dict(Heartbeat.objects.values_list("name", "seen_at"))
    return [
        Process(name, _(label), seen.get(name), _is_within(seen.get(name), now, patience), _(trouble))
        for name, label, patience, trouble in _KNOWN
    ]


def silent(now: datetime) -> Sequence[Process]:
    """Those that are missed; none where no worker was ever seen, since then nothing has begun yet."""
    found = processes(now)
    if all(one.seen_at is None for one in found if one.name == heartbeats.TICK):
        return []
    return [one for one in found if not one.is_running]


def seen_s(now: datetime) -> dict[str, float | None]:
    """Seconds since each was seen, by name; None for never."""
    return {one.name: _age_s(one.seen_at, now) for one in processes(now)}


def _is_within(seen_at: datetime | None, now: datetime, patience: timedelta) -> bool:
    return seen_at is not None and now - seen_at <= patience


def _age_s(seen_at: datetime | None, now: datetime) -> float | None:
    return None if seen_at is None else round((now - seen_at).total_seconds(), 1)
