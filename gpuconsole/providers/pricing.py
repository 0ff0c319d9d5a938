"""How a provider charges: what a spec costs per hour, and the stretch that is billed as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Rounding(StrEnum):
    """The stretch that a provider bills as a whole once it was begun."""

    EXACT = "exact"
    """No stretch: the time itself, to the millisecond."""
    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Pricing:
    """What a spec costs while it is billed: ``hourly_price`` for everything the spec asks for together.

    ``hourly_price`` is None where nobody knows it; ``not_priced`` names what the figure leaves out.
    ``resting_hourly_price``, for ``resting_for``, is charged in the states that are billed on rest; it is a part of
    ``hourly_price`` too.
    """

    hourly_price: Decimal | None
    currency: str
    rounding: Rounding
    gpu_count: int
    hardware_model: str
    hardware_id: str
    unit_price: Decimal | None = None
    """Price per hour of one billed unit (a node, a worker)."""
    units: int = 1
    region: str = ""
    not_priced: tuple[str, ...] = ()
    attempts: int = 1
    """Tries that the provider makes by itself at most; each is rounded up by itself."""
    resting_hourly_price: Decimal = Decimal(0)
    resting_for: str = ""
    """What is kept and charged while it is off, such as "Disks, 100 GB"."""
    billed_at_most_s: int | None = None
    """After so many seconds, all attempts together, the provider itself ends it; None: it does not."""
