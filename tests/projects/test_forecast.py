"""Forecasts: sure of what is over, never under what was spent, and honest about how little is known."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpuconsole.core.days import Month
from gpuconsole.projects.forecast import forecast
from gpuconsole.projects.outlook import outlook

NOV = Month(2026, 11)
TODAY = date(2026, 11, 21)


def every_day(amount: int, *, until: date = TODAY, since: date = date(2026, 10, 20)) -> dict[date, Decimal]:
    return {since + timedelta(days=step): Decimal(amount) for step in range((until - since).days)}


def test_an_even_spend_goes_on_evenly_and_is_sure() -> None:
    found = forecast(every_day(10), NOV, TODAY, Decimal(0))
    assert found is not None
    assert (found.total, found.low, found.high, found.spent) == (300, 300, 300, 200)
    assert found.spent_on(Decimal(250)) == date(2026, 11, 25)
    assert found.spent_on(Decimal(100)) == date(2026, 11, 10)
    assert found.spent_on(Decimal(301)) is None


def test_today_counts_only_for_what_is_left_of_it() -> None:
    spent = every_day(10) | {TODAY: Decimal(4)}
    found = forecast(spent, NOV, TODAY, Decimal("0.5"))
    assert found is not None and found.total == 200 + 4 + 5 + 9 * 10


def test_weekends_are_told_apart_after_two_weeks() -> None:
    spent = {day: Decimal(0 if day.weekday() > 4 else 10) for day in every_day(1)}
    found = forecast(spent, NOV, TODAY, Decimal(0))
    assert found is not None and found.high - found.low == 0
    assert found.total - found.spent == 60  # six workdays are left


def test_a_month_that_is_over_is_told_and_too_few_days_tell_nothing() -> None:
    found = forecast(every_day(10), Month(2026, 10), TODAY, Decimal(0))
    assert found is not None and found.total == found.low == found.high == 120
    assert forecast({TODAY: Decimal(5)}, NOV, TODAY, Decimal(0)) is None
    assert forecast({}, NOV, TODAY, Decimal(0)) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.decimals(0, 10_000, places=2), min_size=32, max_size=32), st.integers(1, 30), st.decimals(0, 1))
def test_the_range_holds_the_forecast_and_never_less_than_was_spent(
    amounts: list[Decimal], number: int, share: Decimal
) -> None:
    today = date(2026, 11, number)
    spent = {today - timedelta(days=step): amount for step, amount in enumerate(amounts)}
    found = forecast(spent, NOV, today, share)
    assert found is None or found.spent <= found.low <= found.total <= found.high
    if found is not None:
        assert found.spent == sum(amount for day, amount in spent.items() if day >= NOV.first)
        assert [step.day for step in found.steps] == [today + timedelta(days=n) for n in range(31 - number)]


def test_a_budget_is_used_up_between_the_earliest_and_the_latest_day() -> None:
    spent = every_day(10) | {day: Decimal(1) for day in list(every_day(1))[::3]}
    found = forecast(spent, NOV, TODAY, Decimal(0))
    assert found is not None
    budget = found.spent + 40
    ahead = found.against(budget)
    assert (ahead.total, ahead.low, ahead.high) == (found.total, found.low, found.high)
    assert ahead.spent_on == found.spent_on(budget)
    assert ahead.earliest and ahead.spent_on and ahead.earliest < ahead.spent_on
    assert ahead.latest is None or ahead.latest > ahead.spent_on
    gone = found.against(Decimal(50))
    assert gone.earliest == gone.spent_on == gone.latest == next(day for day, total in found.sums if total >= 50)


@pytest.mark.parametrize(
    ("budget", "kind", "words"),
    [(400, "ok", "within"), (250, "bad", "spent on 25 Nov"), (150, "bad", "spent on 15 Nov"), (None, None, None)],
)
def test_the_outlook_is_said_in_words(budget: int | None, kind: str | None, words: str | None) -> None:
    found = forecast(every_day(10), NOV, TODAY, Decimal(0))
    assert found is not None
    said = outlook(None if budget is None else Decimal(budget), found, found.spent, TODAY)
    assert (said and said.kind, said and said.words) == (kind, words)


def test_a_budget_inside_the_range_is_a_warning_and_few_days_say_nothing() -> None:
    spent = every_day(10) | {day: Decimal(1) for day in list(every_day(1))[::3]}
    found = forecast(spent, NOV, TODAY, Decimal(0))
    assert found is not None
    between = (found.low + found.total) / 2
    said = outlook(between, found, found.spent, TODAY)
    assert said is not None and said.kind == "warning" and said.words.startswith("over on ")
    early = outlook(Decimal(9), None, Decimal(1), TODAY)
    assert early is not None and early.words == "too early to say"
