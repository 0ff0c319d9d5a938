"""How values are written for people (design, chapter 18)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpuconsole.core import formats

NOW = datetime(2026, 11, 21, 14, 32, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (None, "USD", "–"),
        (Decimal(0), "USD", "$0.00"),
        (Decimal("18.08"), "USD", "$18.08"),
        (Decimal("0.0004"), "USD", "$0.0004"),
        (Decimal("0.00001"), "USD", "$0.0001"),
        (Decimal("0.01"), "USD", "$0.01"),
        (Decimal("0.0099"), "USD", "$0.0099"),
        (Decimal("1.005"), "USD", "$1.01"),
        (Decimal("1234567"), "USD", "$1,234,567.00"),
        (Decimal("68.4"), "EUR", "€68.40"),
        (Decimal("12"), "CHF", "CHF\u202f12.00"),
        (Decimal("-2.2"), "USD", "\u2212$2.20"),
        (Decimal("-0.000"), "USD", "$0.00"),
        (5, "USD", "$5.00"),
    ],
)
def test_money(amount: Decimal | None, currency: str, text: str) -> None:
    assert formats.money(amount, currency) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [("6214.30", "$6,214"), ("100", "$100"), ("99.99", "$99.99"), ("99.996", "$100"), ("1234567.5", "$1,234,568")],
)
def test_money_in_summaries_has_no_cents_from_100_on(amount: str, text: str) -> None:
    assert formats.money(Decimal(amount), summary=True) == text


@given(st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=6))
def test_money_is_off_by_at_most_half_of_its_last_place(amount: Decimal) -> None:
    text = formats.money(amount).replace("$", "").replace(",", "").replace(formats.MINUS, "-")
    shown = Decimal(text)
    tolerance = Decimal("0.0001") if abs(amount) < Decimal("0.01") else Decimal("0.005")
    assert abs(shown - amount) <= tolerance


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0.0183", "$0.018"), ("0.00443", "$0.0044"), ("1.234", "$1.23"), (None, "–"), ("0.01", "$0.010")],
)
def test_the_price_of_a_small_unit_has_three_places(amount: str | None, text: str) -> None:
    assert formats.unit_price(None if amount is None else Decimal(amount)) == text


def test_rates_are_per_hour_and_an_unknown_one_is_no_zero() -> None:
    assert formats.hourly(Decimal("1.04")) == "$1.04 per hour"
    assert formats.hourly(Decimal("2.2"), tight=True) == "$2.20 / h"
    assert formats.hourly(None) == "not priced by us"
    assert formats.estimated(Decimal("1.31")) == "≈ $1.31"
    assert formats.estimated(None) == "not priced by us"
    assert formats.at_most(Decimal("74.4")) == "at most $74.40"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.9, "0 s"),
        (4, "4 s"),
        (60, "1 m"),
        (191, "3 m 11 s"),
        (3_599.9, "59 m 59 s"),
        (3_600, "1 h"),
        (11_520, "3 h 12 m"),
        (86_399, "23 h 59 m"),
        (86_400, "1 d"),
        (101_000, "1 d 4 h"),
        (86_400 + 59, "1 d"),
        (-5, "0 s"),
        (timedelta(minutes=4, seconds=3), "4 m 3 s"),
        (None, "–"),
    ],
)
def test_duration_shows_the_two_largest_units(seconds: formats.Duration | None, text: str) -> None:
    assert formats.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (4, "4 s"),
        (243, "4 m 03 s"),
        (15_848, "4 h 24 m 08 s"),
        (3_600, "1 h 00 m 00 s"),
        (101_000, "1 d 4 h"),
        (None, "–"),
    ],
)
def test_running_clock_counts_seconds_under_a_day(seconds: int | None, text: str) -> None:
    assert formats.running_clock(seconds) == text


def test_duration_in_words_for_accessible_names() -> None:
    assert formats.duration_words(8_640) == "2 hours 24 minutes"
    assert formats.duration_words(61) == "1 minute 1 second"
    assert formats.duration_words(None) == "unknown"


@given(st.integers(min_value=0, max_value=10**9))
def test_duration_never_has_more_than_two_units_and_never_overstates(seconds: int) -> None:
    parts = formats.duration(seconds).split(" ")
    units = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    total = sum(int(number) * units[unit] for number, unit in zip(parts[::2], parts[1::2], strict=True))
    assert len(parts) in {2, 4}
    assert total <= seconds


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NOW - timedelta(minutes=5), "14:27"),
        (datetime(2026, 11, 21, 0, 0, tzinfo=UTC), "00:00"),
        (datetime(2026, 11, 20, 23, 59, tzinfo=UTC), "yesterday"),
        (datetime(2026, 11, 18, 9, 0, tzinfo=UTC), "18 Nov"),
        (datetime(2027, 3, 12, 9, 0, tzinfo=UTC), "12 Mar 2027"),
        (datetime(2026, 11, 22, 9, 0, tzinfo=UTC), "22 Nov"),
        (None, "–"),
    ],
)
def test_moment_is_as_short_as_it_can_be_read(value: datetime | None, text: str) -> None:
    assert formats.moment(value, now=NOW) == text


def test_times_keep_the_zone_they_carry() -> None:
    tokyo = NOW.astimezone(ZoneInfo("Asia/Tokyo"))
    assert formats.time_of_day(tokyo) == "23:32"
    assert formats.exact_time(tokyo) == "23:32:08"
    assert formats.full_time(tokyo) == "2026-11-21 23:32:08 JST"
    assert formats.day(date(2026, 1, 2), today=NOW.date()) == "2 Jan"


def test_relative_times_have_one_unit() -> None:
    assert formats.ago(3) == "3 s ago"
    assert formats.ago(timedelta(minutes=12, seconds=50)) == "12 m ago"
    assert formats.ago(None) == "never"
    assert formats.within(timedelta(days=9, hours=4)) == "in 9 days"
    assert formats.within(timedelta(days=1)) == "in 1 day"
    assert formats.within(timedelta(hours=3, minutes=5)) == "in 3 h"
    assert formats.within(timedelta(seconds=-1)) == "now"


def test_counts_and_technical_numbers() -> None:
    assert formats.count(1284) == "1,284"
    assert formats.technical(14_400_000) == "14\u202f400\u202f000"
    assert formats.plural(1, "job", "jobs") == "1 job"
    assert formats.plural(1284, "job", "jobs") == "1,284 jobs"
    assert formats.plural(2, "entry", "entries") == "2 entries"


def test_sizes_stay_in_the_unit_of_their_provider() -> None:
    assert formats.size(468, "GiB") == "468 GiB"
    assert formats.size(1024, "GB") == "1\u202f024 GB"
    assert formats.size(1.84, "GB") == "1.8 GB"
    assert formats.size(None, "GB") == "–"
    assert formats.bytes_size(812) == "812 B"
    assert formats.bytes_size(1_840_000_000) == "1.8 GB"
    assert formats.bytes_size(999_960) == "1.0 MB"


@pytest.mark.parametrize(
    ("value", "is_fine", "text"),
    [
        (76, False, "76"),
        (76.4, False, "76"),
        (0.94, True, "0.9"),
        (0.94, False, "1"),
        (12.34, True, "12"),
        (0, True, "0"),
    ],
)
def test_percent_has_no_decimals_but_one_where_it_matters(value: float, is_fine: bool, text: str) -> None:
    assert formats.percent(value, fine=is_fine) == f"{text}\u202f%"


def test_gpus_and_initials() -> None:
    assert formats.gpus(2, "H100") == "2 × H100"
    assert formats.gpus(0, "H100") == "CPU only"
    assert formats.gpus(None) == "–"
    assert formats.gpus(1) == "1 GPU"
    assert formats.initials("Ada Lovelace") == "AL"
    assert formats.initials("ada.lovelace@example.org") == "AL"
    assert formats.initials("n1") == "N1"
    assert formats.initials("") == "?"
