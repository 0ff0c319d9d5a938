"""The clock of a timeline: from when to when it goes, and the lines and labels on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from django.utils.translation import gettext as _

from gpuconsole.core import formats

MOST_LABELS = 8
MOST_LINES = 24
AHEAD = 0.04
"""How far a live clock goes past now, as a share of its length."""
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_STEPS = (
    (timedelta(minutes=10), _MINUTE),
    (timedelta(hours=2), 15 * _MINUTE),
    (timedelta(hours=12), _HOUR),
    (timedelta(days=3), 6 * _HOUR),
)
_LABEL_WIDTH = 5.5  # per cent that "14:00" takes, right of its line
_NOW_LABEL_WIDTH = 9.0  # per cent that "14:32 now" takes, half of it on either side of its line
_LAST_LABEL = 97.0  # a label that begins behind it would run out of the chart


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the chart; ``label`` is empty where there is no room for one."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A stretch of time laid on 0 to 100 per cent."""

    start: datetime
    end: datetime
    ticks: tuple[Tick, ...] = ()
    now_x: float | None = None
    now_label: str = ""

    def x(self, at: datetime) -> float:
        """Where a moment is, which may lie outside."""
        return (at - self.start) / (self.end - self.start) * 100


def window(start: datetime, now: datetime, zone: tzinfo = UTC) -> Clock:
    """The clock that many strips share: exactly from ``start``, up to now and a little on."""
    return _with_ticks(start, now + (now - start) * AHEAD, now, zone, step_of(now - start))


def life(start: datetime, end: datetime, now: datetime, zone: tzinfo, *, is_live: bool) -> Clock:
    """The clock of one workload: from its first moment, rounded down to a tick, to its end, or a little past now."""
    step = step_of(end - start)
    first = _floor(start, step, zone)
    last = end + (end - first) * AHEAD if is_live else end
    return _with_ticks(first, max(last, first + timedelta(seconds=1)), now if is_live else None, zone, step)


def bare(start: datetime, end: datetime) -> Clock:
    """A clock without lines, for minis."""
    return Clock(start, max(end, start + timedelta(milliseconds=1)))


def step_of(length: timedelta) -> timedelta:
    """How far apart the lines of a clock of this length are."""
    return next((step for limit, step in _STEPS if length < limit), _DAY)


def _with_ticks(start: datetime, end: datetime, now: datetime | None, zone: tzinfo, step: timedelta) -> Clock:
    clock = Clock(start, end)
    now_x = None if now is None else round(clock.x(now), 2)
    moments = [at for at in _moments(start, end, step, zone) if start <= at < end]
    moments = moments[:: -(-len(moments) // MOST_LINES) or 1]
    every = -(-len(moments) // MOST_LABELS) or 1
    ticks = [_tick(clock, at, step, zone, now_x, is_labelled=not index % every) for index, at in enumerate(moments)]
    now_label = _("{time} now").format(time=formats.time_of_day(now.astimezone(zone))) if now else ""
    return Clock(start, end, tuple(ticks), now_x, now_label)


def _tick(clock: Clock, at: datetime, step: timedelta, zone: tzinfo, now_x: float | None, *, is_labelled: bool) -> Tick:
    x = round(clock.x(at), 2)
    half = _NOW_LABEL_WIDTH / 2
    is_hidden = x > _LAST_LABEL or (now_x is not None and now_x - half - _LABEL_WIDTH < x < now_x + half)
    local = at.astimezone(zone)
    label = formats.day_of_month(local) if step >= _DAY else formats.time_of_day(local)
    return Tick(x, label if is_labelled and not is_hidden else "")


def _moments(start: datetime, end: datetime, step: timedelta, zone: tzinfo) -> Iterator[datetime]:
    at = _floor(start, step, zone)
    while at < end:
        yield at
        # Long steps go by the clock on the wall, so that days begin at midnight on both sides of summer time.
        at = (at.astimezone(zone) + step).astimezone(UTC) if step > _HOUR else at + step


def _floor(at: datetime, step: timedelta, zone: tzinfo) -> datetime:
    local = at.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    gone = local.replace(tzinfo=None) - midnight.replace(tzinfo=None)
    if step <= _HOUR:
        return (local.astimezone(UTC) - gone % step).astimezone(UTC)
    return (midnight + gone // step * step).astimezone(UTC)
