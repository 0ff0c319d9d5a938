"""A stretch is rounded up as a whole, and its parts add up to it whatever the cuts."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from gpuconsole.simulator.charges import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Charge
from gpuconsole.simulator.invoice import lines

MOMENTS = st.integers(0, 40 * 86_400_000).map(lambda ms: 1_795_000_000 + ms / 1000)


def _charge(began_at: float, ended_at: float | None, step_s: Decimal = MINUTE, price: str = "0.1") -> Charge:
    return Charge("r", "", "compute", "USD", began_at, ended_at, Decimal(price), HOUR, step_s, units=3)


@settings(max_examples=60)
@given(
    ends=st.tuples(MOMENTS, MOMENTS),
    cuts=st.lists(MOMENTS, max_size=4),
    step_s=st.sampled_from([MILLISECOND, SECOND, MINUTE, HOUR, DAY]),
    price=st.decimals("0.001", "100", places=5),
)
def test_parts_add_up_to_the_whole(
    ends: tuple[float, float], cuts: list[float], step_s: Decimal, price: Decimal
) -> None:
    began, ended = sorted(ends)
    charge, now = _charge(began, ended, step_s, str(price)), 1_800_000_000.0
    bounds = [0.0, *sorted(cuts), now]
    found = [line for since, until in pairwise(bounds) for line in lines("p", [charge], since, until, now)]
    assert sum((Decimal(line["amount"]) for line in found), Decimal(0)) == charge.due(now)
    assert sum((Decimal(line["seconds"]) for line in found), Decimal(0)) == charge.seconds(now)
    counted = sum((Decimal(line["billed_seconds"]) for line in found), Decimal(0))
    assert charge.seconds(now) <= counted < charge.seconds(now) + step_s
    assert all(Decimal(line["amount"]) >= 0 for line in found)


def test_a_minute_belongs_to_the_part_in_which_it_began() -> None:
    charge = _charge(1000.0, 1070.5)
    first, second = (lines("p", [charge], *ends, 5000)[0] for ends in ((0, 1030.0), (1030.0, 2000)))
    assert (first["seconds"], first["billed_seconds"], first["amount"]) == ("30.000", "60.000", "0.005000")
    assert (second["seconds"], second["billed_seconds"], second["amount"]) == ("40.500", "60.000", "0.005000")


def test_what_is_paid_once_stands_where_it_was_paid() -> None:
    paid = Charge("r", "", "subscription", "USD", 1000.0, 1000.0, Decimal("30"), None)
    assert [line["amount"] for line in lines("p", [paid], 0, None, 5000)] == ["30.000000"]
    assert lines("p", [paid], 0, 1000.0, 5000) == lines("p", [paid], 1000.5, None, 5000) == []


def test_an_unknown_price_is_no_amount() -> None:
    (line,) = lines("p", [Charge("r", "", "compute", "USD", 10.0, None, None)], 0, None, 70)
    assert (line["amount"], line["hourly_price"], line["seconds"], line["is_open"]) == (None, None, "60.000", True)
