"""Days and months in a zone: nothing between two midnights is lost or counted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpuconsole.core.days import Month, Span, day_of, midnight

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Africa/Cairo", "America/Havana", "Pacific/Apia")


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/Havana", date(2026, 3, 8), 23),  # midnight itself is skipped
        ("America/Havana", date(2026, 11, 1), 25),  # midnight comes twice
        ("UTC", date(2028, 2, 29), 24),
    ],
)
def test_a_day_is_as_long_as_its_zone_says(zone: str, day: date, hours: int) -> None:
    span = Span(day, day, zone)
    assert span.end - span.start == timedelta(hours=hours)


@settings(max_examples=80, deadline=None)
@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_the_days_of_a_month_follow_one_another_and_hold_its_moments(naive: datetime, zone: str) -> None:
    moment = naive.replace(tzinfo=UTC)
    span = Month.of(day_of(moment, zone)).span(zone)

    assert span.start <= moment < span.end
    assert (span.start, span.end) == (span.bounds[0], span.bounds[-1])
    assert all(before < after for before, after in pairwise(span.bounds))
    assert midnight(day_of(moment, zone), zone) <= moment


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(ZONES), st.integers(-90, 90), st.integers(0, 200))
def test_a_stretch_is_cut_at_every_midnight_inside(zone: str, hours: int, length: int) -> None:
    span = Span(date(2026, 10, 24), date(2026, 11, 3), zone)
    start = span.start + timedelta(hours=hours)
    end = start + timedelta(hours=length)

    cut = list(span.cut(start, end))

    inside = sum((min(end, till) - max(start, since) for _, since, till in cut), timedelta())
    assert inside == max(min(end, span.end) - max(start, span.start), timedelta())


def test_a_month_knows_its_neighbours_and_reads_only_months() -> None:
    month = Month.read("2028-02")
    assert month is not None and month.length == 29
    assert (str(month.before), str(month.after), month.label) == ("2028-01", "2028-03", "February 2028")
    assert str(Month(2026, 12).after) == "2027-01" and str(Month(2027, 1).before) == "2026-12"
    assert [Month.read(text) for text in ("", "2026", "2026-13", "2026-00", "26-11", "2026-1", "²026-11", "x")] == [
        None
    ] * 8
