"""A subscription: months paid ahead, renewed by itself or run out; what happens then is assumed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

MONTH_S = 30 * 86400
"""A month of the calendar, which is never compressed, in seconds (30 days: assumed)."""


@dataclass(frozen=True)
class Subscription:
    """Paid from `began_at` to `until`; renewed by `renew_months` for `renew_usd`, unless they are 0."""

    began_at: float
    until: float
    months: int
    payments: tuple[tuple[float, str], ...]
    """When so many USD were paid, at the usual prices."""
    renew_months: int = 0
    renew_usd: str = "0"

    @classmethod
    def bought(cls, now: float, months: int, usd: Decimal) -> "Subscription":
        """A new one."""
        return cls(now, now + months * MONTH_S, months, ((now, str(usd)),))

    @classmethod
    def recalled(cls, memory: Mapping[str, Any]) -> "Subscription":
        """The subscription of which `memory` tells; files of the first release know one sum only."""
        kept = dict(memory)
        sum_usd = kept.pop("paid_usd", None)
        payments = [(kept["began_at"], sum_usd)] if sum_usd is not None else kept["payments"]
        return cls(**{**kept, "payments": tuple((at, usd) for at, usd in payments)})

    def at(self, now: float) -> "Subscription":
        """The subscription with the renewals that have come due."""
        found = self
        while found.renew_months and found.until <= now:
            found = found.longer(found.until, found.renew_months, Decimal(found.renew_usd))
        return found

    def longer(self, now: float, months: int, usd: Decimal) -> "Subscription":
        """The subscription with more months, which follow on the old ones or begin now."""
        until = max(self.until, now) + months * MONTH_S
        return replace(self, until=until, payments=(*self.payments, (now, str(usd))))

    def renewing(self, now: float, months: int, usd: Decimal) -> "Subscription":
        """The subscription with another rule for its renewal from now on."""
        return replace(self.at(now), renew_months=months, renew_usd=str(usd))
