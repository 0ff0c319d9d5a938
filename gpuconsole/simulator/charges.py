"""What a provider charges for: stretches of one price each, and what is due for one at a moment.

A stretch is rounded up as a whole, to the unit that its provider counts in. A part of it, such as what fell into one
month or one day, is the difference of what was due at its two ends, so that parts always add up to the whole.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

EXACT = Decimal("0.000001")
MILLISECOND, SECOND, MINUTE, HOUR = Decimal("0.001"), Decimal(1), Decimal(60), Decimal(3600)
DAY = Decimal(86400)
COMPUTE, STORAGE, SUBSCRIPTION = "compute", "storage", "subscription"


@dataclass(frozen=True)
class Charge:
    """One stretch: `units` things, each paid by time at `price` for `price_s` seconds, or `price` once at its begin.

    `price` is None where nobody knows it, `price_s` None where it is paid once. Moments are epoch seconds.
    """

    resource_id: str
    name: str
    what: str
    currency: str
    began_at: float
    ended_at: float | None
    """None while it goes on."""
    price: Decimal | None
    price_s: Decimal | None = HOUR
    step_s: Decimal = SECOND
    """A begun one of these counts whole."""
    units: int = 1
    unit: str = ""
    run: int = 0
    """Which start or try of the resource, from 1; 0 for what lasts over all of them."""
    part: str = ""
    """The provider's own id of the run, or a word that tells the stretches of one resource apart."""

    @property
    def id(self) -> str:
        """The same for the same stretch in every invoice, and of no other one."""
        return "/".join([self.resource_id, self.what, self.part or str(self.run)])

    @property
    def hourly_price(self) -> Decimal | None:
        """Of one unit, in `currency`; None where it is unknown, or paid once."""
        if self.price is None or self.price_s is None:
            return None
        return self.price if self.price_s == HOUR else self.price * HOUR / self.price_s

    def seconds(self, moment: float) -> Decimal:
        """How long it has lasted by then, to the millisecond."""
        end = moment if self.ended_at is None else min(moment, self.ended_at)
        return Decimal(str(round(max(end - self.began_at, 0), 3)))

    def counted_s(self, moment: float) -> Decimal:
        """The seconds that are paid for, of one unit."""
        return (self.seconds(moment) / self.step_s).to_integral_value(ROUND_CEILING) * self.step_s

    def due(self, moment: float) -> Decimal | None:
        """What it has cost by then; None where nobody knows the price."""
        if self.price is None:
            return None
        if self.price_s is None:
            return self.price * self.units if self.began_at <= moment else Decimal(0)
        return (self.counted_s(moment) * self.units * self.price / self.price_s).quantize(EXACT, ROUND_HALF_UP)


def total(charges: list[Charge], moment: float) -> Decimal:
    """What is due for all of them whose price is known."""
    return sum((charge.due(moment) or Decimal(0) for charge in charges), Decimal(0))
