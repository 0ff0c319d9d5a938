"""Moves: allowed ones only, timeline, event and meter in one go, times in order, few queries for many rows."""

import ast
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import gpuconsole
from gpuconsole.core import versions
from gpuconsole.providers.remote import Phase, Tariff
from gpuconsole.workloads import transitions
from gpuconsole.workloads.changes import Change, changes_something
from gpuconsole.workloads.events import note
from gpuconsole.workloads.locking import locked, locked_many
from gpuconsole.workloads.models import Event, EventKind, UsageInterval, Workload
from gpuconsole.workloads.states import FINAL, MOVES, Kind, Reason, ReasonCode, State
from gpuconsole.workloads.transitions import IllegalMove, move, move_many
from tests.factories_workloads import Lab, moved, sent


def test_a_move_writes_state_event_span_and_meter_together(lab: Lab) -> None:
    job = sent(lab.launch())
    with locked(job.pk) as row:
        event = move(row, State.RUNNING, why="up", tariff=Tariff.RUN, remote_status="running", by=lab.owner)
    row.refresh_from_db()
    assert (row.state, row.state_at, row.started_at, row.remote_status) == ("running", event.at, event.at, "running")
    assert [word for word, *_ in row.phases[0]["spans"]] == ["submitting", "running"]
    assert row.usage.get().started_at == row.billed_since == event.at
    assert (event.state, event.text, event.by, event.remote_status) == ("running", "up", lab.owner, "running")


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("before", State)
def test_only_listed_moves_are_allowed(kind: Kind, before: State) -> None:
    assert before not in MOVES[kind][before]
    for after in MOVES[kind][before]:
        assert before not in FINAL or after == State.SUBMITTING
        assert after != State.DRAFT


def test_an_illegal_move_writes_nothing(lab: Lab) -> None:
    job = lab.workload("baseten", State.SUCCEEDED)
    events = job.events.count()
    with pytest.raises(IllegalMove), locked(job.pk) as row:
        move(row, State.RUNNING, why="no")
    job.refresh_from_db()
    assert (job.state, job.events.count()) == (State.SUCCEEDED, events)


def test_a_move_to_where_it_is_already_is_illegal(lab: Lab) -> None:
    job = lab.workload()
    with pytest.raises(IllegalMove), locked(job.pk) as row:
        move(row, State.RUNNING, why="again")


def test_another_phase_in_the_same_state_is_an_event_and_a_span(lab: Lab) -> None:
    job = moved(sent(lab.launch()), State.STARTING, phase=Phase.ASSIGNED)
    with locked(job.pk) as row:
        move(row, State.STARTING, why="preparing", phase=Phase.PREPARING)
    assert [word for word, *_ in row.phases[0]["spans"]] == ["submitting", "assigned", "preparing"]
    assert row.state_at == job.state_at


def test_the_providers_stamp_is_the_time_of_the_event(lab: Lab) -> None:
    job = sent(lab.launch())
    stamp = job.created_at + timedelta(microseconds=10)
    with locked(job.pk) as row:
        event = move(row, State.RUNNING, why="up", at=stamp, tariff=Tariff.RUN)
    assert (event.at, event.said_at, row.billed_since) == (stamp, None, stamp)


def test_a_stamp_before_the_last_event_is_kept_beside_the_clamped_time(lab: Lab) -> None:
    job = sent(lab.launch())
    stamp = job.created_at - timedelta(minutes=5)
    with locked(job.pk) as row:
        event = move(row, State.QUEUED, why="queued", at=stamp)
    assert (event.at, event.said_at) == (job.state_at, stamp)


def test_a_stamp_ahead_of_our_clock_is_kept_beside_our_time(lab: Lab) -> None:
    job = sent(lab.launch())
    stamp, now = timezone.now() + timedelta(hours=1), timezone.now()
    with locked(job.pk) as row:
        event = move(row, State.RUNNING, why="up", at=stamp, tariff=Tariff.RUN, now=now)
    assert (event.at, event.said_at, event.written_at) == (now, stamp, now)
    interval = row.usage.get()
    assert (interval.started_at, interval.said_started_at) == (now, stamp)


def test_stopping_goes_on_being_billed_until_the_provider_confirms(lab: Lab) -> None:
    job = lab.workload()
    with locked(job.pk) as row:
        move(row, State.STOPPING, why="stop asked")
    assert row.billed_tariff == Tariff.RUN
    assert [piece.state for piece in row.usage.order_by("id")] == ["running", "stopping"]
    with locked(job.pk) as row:
        move(row, State.STOPPED, why="confirmed", tariff=Tariff.NOTHING)
    assert row.billed_since is None


def test_every_end_closes_the_meter(lab: Lab) -> None:
    job = lab.workload()
    with locked(job.pk) as row:
        move(row, State.FAILED, why="gone wrong", tariff=Tariff.RUN)
    assert row.billed_since is None
    assert row.usage.get().ended_at == row.billed_until


def test_lost_work_goes_on_being_billed(lab: Lab) -> None:
    job = lab.workload()
    with locked(job.pk) as row:
        move(row, State.LOST, why="not listed")
    assert (row.billed_tariff, row.billed_said_at) == (Tariff.RUN, job.billed_said_at)
    assert row.phases[0]["spans"][-1][0] == "lost"


def test_the_meter_follows_the_providers_own_end_and_its_rounding(lab: Lab) -> None:
    job = sent(lab.launch("cortecs"))
    now, start = job.created_at + timedelta(minutes=10), job.created_at + timedelta(seconds=5)
    with locked(job.pk) as row:
        move(row, State.RUNNING, why="up", at=start, tariff=Tariff.RUN, now=now)
        move(row, State.STOPPING, why="stop", now=now)
        move(row, State.STOPPED, why="off", at=start + timedelta(seconds=61), tariff=Tariff.NOTHING, now=now)
    interval, after = row.usage.order_by("id")
    assert (after.state, after.billed_s, after.cost) == ("stopping", 0, 0)
    assert interval.ended_at == start + timedelta(seconds=61)
    assert row.billed_closed_s == interval.billed_s == Decimal(61)
    assert row.cost_closed == interval.cost == Decimal("0.08")  # 2 begun minutes × 2 workers × 0.02


def test_a_turned_sandbox_clock_bills_by_its_own_stamps(lab: Lab) -> None:
    Workload.objects.filter(pk=(job := sent(lab.launch("cortecs"))).pk).update(is_sandbox=True)
    ahead = timezone.now() + timedelta(hours=5)
    with locked(job.pk) as row:
        move(row, State.RUNNING, why="up", at=ahead, tariff=Tariff.RUN)
        move(row, State.STOPPED, why="off", at=ahead + timedelta(hours=1), tariff=Tariff.NOTHING)
    assert row.cost_closed == Decimal("2.4")


def test_a_real_provider_is_not_believed_hours_more_than_we_saw(lab: Lab) -> None:
    job = sent(lab.launch("cortecs"))
    ahead = timezone.now() + timedelta(hours=5)
    with locked(job.pk) as row:
        move(row, State.RUNNING, why="up", at=ahead, tariff=Tariff.RUN)
        move(row, State.STOPPED, why="off", at=ahead + timedelta(hours=1), tariff=Tariff.NOTHING)
    assert row.cost_closed <= Decimal("0.04")


def test_an_unknown_price_is_billed_without_a_cost(lab: Lab) -> None:
    Workload.objects.filter(pk=(job := sent(lab.launch())).pk).update(hourly_price=None)
    with locked(job.pk) as row:
        move(row, State.RUNNING, why="up", tariff=Tariff.RUN)
        move(row, State.STOPPED, why="off", tariff=Tariff.NOTHING)
    assert row.usage.get().cost is None


def test_a_retry_opens_another_attempt(lab: Lab) -> None:
    job = lab.workload("baseten", State.FAILED, name="sft")
    with locked(job.pk) as row:
        move(row, State.SUBMITTING, why="retry")
    assert (row.attempt, row.ended_at, row.reason_code) == (2, None, "")
    assert [attempt["end"] for attempt in row.phases] == ["failed", None]


def test_the_reason_of_a_stop_outlives_the_confirmation(lab: Lab) -> None:
    job = lab.workload("baseten")
    with locked(job.pk) as row:
        move(row, State.STOPPING, why="stop", reason=Reason(ReasonCode.DEADLINE, "Its latest end had come"))
        move(row, State.CANCELLED, why="confirmed")
    assert row.reason_code == ReasonCode.DEADLINE
    assert row.phases[0]["note"] == "Its latest end had come"


def test_a_success_takes_the_reason_of_a_stop_back(lab: Lab) -> None:
    job = lab.workload("baseten")
    with locked(job.pk) as row:
        move(row, State.STOPPING, why="stop", reason=Reason(ReasonCode.STOPPED_BY_PERSON))
        move(row, State.SUCCEEDED, why="was done already")
    assert row.reason_code == ""


def test_an_end_gives_the_reserved_budget_back(lab: Lab) -> None:
    job = lab.workload("baseten", stop_after_s=3600)
    assert job.reserved == Decimal(13)
    assert moved(job, State.FAILED).reserved is None


def test_a_note_is_an_event_without_a_move(lab: Lab) -> None:
    job = lab.workload()
    event = note(job, "Asked", kind=EventKind.CALL, detail="200")
    job.refresh_from_db()
    assert (event.kind, event.state, job.state) == (EventKind.CALL, "", State.RUNNING)


def test_a_move_bumps_the_change_counters_on_commit(
    lab: Lab, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    job = lab.workload()
    topics = (f"workload:{job.pk}", f"project:{job.project_id}", f"team:{job.team_id}")
    before = [versions.read(topic) for topic in topics]
    with django_capture_on_commit_callbacks(execute=True):
        moved(job, State.STOPPING, is_billed=True)
    assert all(versions.read(topic) != old for topic, old in zip(topics, before, strict=True))


def test_many_moves_take_as_many_queries_as_one(lab: Lab) -> None:
    counted = {number: _queries_of_a_round(lab, number) for number in (1, 20)}
    assert counted[1] == counted[20] <= 9  # savepoints, the lock and the mark for the daily sums among them


def test_many_changes_of_one_row_follow_in_order(lab: Lab) -> None:
    job = sent(lab.launch("baseten"))
    with locked(job.pk) as row:
        events = move_many(
            [
                Change(workload=row, state=State.QUEUED, why="queued"),
                Change(workload=row, state=State.RUNNING, why="up", tariff=Tariff.RUN),
                Change(workload=row, state=State.SUCCEEDED, why="done"),
            ]
        )
    assert [event.state for event in job.events.order_by("id")] == ["submitting", "queued", "running", "succeeded"]
    assert len(events) == 3
    assert job.usage.get().ended_at is not None


def test_a_change_without_news_writes_its_fields_and_no_event(lab: Lab) -> None:
    job = lab.workload()
    events = job.events.count()
    with locked(job.pk) as row:
        row.observed_at = timezone.now()
        assert move_many([Change(workload=row, fields=("observed_at",))]) == []
    job.refresh_from_db()
    assert (job.observed_at, job.events.count()) == (row.observed_at, events)


def test_one_illegal_move_undoes_all_of_its_round(lab: Lab) -> None:
    first, second = lab.workload(), lab.workload("baseten", State.SUCCEEDED)
    with pytest.raises(IllegalMove), locked_many([first.pk, second.pk]) as rows:
        move_many(
            [
                Change(workload=rows[first.pk], state=State.STOPPING, why="stop"),
                Change(workload=rows[second.pk], state=State.STOPPING, why="stop"),
            ]
        )
    first.refresh_from_db()
    assert first.state == State.RUNNING


def test_no_other_module_writes_a_state() -> None:
    package = Path(gpuconsole.__file__).parent
    above = ("inventory", "jobs", "instances", "dashboard")
    apps = ("workloads", "sync", "connections", "catalog", "projects", "core", *above)
    for module in (module for app in apps for module in (package / app).rglob("*.py")):
        if module.name == "transitions.py" or "migrations" in module.parts:
            continue
        writes = [ast.unparse(node) for node in ast.walk(ast.parse(module.read_text())) if _writes_state(node)]
        assert writes == _STATES_OF_OTHERS.get(module.relative_to(package).as_posix(), []), f"{module}: {writes}"


_STATES_OF_OTHERS = {
    "workloads/requests/services.py": [
        "row.state, row.decided_at, row.decided_by, row.decided_via = (state, now, by, via or '')"
    ],
    "inventory/services/adopt.py": [
        "row.state, row.how_closed, row.closed_at = (FindingState.CLOSED, HowClosed.ADOPTED, now)"
    ],
    "inventory/services/end.py": [
        "row.state, row.asked_by, row.end_asked_at, row.end_due_at = (FindingState.ENDING, by, now, now)"
    ],
    "inventory/services/ghosts.py": [
        "row.state, row.how_closed, row.closed_at = (FindingState.CLOSED, HowClosed.MARKED, now)"
    ],
    "inventory/services/ignore.py": [
        "row.state, row.asked_by, row.ignore_reason = (FindingState.IGNORED, by, reason[:300])",
        "row.state, row.asked_by = (FindingState.OPEN, by)",
    ],
}
"""What is no workload and has a state too, word for word."""


def _writes_state(node: ast.AST) -> bool:
    match node:
        case ast.Assign(targets=targets):
            return any(
                isinstance(part, ast.Attribute) and part.attr == "state" for each in targets for part in ast.walk(each)
            )
        case ast.AugAssign(target=ast.Attribute(attr="state")) | ast.AnnAssign(target=ast.Attribute(attr="state")):
            return True
        case (
            ast.Call(func=ast.Attribute(attr="update" | "create" | "update_or_create"))
            | ast.Call(func=ast.Name(id="Workload" | "Job" | "Instance"))
        ):
            return any(keyword.arg == "state" for keyword in node.keywords)
        case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value="state"), _]):
            return True
    return False


def _queries_of_a_round(lab: Lab, number: int) -> int:
    pks = [sent(lab.launch()).pk for _ in range(number)]
    for state in (State.RUNNING, State.STOPPED):
        with CaptureQueriesContext(database) as seen, locked_many(pks) as rows:
            billed = state == State.RUNNING
            move_many(
                [
                    Change(workload=row, state=state, why="moved", tariff=Tariff.RUN if billed else Tariff.NOTHING)
                    for row in rows.values()
                ]
            )
    assert Event.objects.filter(workload__in=pks).count() == 3 * number
    assert UsageInterval.objects.filter(workload__in=pks, ended_at__isnull=False).count() == number
    return len(seen.captured_queries)


def test_locking_a_row_that_is_not_there_says_so(db: None) -> None:
    with pytest.raises(Workload.DoesNotExist), locked(1):
        pass


def test_columns_of_a_move_are_columns() -> None:
    names = {field.name for field in Workload._meta.get_fields()}
    assert set(transitions.WRITTEN) <= names


def test_what_a_good_round_confirmed_is_as_fresh_as_the_round(lab: Lab) -> None:
    job = lab.workload("baseten")
    told, synced = timezone.now() - timedelta(hours=1), timezone.now()
    job.connection.synced_at = synced
    assert job.seen_at is None
    job.observed_at = told
    assert job.seen_at == synced
    job.connection.synced_at = told - timedelta(hours=1)
    assert job.seen_at == told
    job.connection.synced_at, job.state = synced, State.SUCCEEDED
    assert job.seen_at == told


def test_an_attempt_that_the_provider_began_closes_the_one_before_and_its_meter(lab: Lab) -> None:
    job = lab.workload("baseten", State.RUNNING)
    reserved = job.reserved
    with locked(job.pk) as row:
        again = Change(workload=row, state=State.QUEUED, phase=Phase.QUEUED, why="again", detail="node lost", opens=2)
        assert changes_something(again)
        (event,) = move_many([again])
    job.refresh_from_db()
    first, second = job.phases
    assert (first["end"], first["note"], first["spans"][-1][2] is None) == ("failed", "node lost", False)
    assert (second["attempt"], [word for word, *_ in second["spans"]], second["end"]) == (2, ["queued"], None)
    assert (job.attempt, job.state, job.started_at, event.attempt) == (2, State.QUEUED, None, 2)
    assert (job.billed_since, job.reserved) == (None, reserved)
    assert job.usage.get().ended_at is not None


def test_an_attempt_that_is_known_already_is_not_opened_again(lab: Lab) -> None:
    job = lab.workload("baseten", State.RUNNING)
    with pytest.raises(IllegalMove), locked(job.pk) as row:
        move_many([Change(workload=row, state=State.QUEUED, why="again", opens=1)])
    over = lab.workload("baseten", State.FAILED)
    with pytest.raises(IllegalMove), locked(over.pk) as row:
        move_many([Change(workload=row, state=State.QUEUED, why="again", opens=2)])
