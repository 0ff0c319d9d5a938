"""A month as providers bill it: from its first moment in UTC to that of the next one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gpuconsole.core.errors import Refused


@dataclass(frozen=True, slots=True)
class Month:
    """One month of UTC."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str, *, field: str = "month") -> Month:
        """From ``2026-11``. Raises Refused."""
        if not re.fullmatch(r"[2-9]\d{3}-(0[1-9]|1[0-2])", text):
            raise Refused(f"“{text[:20]}” is no month. Write it as 2026-11.", code="bad_month", field=field)
        return cls(int(text[:4]), int(text[5:]))

    @classmethod
    def of(cls, moment: datetime) -> Month:
        """That of a moment."""
        at = moment.astimezone(UTC)
        return cls(at.year, at.month)

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return (self.since + timedelta(days=32)).replace(day=1)

    @property
    def before(self) -> Month:
        """The month before."""
        return Month.of(self.since - timedelta(days=1))

    @property
    def name(self) -> str:
        """November 2026."""
        return f"{self.since:%B %Y}"

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"
