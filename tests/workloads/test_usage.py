"""Billed time and its price: begun units are paid whole, unknown stays unknown, and the sums always agree."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpuconsole.providers.pricing import Rounding
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads import phases, usage
from gpuconsole.workloads.changes import Change, changes_something
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import FINAL, MOVES, PHASE_OF, Kind, State
from gpuconsole.workloads.transitions import move_many
from tests.factories_workloads import START, Lab, later, moved, sent


@pytest.mark.parametrize(
    ("seconds", "rounding", "cost"),
    [
        ("0", Rounding.MINUTE, "0"),
        ("0.000001", Rounding.MINUTE, "0.02"),
        ("60", Rounding.MINUTE, "0.02"),
        ("60.5", Rounding.MINUTE, "0.04"),
        ("1", Rounding.HOUR, "1.2"),
        ("3600", Rounding.HOUR, "1.2"),
        ("3601", Rounding.HOUR, "2.4"),
        ("1", Rounding.SECOND, "0.000333"),
        ("3600", "", "1.2"),
    ],
)
def test_begun_units_are_paid_whole(seconds: str, rounding: str, cost: str) -> None:
    assert usage.price_of(Decimal(seconds), Decimal("1.2"), rounding) == Decimal(cost)


def test_an_unknown_price_gives_an_unknown_cost() -> None:
    assert usage.price_of(Decimal(60), None, Rounding.MINUTE) is None


def test_cost_so_far_counts_the_open_interval_without_a_query() -> None:
    row = Workload(
        hourly_price=Decimal("1.2"),
        rounding="minute",
        cost_closed=Decimal("0.5"),
        billed_since=START,
        billed_tariff="run",
    )
    assert usage.cost_so_far(row, later(90)) == Decimal("0.54")
    assert usage.cost_so_far(row, later(-90)) == Decimal("0.5")
    assert usage.billed_so_far_s(row, later(90)) == 90


def test_cost_is_unknown_without_a_price_but_nothing_where_nothing_was_billed() -> None:
    row = Workload(state=State.RUNNING, hourly_price=None, billed_since=START)
    assert usage.cost_so_far(row, later(90)) is None
    assert usage.cost_so_far(Workload(state=State.SUBMITTING), later(90)) is None
    assert usage.cost_so_far(Workload(state=State.CANCELLED), later(90)) == 0


def test_the_providers_length_counts_where_both_its_stamps_are_there() -> None:
    stamps = (later(3600), later(3661))
    assert usage.billed_length_s(Decimal(100), stamps, is_sandbox=False) == 61
    assert usage.billed_length_s(Decimal(100), (None, later(3661)), is_sandbox=False) == 100
    assert usage.billed_length_s(Decimal(100), (later(9), later(8)), is_sandbox=False) == 100
    assert usage.billed_length_s(Decimal(100), (START, later(9000)), is_sandbox=False) == 100
    assert usage.billed_length_s(Decimal(100), (START, later(9000)), is_sandbox=True) == 9000


_MOMENTS = st.one_of(st.none(), st.integers(-600, 6000))
_WISHES = st.lists(
    st.tuples(st.sampled_from(State), st.sampled_from([None, *(p for p in PHASE_OF.values() if p)]), _MOMENTS,
              st.sampled_from([None, *Tariff])),
    min_size=1,
    max_size=25,
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(Kind), wishes=_WISHES, in_one_go=st.booleans())
def test_whatever_moves_come_the_story_and_the_bill_stay_whole(
    lab: Lab, kind: Kind, wishes: list[tuple[State, object, int | None, Tariff | None]], in_one_go: bool
) -> None:
    row = sent(lab.launch("baseten" if kind is Kind.JOB else "cortecs"))
    now = timezone.now()
    with locked(row.pk) as row:
        batch: list[Change] = []
        state = State(row.state)
        for state_wished, phase, moment, tariff in wishes:
            now += timedelta(seconds=37)
            if state_wished not in MOVES[kind][state]:
                continue
            at = None if moment is None else row.created_at + timedelta(seconds=moment)
            batch.append(Change(workload=row, state=state_wished, why="x", phase=phase, at=at, tariff=tariff))  # type: ignore[arg-type]
            state = state_wished
            if not in_one_go:
                move_many(batch, now=now)
                batch = []
        move_many(batch, now=now)
    row.refresh_from_db()
    _assert_story(row)
    _assert_bill(row)


def _assert_story(row: Workload) -> None:
    spans = [span for attempt in row.phases for span in attempt["spans"]]
    assert all(word in phases.WORDS for word, *_ in spans)
    assert all(end is None or start <= end for _, start, end in spans)
    for attempt in row.phases:
        edges = [(start, end) for _, start, end in attempt["spans"]]
        assert all(before[1] == after[0] for before, after in pairwise(edges))
    assert sum(end is None for *_, end in spans) == (row.state not in FINAL)
    times = list(row.events.order_by("id").values_list("at", flat=True))
    assert times == sorted(times)
    assert row.phases[-1]["attempt"] == row.attempt == len(row.phases)


def _assert_bill(row: Workload) -> None:
    intervals = list(row.usage.order_by("started_at", "id"))
    assert sum(interval.ended_at is None for interval in intervals) == (row.billed_since is not None)
    assert row.state not in FINAL or row.billed_since is None
    assert sum((interval.cost or 0 for interval in intervals), Decimal(0)) == row.cost_closed
    assert sum((interval.billed_s or 0 for interval in intervals), Decimal(0)) == row.billed_closed_s
    for piece in intervals:
        owed = usage.piece_cost(piece.before_s, piece.billed_s or Decimal(0), piece.hourly_price, piece.rounding)
        assert piece.cost == (owed if piece.ended_at else None)
        assert piece.before_s >= 0 and (piece.billed_s or 0) >= 0
    for before, after in pairwise(intervals):  # a stretch goes on where the one before left it, or begins anew
        assert after.before_s in (Decimal(0), before.before_s + (before.billed_s or 0))
    edges = [(interval.started_at, interval.ended_at) for interval in intervals]
    assert all(before[1] is not None and before[1] <= after[0] for before, after in pairwise(edges))


def test_a_no_longer_billed_end_is_no_news(lab: Lab) -> None:
    job = moved(sent(lab.launch("baseten")), State.FAILED)
    assert not changes_something(Change(workload=job, tariff=Tariff.RUN))
