"""Counts the HTTP calls of a connection as they really went: how many, how many failed, how long they took."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

BOUNDS_MS = (10, 20, 35, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500, 2500, 5000, 10_000, 30_000)
"""Upper ends of the classes that times are counted in; one more class holds what took longer."""
_BAD = frozenset({401, 403, 408, 429})
"""The account is not served; any other 4xx is an answer, and a provider that says no is well."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Calls of a while. ``spread`` counts them by ``BOUNDS_MS``."""

    calls: int = 0
    failures: int = 0
    took_ms: int = 0
    spread: tuple[int, ...] = ()


@dataclass(slots=True)
class Calls:
    """What one process has sent on one connection; threads add to it side by side."""

    count: int = 0
    """All calls so far; it only grows."""
    _failures: int = 0
    _took_ms: int = 0
    _spread: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_MS) + 1))
    _taken: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, method: str, path: str, status: int | None, took_ms: int) -> None:
        """Hear of one call, as an adapter tells it (``providers.http.OnCall``)."""
        with self._lock:
            self.count += 1
            self._failures += is_failure(status)
            self._took_ms += took_ms
            self._spread[_class_of(took_ms)] += 1

    def take(self) -> Counted:
        """What came since this was last asked, each call told once."""
        with self._lock:
            found = Counted(self.count - self._taken, self._failures, self._took_ms, tuple(self._spread))
            self._taken, self._failures, self._took_ms = self.count, 0, 0
            self._spread = [0] * len(self._spread)
        return found


def is_failure(status: int | None) -> bool:
    """Whether a call failed, by its HTTP status; None: no answer came."""
    return status is None or status >= 500 or status in _BAD


def added(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    """Two spreads as one."""
    return tuple(a + b for a, b in zip_longest(one, other, fillvalue=0))


def median_ms(spread: Sequence[int]) -> int | None:
    """So long, or less, half of the calls took: right to the class that it lies in, and within it by its share.

    None where there was no call.
    """
    half = sum(spread) / 2
    below = 0
    for number, count in enumerate(spread):
        if count and below + count >= half:
            low = BOUNDS_MS[number - 1] if number else 0
            high = BOUNDS_MS[number] if number < len(BOUNDS_MS) else low
            return round(low + (high - low) * (half - below) / count)
        below += count
    return None


def _class_of(took_ms: int) -> int:
    return next((number for number, bound in enumerate(BOUNDS_MS) if took_ms <= bound), len(BOUNDS_MS))


_lock = threading.Lock()
_by_connection: dict[int, Calls] = {}


def of(connection_id: int) -> Calls:
    """The counts of this process for a connection."""
    with _lock:
        return _by_connection.setdefault(connection_id, Calls())
