"""Budgets: months in the team's zone, and what is left of one."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from gpuconsole.core.money import Money
from gpuconsole.projects.budgets import balance, marks_passed, month_of, months_until
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


def test_an_overdrawn_budget_has_nothing_left():
    budget = Budget(amount=Decimal(100), currency="USD")

    assert balance(budget, spent=usd(160), reserved=usd(0)).left == usd(0)


def test_currencies_do_not_mix():
    with pytest.raises(ValueError, match="do not mix"):
        assert usd(1) <= Money(Decimal(1), "EUR")


def test_the_months_that_work_can_reach():
    now, zone = datetime(2026, 11, 30, 20, tzinfo=UTC), "UTC"
    names = [month.name for month in months_until(now, datetime(2026, 12, 31, 23, tzinfo=UTC), zone)]
    assert names == ["November", "December"]
    assert [month.name for month in months_until(now, datetime(2026, 11, 30, 23, tzinfo=UTC), zone)] == ["November"]
    assert [month.name for month in months_until(now, datetime(2026, 12, 1, tzinfo=UTC), zone)] == ["November"]
    assert [month.name for month in months_until(now, None, zone)] == ["November", "December"]


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
