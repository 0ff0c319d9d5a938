"""Calls are counted as they went, and their median is told from classes of time."""

import pytest

from gpuconsole.connections.calls import BOUNDS_MS, Calls, added, median_ms


def heard(*times_ms: int) -> Calls:
    calls = Calls()
    for took_ms in times_ms:
        calls.note("GET", "/jobs", 200, took_ms)
    return calls


def test_each_call_is_told_once() -> None:
    calls = heard(20, 40)
    counted = calls.take()
    assert (counted.calls, counted.failures, counted.took_ms, sum(counted.spread)) == (2, 0, 60, 2)
    assert calls.take().calls == 0
    assert calls.count == 2


@pytest.mark.parametrize(
    ("status", "is_bad"), [(200, 0), (404, 0), (409, 0), (422, 0), (401, 1), (429, 1), (500, 1), (None, 1)]
)
def test_a_no_is_an_answer_and_a_refused_account_is_none(status: int | None, is_bad: int) -> None:
    calls = Calls()
    calls.note("GET", "/jobs", status, 5)
    assert calls.take().failures == is_bad


@pytest.mark.parametrize(
    ("times_ms", "at_least", "at_most"),
    [([90] * 9, 75, 100), ([5, 5, 5, 9000], 0, 10), ([30, 400, 400, 400], 300, 500), ([60_000], 30_000, 30_000)],
)
def test_the_median_lies_in_the_class_of_the_middle_call(times_ms: list[int], at_least: int, at_most: int) -> None:
    found = median_ms(heard(*times_ms).take().spread)
    assert found is not None
    assert at_least <= found <= at_most


def test_without_a_call_there_is_no_median() -> None:
    assert median_ms(Calls().take().spread) is None
    assert median_ms(()) is None


def test_spreads_of_two_lengths_add_up() -> None:
    assert added((), (1, 2)) == (1, 2)
    assert added((1, 2, 3), (1,)) == (2, 2, 3)
    assert len(Calls().take().spread) == len(BOUNDS_MS) + 1
