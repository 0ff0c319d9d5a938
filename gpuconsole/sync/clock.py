"""What time it is for one task of a worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Clock:
    """The wall clock; ``ahead`` lets whoever calls the engine ask what it would do later."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """This moment, aware and in UTC."""
        return timezone.now() + self.ahead
