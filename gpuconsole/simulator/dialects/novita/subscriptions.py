"""A subscription: months paid ahead, renewed by itself or run out; what happens then is assumed."""

from dataclasses import dataclass, replace
from decimal import Decimal

MONTH_S = 30 * 86400
"""A month of the calendar, which is never compressed, in seconds (30 days: assumed)."""


@dataclass(frozen=True)
class Subscription:
    """Paid from `began_at` to `until`; renewed by `renew_months` for `renew_usd`, unless they are 0."""

    began_at: float
    until: float
    months: int
    paid_usd: str
    renew_months: int = 0
    renew_usd: str = "0"

    @classmethod
    def bought(cls, now: float, months: int, usd: Decimal) -> "Subscription":
        """A new one."""
        return cls(now, now + months * MONTH_S, months, str(usd))

    def at(self, now: float) -> "Subscription":
        """The subscription with the renewals that have come due."""
        found = self
        while found.renew_months and found.until <= now:
            found = found.longer(found.until, found.renew_months, Decimal(found.renew_usd))
        return found

    def longer(self, now: float, months: int, usd: Decimal) -> "Subscription":
        """The subscription with more months, which follow on the old ones or begin now."""
        until = max(self.until, now) + months * MONTH_S
        return replace(self, until=until, paid_usd=str(Decimal(self.paid_usd) + usd))

    def renewing(self, now: float, months: int, usd: Decimal) -> "Subscription":
        """The subscription with another rule for its renewal from now on."""
        return replace(self.at(now), renew_months=months, renew_usd=str(usd))
