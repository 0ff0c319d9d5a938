"""The simulator's clock: the wall clock plus the seconds it was turned forward.

The calendar is never compressed, so that time stamps in answers compare with a console's own clock. What is compressed
is life: every phase of a resource lasts its nominal seconds divided by `speed` (see `World.span`). Billing counts the
seconds that the answers' own time stamps show.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Wall clock seconds since the epoch, rounded to milliseconds, plus explicit advances."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self.advanced_s = 0.0
        self.skew_s = 0.0
        """How far the clock of the provider that is being asked just now is off; see `World.clock_of`."""

    def now(self) -> float:
        """The present moment as epoch seconds."""
        return round(self._wall() + self.advanced_s + self.skew_s, 3)

    def advance(self, seconds: float) -> None:
        """Turn the clock forward by wall seconds; it never goes back."""
        if seconds < 0:
            raise ValueError("advance_s must not be negative")
        self.advanced_s += seconds


def iso(moment: float | None) -> str | None:
    """RFC 3339 in UTC with milliseconds, as all dialects print time."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
