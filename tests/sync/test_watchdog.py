"""The watchdog's eyes and hands: what it finds undone, and that it ends work and does nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from gpuconsole.connections.models import Connection
from gpuconsole.core import heartbeats
from gpuconsole.core.models import Heartbeat
from gpuconsole.sync import claim, deadlines, guards
from gpuconsole.sync.clock import Clock
from gpuconsole.sync.watchdog import lookout, rounds
from gpuconsole.sync.watchdog.lookout import Outlook
from gpuconsole.sync.watchdog.standing_in import StandIn
from gpuconsole.workloads import services
from gpuconsole.workloads.models import Event, EventKind, Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.factories_workloads import Lab, make_lab
from tests.sync.bench import INSTANCE, Engine
from tests.sync.test_instance_life import running


@pytest.fixture
def lab(db: None) -> Lab:
    workers_seen(1)
    return make_lab()


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


def workers_seen(seconds_ago: float) -> None:
    Heartbeat.objects.update_or_create(name=heartbeats.TICK, defaults={"seen_at": ago(seconds_ago)})


def look() -> Outlook:
    with database.cursor() as cursor:
        return lookout.look(cursor)


def test_all_is_well_while_workers_do_their_work(lab: Lab) -> None:
    services.stop(workload=lab.workload("cortecs"), by=lab.owner)
    assert look().is_well


def test_a_latest_end_that_nobody_enforced_is_found(lab: Lab) -> None:
    job = lab.workload("baseten")
    Workload.objects.filter(pk=job.pk).update(ends_by=ago(3))
    assert not look().is_late
    Workload.objects.filter(pk=job.pk).update(ends_by=ago(6))
    assert look().is_late


@pytest.mark.parametrize("state", State)
def test_it_looks_at_the_states_that_guards_look_at(lab: Lab, state: State) -> None:
    job = lab.workload("baseten")
    Workload.objects.filter(pk=job.pk).update(ends_by=ago(60), state=state)
    assert look().is_late == (state in guards.GUARDED)


def test_an_end_is_left_to_the_workers_for_a_while(lab: Lab) -> None:
    job = services.stop(workload=lab.workload("cortecs"), by=lab.owner)
    Workload.objects.filter(pk=job.pk).update(due_at=ago(15))
    assert look().ends == ()
    Workload.objects.filter(pk=job.pk).update(due_at=ago(21))
    assert look().ends == (job.connection_id,)


def test_without_workers_an_end_is_not_waited_for(lab: Lab) -> None:
    job = services.stop(workload=lab.workload("cortecs"), by=lab.owner)
    workers_seen(30)
    assert look() == Outlook(is_silent=True, is_late=False, ends=(job.connection_id,))


def test_where_nothing_runs_nobody_is_missed(lab: Lab) -> None:
    lab.workload("baseten", State.SUCCEEDED)
    Heartbeat.objects.all().delete()
    assert look().is_well


@pytest.mark.parametrize(
    "held",
    [
        {"lease_until": -20, "lease_token": "9b2c5a53-6f7e-4b52-9f0c-0f5f6a9a2b11"},
        {"breaker_until": -20},
        {"removed_at": 60},
    ],
    ids=["leased", "breaker", "removed"],
)
def test_a_connection_that_is_held_is_left_alone(lab: Lab, held: dict[str, Any]) -> None:
    job = services.stop(workload=lab.workload("cortecs"), by=lab.owner)
    Workload.objects.filter(pk=job.pk).update(due_at=ago(60))
    changes = {name: ago(value) if isinstance(value, int) else value for name, value in held.items()}
    Connection.objects.filter(pk=job.connection_id).update(**changes)
    assert look().ends == ()


def test_an_end_is_asked_for_and_confirmed_with_proof(engine: Engine) -> None:
    instance = running(engine)
    services.terminate(workload=instance, by=engine.user)
    rounds.end(instance.connection_id, Clock(engine.ahead))
    assert engine.fresh(instance).state == State.STOPPING
    engine.pass_time(120)
    rounds.end(instance.connection_id, Clock(engine.ahead))
    engine.pass_time(120)
    rounds.end(instance.connection_id, Clock(engine.ahead))
    assert engine.fresh(instance).state == State.CANCELLED
    said = instance.events.filter(kind=EventKind.GUARD).order_by("id")
    assert [event.text for event in said] == [
        "Watchdog: no worker acts, so it asks Cortecs itself",
        "Watchdog: the end is confirmed",
    ]
    assert "Cortecs" in said[1].detail and "after it was asked for" in said[1].detail


def test_a_launch_waits_for_a_worker(engine: Engine) -> None:
    launched = engine.launch(INSTANCE)
    rounds.end(launched.connection_id, Clock())
    assert engine.resources() == []
    assert engine.fresh(launched).state == State.SUBMITTING


def test_a_connection_that_a_worker_has_is_not_taken(engine: Engine) -> None:
    instance = running(engine)
    services.terminate(workload=instance, by=engine.user)
    assert claim.claim(instance.connection_id, timezone.now() + engine.ahead)
    before = len(engine.calls("/instances", "DELETE"))
    rounds.end(instance.connection_id, Clock(engine.ahead))
    assert len(engine.calls("/instances", "DELETE")) == before


def test_a_launch_whose_answer_was_lost_is_looked_for_and_ended(engine: Engine) -> None:
    engine.connect("baseten")
    engine.spoil("dropped_after", "baseten", match="POST /v1/training_projects/", count=1)
    job = engine.launch(engine.job("sleep infinity"))
    engine.sync()
    services.stop(workload=engine.fresh(job), by=engine.user)
    for _ in range(4):
        engine.wait_here(20)
        rounds.end(job.connection_id, Clock(engine.ahead))
    engine.pass_time(120)
    rounds.end(job.connection_id, Clock(engine.ahead))
    assert (engine.fresh(job).state, len(engine.resources())) == (State.CANCELLED, 1)


def test_a_stand_in_lets_guards_fire_in_the_watchdogs_name(lab: Lab) -> None:
    job = lab.launch("baseten")
    Workload.objects.filter(pk=job.pk).update(ends_by=ago(6))
    stand_in = StandIn()
    assert stand_in.pass_once()
    assert not stand_in.pass_once()
    stand_in.leave()
    job.refresh_from_db()
    assert (job.state, job.reason_code) == (State.CANCELLED, ReasonCode.DEADLINE)
    assert job.events.filter(kind=EventKind.GUARD).get().text == "Watchdog: its latest end had come"


def test_two_that_guard_at_once_fire_once(lab: Lab) -> None:
    job = lab.workload("baseten")
    Workload.objects.filter(pk=job.pk).update(ends_by=ago(6))
    job.refresh_from_db()
    late = Workload.objects.get(pk=job.pk)  # as the other read it before the first had written
    assert deadlines.enforce(timezone.now()) == 1
    assert not guards.end(late, guards.Reason(ReasonCode.DEADLINE), "its latest end had come")
    assert Event.objects.filter(workload=job, kind=EventKind.GUARD).count() == 1


def test_a_latest_end_that_was_moved_meanwhile_is_kept(lab: Lab) -> None:
    job = lab.workload("baseten")
    Workload.objects.filter(pk=job.pk).update(ends_by=ago(6))
    late = Workload.objects.get(pk=job.pk)
    Workload.objects.filter(pk=job.pk).update(ends_by=ago(-3600))
    assert not guards.end(late, guards.Reason(ReasonCode.DEADLINE), "its latest end had come")
    job.refresh_from_db()
    assert job.state == State.RUNNING


def test_a_sign_of_life_is_renewed_every_few_seconds(db: None) -> None:
    with database.cursor() as cursor:
        heartbeats.say(cursor, "one")
        heartbeats.say(cursor, "one")
    first = Heartbeat.objects.get(name="one").seen_at
    Heartbeat.objects.update(seen_at=first - timedelta(seconds=10))
    with database.cursor() as cursor:
        heartbeats.say(cursor, "one")
    assert Heartbeat.objects.get(name="one").seen_at == first
