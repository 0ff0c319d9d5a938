"""What billed time costs: stretches rounded up as each provider does, at the price frozen at launch."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from gpuconsole.providers.contract import Rounding
from gpuconsole.workloads.models import UsageInterval, Workload

EXACT = Decimal("0.000001")
_UNIT_S = {Rounding.SECOND: Decimal(1), Rounding.MINUTE: Decimal(60), Rounding.HOUR: Decimal(3600)}
_HOUR_S = Decimal(3600)
_MICROSECOND = timedelta(microseconds=1)


def seconds(length: timedelta) -> Decimal:
    """A length in exact seconds; a negative one (clocks that disagree) is none."""
    return max(Decimal(0), Decimal(length // _MICROSECOND) / 1_000_000)


def price_of(billed_s: Decimal, hourly_price: Decimal | None, rounding: str) -> Decimal | None:
    """What one stretch costs: every begun unit is paid whole, a stretch without length not at all.

    None where the price is unknown. The result is exact to a millionth of the currency.
    """
    if hourly_price is None:
        return None
    unit_s = _UNIT_S[Rounding(rounding or Rounding.SECOND)]
    units = (billed_s / unit_s).to_integral_value(ROUND_CEILING)
    return (units * unit_s * hourly_price / _HOUR_S).quantize(EXACT, ROUND_HALF_UP)


def cost_so_far(workload: Workload, now: datetime) -> Decimal | None:
    """What the workload has cost up to now, from its row alone; None where nobody knows the price.

    Work that ended without a billed second has cost nothing, whatever its price.
    """
    if workload.hourly_price is None:
        is_free = workload.is_final and not workload.billed_closed_s and workload.billed_since is None
        return Decimal(0) if is_free else None
    if workload.billed_since is None:
        return workload.cost_closed
    open_s = seconds(now - workload.billed_since)
    return workload.cost_closed + (price_of(open_s, workload.hourly_price, workload.rounding) or 0)


def most_until(workload: Workload, ends_by: datetime, now: datetime) -> Decimal | None:
    """The most that it will have cost if it is billed until then, what it has cost already included."""
    if workload.hourly_price is None:
        return None
    lasts_s = seconds(ends_by - (workload.billed_since or now))
    return workload.cost_closed + (price_of(lasts_s, workload.hourly_price, workload.rounding) or 0)


def billed_so_far_s(workload: Workload, now: datetime) -> Decimal:
    """Seconds billed up to now, before any rounding up."""
    open_s = seconds(now - workload.billed_since) if workload.billed_since else Decimal(0)
    return workload.billed_closed_s + open_s


def interval_cost(interval: UsageInterval, now: datetime) -> Decimal | None:
    """What one usage interval costs, an open one up to now."""
    if interval.ended_at is not None:
        return interval.cost
    return price_of(seconds(now - interval.started_at), interval.hourly_price, interval.rounding)


def part_of(amount: Decimal, whole: timedelta, upto: timedelta) -> Decimal:
    """What of an amount (exact to a millionth) falls on the first ``upto`` of a ``whole`` length.

    The parts of stretches that follow one another are differences of such parts, so that they sum to exactly the whole.
    """
    if upto <= timedelta():
        return Decimal(0)
    if upto >= whole:
        return amount
    length, gone = whole // _MICROSECOND, upto // _MICROSECOND
    millionths = int(amount.scaleb(6))
    return Decimal((2 * millionths * gone + length) // (2 * length)).scaleb(-6)


def billed_length_s(
    started_at: datetime,
    ended_at: datetime,
    said: tuple[datetime | None, datetime | None],
    *,
    is_sandbox: bool,
) -> Decimal:
    """Billed seconds of an ended stretch: by the provider's own clock where it told both ends.

    ``said`` are its stamps as they came. A clock that is minutes off still measures a length right; a length that is
    more than ten minutes from ours is a mistake and ours counts, but for a sandbox, whose clock people turn.
    """
    ours = seconds(ended_at - started_at)
    if said[0] is None or said[1] is None or said[1] < said[0]:
        return ours
    theirs = seconds(said[1] - said[0])
    return theirs if is_sandbox or abs(theirs - ours) <= _TRUSTED_S else ours


_TRUSTED_S = Decimal(600)
