"""What billed time costs: stretches rounded up as each provider does, at the price frozen at launch."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from gpuconsole.providers.pricing import Rounding
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads import lanes
from gpuconsole.workloads.models import UsageInterval, Workload

EXACT = Decimal("0.000001")
UNIT_S = {
    Rounding.EXACT: Decimal("0.001"),
    Rounding.SECOND: Decimal(1),
    Rounding.MINUTE: Decimal(60),
    Rounding.HOUR: Decimal(3600),
}
"""Seconds that are paid whole once begun."""
_HOUR_S = Decimal(3600)
_NOTHING = Decimal(0)
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
    return (rounded_s(billed_s, rounding) * hourly_price / _HOUR_S).quantize(EXACT, ROUND_HALF_UP)


def rounded_s(billed_s: Decimal, rounding: str) -> Decimal:
    """The seconds that are paid for a stretch."""
    unit_s = UNIT_S[Rounding(rounding or Rounding.SECOND)]
    return (billed_s / unit_s).to_integral_value(ROUND_CEILING) * unit_s


def most_of(longest_s: int, hourly_price: Decimal | None, rounding: str, *, attempts: int = 1) -> Decimal | None:
    """The most that ``longest_s`` billed seconds can cost when they may fall on so many attempts.

    Each attempt is rounded up by itself, so that every one but the first can add a begun unit; one that costs anything
    takes a second at least, whatever number of them was asked for.
    """
    unit_s = UNIT_S[Rounding(rounding or Rounding.SECOND)]
    more = max(0, min(attempts, longest_s) - 1)
    return price_of(rounded_s(Decimal(longest_s), rounding) + more * unit_s, hourly_price, rounding)


def piece_cost(before_s: Decimal, billed_s: Decimal, hourly_price: Decimal | None, rounding: str) -> Decimal | None:
    """What a piece adds to its stretch, of which ``before_s`` were billed before it.

    Only the stretch is rounded up: pieces sum to exactly what the whole costs.
    """
    before = price_of(before_s, hourly_price, rounding)
    after = price_of(before_s + billed_s, hourly_price, rounding)
    return None if before is None or after is None else after - before


def tariff_price(workload: Workload, tariff: Tariff) -> Decimal | None:
    """Price per hour of what is billed on the tariff, as frozen at launch."""
    return workload.resting_hourly_price if tariff == Tariff.REST else workload.hourly_price


def settle(workload: Workload, from_s: Decimal, to_s: Decimal) -> Decimal | None:
    """Write the seconds between two lengths of the open stretch to the row's closed sums; gives their cost.

    A shorter second length takes back what was written too much.
    """
    price = tariff_price(workload, Tariff(workload.billed_tariff))
    cost = piece_cost(from_s, to_s - from_s, price, workload.rounding)
    workload.billed_closed_s += to_s - from_s
    workload.cost_closed += cost or Decimal(0)
    return cost


def cost_so_far(workload: Workload, now: datetime) -> Decimal | None:
    """What the workload has cost up to now, from its row alone; None where nobody knows the price.

    Work that ended without a billed second has cost nothing, whatever its price.
    """
    if workload.billed_lanes:
        return workload.cost_closed + sum(
            (_lane_cost(workload, one, now) for one in lanes.still_open(workload)), _NOTHING
        )
    if workload.hourly_price is None:
        is_free = workload.is_final and not workload.billed_closed_s and workload.billed_since is None
        return Decimal(0) if is_free else None
    if workload.billed_since is None:
        return workload.cost_closed
    open_s = seconds(now - workload.billed_since)
    price = tariff_price(workload, Tariff(workload.billed_tariff))
    return workload.cost_closed + (piece_cost(workload.billed_before_s, open_s, price, workload.rounding) or 0)


def _lane_cost(workload: Workload, lane: lanes.Lane, now: datetime) -> Decimal:
    return price_of(seconds(now - lane.since), lane.hourly_price, workload.rounding) or _NOTHING


def step(workload: Workload, now: datetime) -> tuple[int, Decimal] | None:
    """Length in seconds of the steps in which its cost goes up, and how much of the present one is gone.

    None while nothing is billed, and where the steps are too short to be seen.
    """
    length_s = int(UNIT_S[Rounding(workload.rounding or Rounding.SECOND)])
    if workload.billed_since is None or length_s <= 1:
        return None
    begins = [lane.since for lane in lanes.still_open(workload)] or [workload.billed_since]
    gone_s = (workload.billed_before_s + seconds(now - begin) for begin in begins)
    return length_s, max(gone % length_s for gone in gone_s)


def most_until(workload: Workload, ends_by: datetime, now: datetime) -> Decimal | None:
    """The most that it will have cost if it is billed until then, what it has cost already included."""
    if workload.hourly_price is None:
        return None
    lasts_s = seconds(ends_by - (workload.billed_since or now))
    return workload.cost_closed + (price_of(lasts_s, workload.hourly_price, workload.rounding) or 0)


def billed_so_far_s(workload: Workload, now: datetime) -> Decimal:
    """Seconds billed up to now, before any rounding up."""
    if workload.billed_lanes:
        open_s = sum((seconds(now - lane.since) for lane in lanes.still_open(workload)), _NOTHING)
    else:
        open_s = seconds(now - workload.billed_since) if workload.billed_since else _NOTHING
    return workload.billed_closed_s + open_s


def interval_cost(interval: UsageInterval, now: datetime) -> Decimal | None:
    """What one usage interval costs, an open one up to now."""
    if interval.ended_at is not None:
        return interval.cost
    open_s = seconds(now - interval.started_at)
    return piece_cost(interval.before_s, open_s, interval.hourly_price, interval.rounding)


def unsure_cost(interval: UsageInterval) -> Decimal | None:
    """How far the cost of an interval may be off at most; nothing where its provider stamped both ends."""
    return price_of(interval.unsure_s, interval.hourly_price, interval.rounding)


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


def billed_length_s(ours: Decimal, said: tuple[datetime | None, datetime | None], *, is_sandbox: bool) -> Decimal:
    """Billed seconds of an ended stretch: by the provider's own clock where it told both ends.

    ``ours`` is its length by our clock, ``said`` are the provider's stamps as they came. A clock that is minutes off
    still measures a length right; a length that is more than ten minutes from ours is a mistake and ours counts, but
    for a sandbox, whose clock people turn.
    """
    if said[0] is None or said[1] is None or said[1] < said[0]:
        return ours
    theirs = seconds(said[1] - said[0])
    return theirs if is_sandbox or abs(theirs - ours) <= _TRUSTED_S else ours


_TRUSTED_S = Decimal(600)
