"""Ids that sort by time; amounts that never mix currencies."""

import re
import time
from decimal import Decimal

import pytest

from gpuconsole.core.ids import new_id
from gpuconsole.core.money import Money


def test_an_id_is_its_prefix_and_26_characters():
    assert re.fullmatch(r"job_[0-9a-hjkmnp-tv-z]{26}", new_id("job"))


def test_ids_are_unique_and_sort_by_time():
    early = [new_id("job") for _ in range(200)]
    time.sleep(0.002)
    late = [new_id("job") for _ in range(200)]

    assert len({*early, *late}) == 400
    assert max(early) < min(late)


def test_amounts_of_one_currency_add_up():
    assert Money(Decimal("1.10"), "USD") + Money(Decimal("2.20"), "USD") - Money(Decimal("0.30"), "USD") == Money(
        Decimal("3.00"), "USD"
    )
    assert Money(Decimal("1.005"), "EUR").rounded() == Money(Decimal("1.01"), "EUR")
    assert str(Money(Decimal("18.08"), "USD")) == "$18.08"
    assert Money(Decimal(2), "USD") * 3 == Money(Decimal(6), "USD")


@pytest.mark.parametrize("act", ["__add__", "__sub__", "__lt__", "__le__"])
def test_two_currencies_do_not_mix(act):
    with pytest.raises(ValueError, match="do not mix"):
        getattr(Money(Decimal(1), "USD"), act)(Money(Decimal(1), "EUR"))
