"""What is billed side by side: each lane by its own stamps, kept on the row, its pieces apart in the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from gpuconsole.providers.remote import Lane, Tariff
from gpuconsole.workloads import bill, usage
from gpuconsole.workloads.changes import Change
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.running_cost import running_cost
from gpuconsole.workloads.states import State
from gpuconsole.workloads.transitions import move_many
from tests.factories_workloads import Lab, sent


def job(lab: Lab, rounding: str = "exact") -> Workload:
    row = sent(lab.launch("otoy"))
    Workload.objects.filter(pk=row.pk).update(rounding=rounding, is_sandbox=True)
    row.refresh_from_db()
    return row


def told(row: Workload, state: State, after_s: int, *lanes: Lane) -> None:
    """Its provider tells these lanes so many seconds after the launch."""
    with locked(row.pk) as held:
        change = Change(workload=held, state=state, why="x", tariff=Tariff.RUN, lanes=lanes)
        move_many([change], now=row.created_at + timedelta(seconds=after_s))
    row.refresh_from_db()


def lane(row: Workload, name: str, begin_s: int, price: str = "3.6") -> Lane:
    return Lane(name, 1, row.created_at + timedelta(seconds=begin_s), None, Decimal(price), gpu_count=1)


def ended(row: Workload, one: Lane, end_s: int) -> Lane:
    return replace(one, ended_at=row.created_at + timedelta(seconds=end_s))


def after(row: Workload, seconds: int) -> datetime:
    return row.created_at + timedelta(seconds=seconds)


def test_each_lane_is_counted_from_its_own_begin_at_its_own_price(lab: Lab) -> None:
    row = job(lab)
    first, second = lane(row, "a", 10), lane(row, "b", 30, "7.2")
    told(row, State.RUNNING, 40, first, second)
    assert usage.cost_so_far(row, after(row, 50)) == Decimal("0.08")  # 40 s and 20 s twice as dear
    assert (row.hourly_now, usage.billed_so_far_s(row, after(row, 50))) == (Decimal("10.8"), 60)
    assert Workload.objects.annotate(cost=running_cost(after(row, 50))).get().cost == Decimal("0.08")
    told(row, State.STOPPING, 70, ended(row, first, 60), second)
    assert (row.cost_closed, row.hourly_now) == (Decimal("0.05"), Decimal("7.2"))
    told(row, State.CANCELLED, 100, ended(row, first, 60), ended(row, second, 90))
    assert (row.cost_closed, row.billed_since, row.billed_tariff) == (Decimal("0.17"), None, "")
    pieces = UsageInterval.objects.filter(workload=row).order_by("lane")
    assert [(piece.lane, piece.billed_s, piece.cost) for piece in pieces] == [
        ("a", 50, Decimal("0.05")),
        ("b", 60, Decimal("0.12")),
    ]
    labels = [stretch.label for stretch in bill.of(row, timezone.now()).stretches]
    assert labels == ["Attempt 1, node 1", "Attempt 1, node 2"]


def test_each_lane_pays_its_own_begun_hours_and_the_next_step_is_the_nearest(lab: Lab) -> None:
    row = job(lab, "hour")
    told(row, State.RUNNING, 1010, lane(row, "a", 0), lane(row, "b", 1000))
    now = after(row, 3700)
    assert usage.cost_so_far(row, now) == Decimal("3.6") * 3
    assert usage.step(row, now) == (3600, Decimal(2700))


def test_what_its_provider_tells_no_end_of_ends_with_the_work(lab: Lab) -> None:
    row = job(lab)
    told(row, State.RUNNING, 40, lane(row, "a", 10), lane(row, "b", 20))
    told(row, State.CANCELLED, 60)
    assert (row.billed_closed_s, row.billed_since) == (50 + 40, None)
    assert not UsageInterval.objects.filter(workload=row, ended_at=None).exists()


def test_work_that_was_counted_as_one_before_goes_on_as_one(lab: Lab) -> None:
    row = job(lab)
    told(row, State.RUNNING, 10)
    told(row, State.STOPPING, 40, lane(row, "a", 10))
    assert (row.billed_lanes, row.billed_tariff) == ([], Tariff.RUN)
    told(row, State.CANCELLED, 60, ended(row, lane(row, "a", 10), 60))
    assert row.billed_closed_s == 50
