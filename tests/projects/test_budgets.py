"""Budgets: months in the team's zone, and what is left of one."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from gpuconsole.core.money import Money
from gpuconsole.projects.budgets import balance, forecast, last_days, marks_passed, month_of, months_until
from gpuconsole.projects.models import AlertKind, Budget


def usd(amount):
    return Money(Decimal(amount), "USD")


@pytest.mark.parametrize(
    ("moment", "zone", "start", "end", "name"),
    [
        ((2026, 11, 21, 12), "UTC", (2026, 11, 1), (2026, 12, 1), "November"),
        ((2026, 12, 31, 23), "UTC", (2026, 12, 1), (2027, 1, 1), "December"),
        ((2026, 12, 31, 23), "Europe/Berlin", (2026, 12, 31, 23), (2027, 1, 31, 23), "January"),
        ((2026, 3, 31, 23), "Europe/Berlin", (2026, 3, 31, 22), (2026, 4, 30, 22), "April"),
        ((2026, 3, 15), "Europe/Berlin", (2026, 2, 28, 23), (2026, 3, 31, 22), "March"),
        ((2026, 1, 1, 5), "America/Los_Angeles", (2025, 12, 1, 8), (2026, 1, 1, 8), "December"),
    ],
)
def test_a_month_begins_at_midnight_in_the_zone(moment, zone, start, end, name):
    month = month_of(datetime(*moment, tzinfo=UTC), zone)

    assert month.start == datetime(*start, tzinfo=UTC)
    assert month.end == datetime(*end, tzinfo=UTC)
    assert month.name == name


def test_the_even_pace_runs_from_zero_to_one():
    month = month_of(datetime(2026, 11, 16, tzinfo=UTC), "UTC")

    assert month.share_gone(month.start) == 0
    assert month.share_gone(datetime(2026, 11, 16, tzinfo=UTC)) == Decimal("0.5")
    assert month.share_gone(datetime(2027, 1, 1, tzinfo=UTC)) == 1


def test_spent_and_reserved_money_both_count():
    budget = Budget(amount=Decimal(100), currency="USD")

    found = balance(budget, spent=usd(60), reserved=usd(30))

    assert found.left == usd(10)
    assert found.has_room_for(usd(10))
    assert not found.has_room_for(usd("10.01"))


def test_an_overdrawn_budget_has_nothing_left():
    budget = Budget(amount=Decimal(100), currency="USD")

    assert balance(budget, spent=usd(160), reserved=usd(0)).left == usd(0)


def test_currencies_do_not_mix():
    budget = Budget(amount=Decimal(100), currency="EUR")

    with pytest.raises(ValueError, match="do not mix"):
        balance(budget, spent=Money(Decimal(1), "EUR"), reserved=Money(Decimal(0), "EUR")).has_room_for(usd(1))


def test_the_months_that_work_can_reach():
    now, zone = datetime(2026, 11, 30, 20, tzinfo=UTC), "UTC"
    names = [month.name for month in months_until(now, datetime(2026, 12, 31, 23, tzinfo=UTC), zone)]
    assert names == ["November", "December"]
    assert [month.name for month in months_until(now, datetime(2026, 11, 30, 23, tzinfo=UTC), zone)] == ["November"]
    assert [month.name for month in months_until(now, datetime(2026, 12, 1, tzinfo=UTC), zone)] == ["November"]
    assert [month.name for month in months_until(now, None, zone)] == ["November", "December"]


def test_days_are_whole_local_days_over_a_change_of_the_clock():
    now = datetime(2026, 10, 27, 9, tzinfo=UTC)
    days = last_days(now, "Europe/Berlin", 3)
    assert [(end - start).total_seconds() / 3600 for start, end in days] == [24, 25, 24]
    assert days[-1][1] == datetime(2026, 10, 26, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "spent", "stops", "kinds"),
    [
        (100, 49, False, []),
        (100, 50, False, ["50"]),
        (100, 80, True, ["50", "80"]),
        (100, 130, False, ["50", "80", "100"]),
        (100, 120, True, ["50", "80", "100", "stop"]),
        (0, 0, True, []),
        (0, 1, False, ["50", "80", "100"]),
    ],
)
def test_the_marks_that_are_passed(amount, spent, stops, kinds):
    budget = Budget(amount=Decimal(amount), currency="USD", stops_at_120=stops)
    assert marks_passed(budget, Decimal(spent)) == [AlertKind(kind) for kind in kinds]


NOVEMBER = month_of(datetime(2026, 11, 21, tzinfo=UTC), "UTC")


def test_an_even_pace_ends_the_money_on_its_day():
    now = datetime(2026, 11, 21, tzinfo=UTC)
    found = forecast(NOVEMBER, now, Decimal(1000), [Decimal(50)] * 7, zone="UTC", amount=Decimal(1180))
    assert (found.total, found.low, found.high) == (1500, 1500, 1500)
    assert found.spent_on == found.earliest == found.latest == date(2026, 11, 24)


def test_the_range_grows_with_the_spread_and_says_earliest_and_latest():
    now, days = datetime(2026, 11, 21, tzinfo=UTC), [Decimal(day) for day in (20, 80, 50, 30, 70, 60, 40)]
    found = forecast(NOVEMBER, now, Decimal(1000), days, zone="UTC", amount=Decimal(1180))
    assert found.low < found.total == 1500 < found.high
    assert found.earliest < found.spent_on < found.latest
    calmer = forecast(NOVEMBER, now, Decimal(1000), [Decimal(50 + n % 2) for n in range(7)], zone="UTC")
    assert calmer.high - calmer.low < found.high - found.low
    assert calmer.spent_on is None


def test_without_history_nothing_is_foretold_and_one_day_gives_no_range():
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert forecast(NOVEMBER, now, Decimal(5), [], zone="UTC") is None
    found = forecast(NOVEMBER, now, Decimal(5), [Decimal(1)], zone="UTC", amount=Decimal(100))
    assert (found.total, found.low, found.high, found.spent_on) == (15, None, None, None)


def test_money_that_is_gone_is_gone_today():
    now = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    found = forecast(NOVEMBER, now, Decimal(100), [Decimal(1)] * 3, zone="Europe/Berlin", amount=Decimal(90))
    assert found.spent_on == date(2026, 11, 22)
