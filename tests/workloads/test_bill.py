"""The bill of one workload: pieces by attempt, state and tariff, what was rounded up, and the sum in two currencies."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from gpuconsole.projects.models import ExchangeRate
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads import bill, meter, usage
from gpuconsole.workloads.changes import Change
from gpuconsole.workloads.locking import locked
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from gpuconsole.workloads.transitions import move, move_many
from tests.factories_workloads import Lab, sent


def machine(lab: Lab, **changes: object) -> Workload:
    """A Novita instance at 0.70 USD an hour and 0.024 of that for its disks, ready to be moved about."""
    row = sent(lab.launch("novita"))
    prices = {"hourly_price": Decimal("0.7"), "resting_hourly_price": Decimal("0.024"), "rounding": "second"}
    Workload.objects.filter(pk=row.pk).update(**prices | changes)
    row.refresh_from_db()
    return row


def lived(row: Workload, *moves: tuple[int, State, Tariff | None]) -> Workload:
    """Moved at so many seconds after its launch."""
    for after_s, state, tariff in moves:
        with locked(row.pk) as held:
            move(held, state, why="x", tariff=tariff, now=row.created_at + timedelta(seconds=after_s))
    row.refresh_from_db()
    return row


def test_run_and_rest_are_stretches_of_their_own_with_a_piece_for_each_state(lab: Lab) -> None:
    row = lived(
        machine(lab),
        (10, State.STARTING, Tariff.RUN),
        (70, State.RUNNING, Tariff.RUN),
        (3610, State.STOPPING, None),
        (3630, State.STOPPED, Tariff.REST),
        (7230, State.CANCELLED, None),
    )
    found = bill.of(row, timezone.now())
    shown = [(one.label, [(piece.state, int(piece.seconds)) for piece in one.pieces]) for one in found.stretches]
    assert shown == [
        ("Attempt 1", [("starting", 60), ("running", 3540), ("stopping", 20)]),
        ("Kept while off", [("stopped", 3600)]),
    ]
    run, rest = found.stretches
    assert (run.cost, rest.cost) == (usage.price_of(Decimal(3620), Decimal("0.7"), "second"), Decimal("0.024"))
    assert found.total and found.total.amount == row.cost_closed == (run.cost or 0) + Decimal("0.024")
    assert list(row.usage.order_by("id").values_list("gpu_count", flat=True)) == [2, 2, 2, 0]


def test_pieces_sum_to_what_is_rounded_as_a_whole(lab: Lab) -> None:
    row = lived(
        machine(lab, rounding="minute", hourly_price=Decimal("1.2")),
        (5, State.RUNNING, Tariff.RUN),
        (30, State.STOPPING, None),
        (66, State.CANCELLED, None),
    )
    (stretch,) = bill.of(row, timezone.now()).stretches
    assert (stretch.seconds, stretch.paid_s, stretch.is_rounded) == (61, 120, True)
    assert [piece.cost for piece in stretch.pieces] == [Decimal("0.02"), Decimal("0.02")]
    assert stretch.cost == row.cost_closed == Decimal("0.04")


def test_what_nobody_saw_is_told_from_a_cent_on(lab: Lab) -> None:
    row = lived(machine(lab), (10, State.RUNNING, Tariff.RUN), (3610, State.CANCELLED, None))
    assert (bill.of(row, timezone.now()).unsure, bill.of(row, timezone.now()).stretches[0].unsure) == (0, None)
    row.usage.update(unsure_s=360)
    assert bill.of(row, timezone.now()).unsure == Decimal("0.07")


def test_disks_that_grow_cost_more_from_then_on_within_the_same_stretch(lab: Lab) -> None:
    row = lived(machine(lab), (0, State.RUNNING, Tariff.RUN))
    with locked(row.pk) as held:
        prices = meter.Prices(Decimal("0.8"), Decimal("0.124"))
        move_many([Change(workload=held, prices=prices, why="grown")], now=row.created_at + timedelta(hours=1))
    row = lived(row, (7200, State.STOPPED, Tariff.REST), (10800, State.CANCELLED, None))
    assert row.cost_closed == Decimal("0.7") + Decimal("0.8") + Decimal("0.124")
    first, rest = bill.of(row, timezone.now()).stretches
    assert ([piece.cost for piece in first.pieces], rest.cost) == ([Decimal("0.7"), Decimal("0.8")], Decimal("0.124"))
    assert first.cost == Decimal("1.5")


def test_what_was_never_up_costs_nothing_at_rest_nor_where_nothing_is_kept(lab: Lab) -> None:
    never_up = lived(machine(lab), (5, State.STARTING, None), (9, State.STOPPED, Tariff.REST))
    nothing_kept = lived(
        machine(lab, resting_hourly_price=0), (5, State.RUNNING, Tariff.RUN), (9, State.STOPPED, Tariff.REST)
    )
    assert (never_up.billed_tariff, never_up.usage.count()) == ("", 0)
    assert (nothing_kept.billed_tariff, nothing_kept.billed_since, nothing_kept.hourly_now) == ("", None, None)


def test_cost_at_rest_counts_on_from_the_row_alone(lab: Lab) -> None:
    row = lived(machine(lab), (0, State.RUNNING, Tariff.RUN), (3600, State.STOPPED, Tariff.REST))
    later = row.created_at + timedelta(hours=11)
    assert row.hourly_now == Decimal("0.024")
    assert usage.cost_so_far(row, later) == Decimal("0.7") + Decimal("0.24")
    assert sum(usage.interval_cost(piece, later) or 0 for piece in row.usage.all()) == usage.cost_so_far(row, later)


def test_a_sum_in_another_currency_says_at_which_rate_of_which_day(lab: Lab) -> None:
    row = lived(sent(lab.launch("cortecs")), (5, State.RUNNING, Tariff.RUN), (65, State.STOPPED, Tariff.NOTHING))
    assert bill.of(row, timezone.now()).converted is None
    ExchangeRate.objects.create(currency="USD", to_currency="EUR", rate="0.8", on="2026-11-20", source="the bank")
    found = bill.of(row, timezone.now())
    assert found.total and found.converted
    assert found.converted.amount == found.total.amount * Decimal("1.25")
    assert str(found.quote) == "1 EUR = 1.2500 USD on 2026-11-20, the bank"


def test_a_stretch_that_lasted_less_than_was_counted_is_shortened(lab: Lab) -> None:
    """The provider's clock tells the length; the pieces that were closed meanwhile follow it."""
    row, at = machine(lab), timedelta(seconds=1)
    with locked(row.pk) as held:
        begin, now = held.created_at + 10 * at, held.created_at + 300 * at
        move(held, State.RUNNING, why="up", at=begin, tariff=Tariff.RUN, now=now)
        move(held, State.STOPPING, why="asked", now=now)
    with locked(row.pk) as held:
        move(held, State.STOPPED, why="off", at=begin + 100 * at, tariff=Tariff.REST, now=now + 60 * at)
    row.refresh_from_db()
    pieces = list(row.usage.filter(tariff="run").order_by("id"))
    assert [piece.billed_s for piece in pieces] == [100, 0]
    assert pieces[0].ended_at == begin + 100 * at
    assert row.cost_closed == pieces[0].cost == usage.price_of(Decimal(100), Decimal("0.7"), "second")


def test_the_clock_on_the_page_goes_up_when_the_bill_does() -> None:
    start = timezone.now()
    row = Workload(hourly_price=1, rounding="minute", billed_since=start, billed_tariff="run", billed_before_s=50)
    assert usage.step(row, start + timedelta(seconds=25)) == (60, 15)
    row.rounding = "second"
    assert usage.step(row, start) is None
