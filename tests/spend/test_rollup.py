"""Rollups: they always say what the intervals say, whenever they were made, in every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpuconsole.accounts.models import Team
from gpuconsole.core.days import Month, Span, day_of
from gpuconsole.projects.budgets import month_of
from gpuconsole.spend import rollup, stale
from gpuconsole.spend.axes import By
from gpuconsole.spend.models import CostDay, StaleWorkload, TeamRollup, WorkloadDay
from gpuconsole.workloads import spending
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import Kind, State, may_move
from tests.core.test_days import ZONES
from tests.factories_workloads import make_lab, moved, sent
from tests.spend.conftest import HOUR, Book

NOV = datetime(2026, 11, 1, tzinfo=UTC)


_USES = st.lists(
    st.tuples(
        st.integers(-80 * 3600, 8 * 3600),  # seconds around the end of a month
        st.one_of(st.none(), st.integers(0, 90 * 3600)),
        st.sampled_from([None, Decimal("0"), Decimal("0.000009"), Decimal("1.234567"), Decimal("98.5")]),
        st.sampled_from(["USD", "EUR"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    zone=st.sampled_from(ZONES),
    edge=st.sampled_from([(2026, 11), (2026, 4), (2028, 3), (2027, 1)]),
    uses=_USES,
)
def test_a_month_by_the_rollups_is_the_month_by_the_intervals(
    book: Book, zone: str, edge: tuple[int, int], uses: list[tuple[int, int | None, Decimal | None, str, bool]]
) -> None:
    Team.objects.filter(pk=book.team.pk).update(time_zone=zone)
    book.team.time_zone = zone
    start = Month(*edge).span(zone).start
    now = start + 20 * HOUR
    for begin, length, price, currency, is_rolled in uses:
        since = start + timedelta(seconds=begin)
        until = None if length is None else min(since + timedelta(seconds=length), now)
        book.used(min(since, now), until and max(until, min(since, now)), price=price, currency=currency)
        if is_rolled:
            book.roll_up()

    for moment in (start - HOUR, now):
        month = month_of(moment, zone)
        expected = _spent(book, month, now)
        span = Month.of(day_of(moment, zone)).span(zone)
        assert book.costs(span, now) == {key: value for key, value in expected.items() if value}
    book.roll_up(from_scratch=True)
    assert book.costs(span, now) == {key: value for key, value in expected.items() if value}


def test_an_end_marks_its_workload_in_the_same_transaction_and_a_worker_takes_the_mark(book: Book) -> None:
    book.roll_up()
    row = moved(sent(book.launch("baseten")), State.RUNNING)
    assert not StaleWorkload.objects.exists()

    moved(row, State.FAILED)

    assert [mark.workload_id for mark in StaleWorkload.objects.all()] == [row.pk]
    assert rollup.due_teams() == [book.team]
    book.roll_up()
    assert not StaleWorkload.objects.exists() and not rollup.due_teams()
    assert WorkloadDay.objects.get().outcome == CostDay.objects.get(axis=By.STATE).outcome == "failed"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lives=st.lists(
        st.lists(
            st.sampled_from([State.STARTING, State.RUNNING, State.STOPPING, State.FAILED, State.QUEUED]), max_size=5
        )
    ),
    rolled_after=st.integers(0, 4),
)
def test_whatever_moves_come_the_sums_are_those_of_the_intervals(
    book: Book, lives: list[list[State]], rolled_after: int
) -> None:
    for number, life in enumerate(lives[:4]):
        row = sent(book.launch("novita"))
        for state in life:
            if may_move(Kind.INSTANCE, State(row.state), state) and state != row.state:
                row = moved(row, state)
        if number == rolled_after:
            book.roll_up()

    now = timezone.now()
    month = month_of(now, "UTC")
    expected = _spent(book, month, now)
    assert book.costs(Month.of(now.date()).span("UTC"), now) == {key: value for key, value in expected.items() if value}


def test_another_outcome_moves_what_was_spent_before(book: Book) -> None:
    row = book.used(NOV, NOV + HOUR, state=State.FAILED)
    book.roll_up()
    Workload.objects.filter(pk=row.pk).update(state=State.QUEUED)
    row.refresh_from_db()

    stale.mark(None, [row])
    live = {cell.key: cell.cost for cell in book.reader(NOV + 2 * HOUR).cells(span_of(book), By.STATE)}
    book.roll_up()
    rolled = {cell.key: cell.cost for cell in book.reader(NOV + 2 * HOUR).cells(span_of(book), By.STATE)}

    assert live == {"failed": 0, "": Decimal("2.5")}
    assert rolled == {"": Decimal("2.5")}


def test_another_zone_cuts_the_days_anew_and_until_then_nothing_wrong_is_shown(book: Book) -> None:
    book.used(NOV + 22 * HOUR, NOV + 24 * HOUR, price=Decimal(1))
    book.roll_up()
    Team.objects.filter(pk=book.team.pk).update(time_zone="Europe/Berlin")
    book.team.refresh_from_db()
    wanted = {date(2026, 11, 1): Decimal(1), date(2026, 11, 2): Decimal(1)}

    def by_day() -> dict[date, Decimal]:
        return {cell.day: cell.cost for cell in book.reader(NOV + 30 * HOUR).cells(span_of(book), By.ALL)}

    assert by_day() == wanted
    assert rollup.due_teams() == [book.team]
    book.roll_up()
    assert by_day() == wanted and not rollup.due_teams()
    assert TeamRollup.objects.get(team=book.team).time_zone == "Europe/Berlin"


def test_what_has_no_price_is_counted_in_hours_and_never_as_zero(book: Book) -> None:
    book.used(NOV, NOV + HOUR, price=None, gpus=4)
    book.used(NOV, None, price=None, gpus=1)
    book.used(NOV, NOV + HOUR, price=Decimal(3), gpus=1, state=State.FAILED)
    reader = book.reader(NOV + 2 * HOUR)

    for _ in ("live", "rolled"):
        cells = reader.cells(span_of(book), By.ALL)
        assert sum(cell.unpriced_gpu_s for cell in cells) == 4 * 3600 + 2 * 3600
        assert sum(cell.gpu_s for cell in cells) == 7 * 3600
        assert sum(cell.cost for cell in cells) == sum(cell.failed_cost for cell in cells) == 3
        odd = reader.odd(span_of(book))
        assert (odd.failed, odd.unpriced) == (1, 2)
        book.roll_up()
        reader = book.reader(NOV + 2 * HOUR)


def test_several_things_asked_at_once_are_what_each_is_alone(book: Book) -> None:
    book.used(NOV - 30 * HOUR, NOV + HOUR, state=State.FAILED)
    book.used(NOV, NOV + 30 * HOUR, price=Decimal(3), currency="EUR")
    book.used(NOV + HOUR, None)
    month, day = span_of(book), Span(date(2026, 11, 1), date(2026, 11, 1), book.team.time_zone)
    asked = {By.ALL: month, By.PROJECT: day, By.PERSON: month, By.PROVIDER: day, By.GPU: month, By.STATE: month}
    for _ in ("live", "rolled"):
        reader = book.reader(NOV + 40 * HOUR)
        together = reader.cells_by(asked)
        for by, span in asked.items():
            assert sorted(together[by], key=str) == sorted(reader.cells(span, by), key=str)
            assert {cell.currency for cell in together[by]} == {"USD", "EUR"}
        book.roll_up()


def test_one_team_never_sees_or_sums_another(book: Book) -> None:
    lab = make_lab("other")
    other = Book(lab.team, lab.owner, lab.project, lab.connections)
    other.used(NOV, NOV + HOUR)
    other.roll_up()
    book.used(NOV, NOV + HOUR, price=Decimal(1))
    assert book.costs(span_of(book), NOV + HOUR) == {"USD": Decimal(1)}
    assert book.reader(NOV, other.project.pk).cells(span_of(book), By.ALL) == []


def test_the_command_adds_up_one_team_or_all(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    book.used(NOV, NOV + 30 * HOUR)
    call_command("roll_up_costs", team=book.team.slug)
    assert f"{book.team.slug}: 2 workload days written" in capsys.readouterr().out
    WorkloadDay.objects.update(cost=99)
    call_command("roll_up_costs", from_scratch=True)
    assert sum(row.cost for row in WorkloadDay.objects.all()) == 75
    for by in set(By) - {By.ALL}:
        assert sum(row.cost for row in CostDay.objects.filter(axis=by)) == 75
    with pytest.raises(CommandError, match="no team 'nobody'"):
        call_command("roll_up_costs", team="nobody")


def span_of(book: Book) -> Span:
    return Month(2026, 11).span(book.team.time_zone)


@pytest.mark.django_db(transaction=True)
def test_a_mark_that_commits_during_a_rollup_is_not_lost_and_nobody_waits_for_it() -> None:
    lab = make_lab()
    book = Book(lab.team, lab.owner, lab.project, lab.connections)
    book.used(NOV, NOV + HOUR, price=Decimal(1))
    done: list[int] = []

    def elsewhere() -> None:
        done.append(book.roll_up())
        connection.close()

    with transaction.atomic():
        book.used(NOV, NOV + HOUR, price=Decimal(5))
        worker = Thread(target=elsewhere)
        worker.start()
        worker.join(20)
        assert done == [1]
    assert StaleWorkload.objects.count() == 1
    assert book.costs(span_of(book), NOV + HOUR) == {"USD": Decimal(6)}
    assert book.roll_up() == 1 and book.costs(span_of(book), NOV + HOUR) == {"USD": Decimal(6)}


def test_a_team_that_was_there_before_the_sums_is_read_from_its_intervals_until_they_are_made(book: Book) -> None:
    book.used(NOV, NOV + HOUR, price=Decimal(4))
    StaleWorkload.objects.all().delete()
    TeamRollup.objects.all().delete()
    assert book.costs(span_of(book), NOV + HOUR) == {"USD": Decimal(4)}
    assert book.reader(NOV, book.project.pk).odd(span_of(book)).failed == 0
    assert book.team in rollup.due_teams()
    book.roll_up()
    assert book.costs(span_of(book), NOV + HOUR) == {"USD": Decimal(4)} and book.team not in rollup.due_teams()


def _spent(book: Book, month: Span, now: datetime) -> dict[str, Decimal]:
    """What the ledger itself says that was spent, by currency."""
    return spending.spent_by_project(UsageInterval.objects.all(), month.start, month.end, now).get(book.project.pk, {})
