"""Everything that goes wrong around a worker but its own death: calls cut off, storms, zombies, outages, races."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import OperationalError, connection
from django.utils import timezone

from gpuconsole.connections.models import Connection
from gpuconsole.core import redis, wake
from gpuconsole.workloads.models import EventKind, Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.faults.matrix import scenes
from tests.faults.matrix.agreement import NOT_FOUND
from tests.faults.matrix.ground import Ground
from tests.faults.matrix.scenes import CALLS
from tests.faults.matrix.servers import AT_ONCE, FAST

_STORM_S = 1.5
Proof = Mapping[str, str]


@dataclass(frozen=True)
class Trouble:
    """What goes wrong, how it is played, and in which state all must come out; flags say why not."""

    name: str
    tells: str
    play: Callable[[Ground], Proof]
    ends_in: State
    may_be: frozenset[str] = frozenset()


def _with_everybody(ground: Ground) -> None:
    ground.crew.start("beat")
    ground.crew.start()


def _cut(fault: str, call: str) -> Callable[[Ground], Proof]:
    """The first such call of each provider is cut; later ones pass."""

    def play(ground: Ground) -> Proof:
        _with_everybody(ground)
        if call == "create":
            scenes.spoil(ground, fault, call, count=1)
            scenes.launch(ground)
        else:
            scenes.running(ground)
            scenes.spoil(ground, fault, call, count=1)
            scenes.end(ground)
        ground.eventually(lambda: all(scenes.was_hit(ground).values()), f"{fault} strikes every provider")
        proof = _hits(ground)
        scenes.let_the_search_end(ground)
        return proof

    return play


def _storm(fault: str, **how: object) -> Callable[[Ground], Proof]:
    """Half of all calls fail for a while, in which work is launched, runs and is ended."""

    def play(ground: Ground) -> Proof:
        _with_everybody(ground)
        scenes.spoil(ground, fault, share=0.5, **how)
        scenes.launch(ground)
        _keep_busy(ground, _STORM_S)
        ground.pass_time_there(scenes.UNTIL_UP_S)
        _keep_busy(ground, _STORM_S)
        proof = _hits(ground)
        assert all(scenes.was_hit(ground).values()), "the storm missed somebody"
        ground.engine.heal()
        scenes.let_the_search_end(ground)
        return proof

    return play


def _keep_busy(ground: Ground, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ground.pass_time_here(20)
        ground.nudge()
        ground.pause()


def _hits(ground: Ground) -> Proof:
    return {slug: f"{count} calls hit" for slug, count in scenes.was_hit(ground).items()}


def _zombie(ground: Ground) -> Proof:
    """The provider accepts the end and does nothing: shown as late, metered, asked for again until it is done."""
    _with_everybody(ground)
    scenes.running(ground)
    scenes.spoil(ground, "zombie")
    scenes.end(ground)
    scenes.until(ground, "the end is asked for", lambda row: row.intent_tries > 0)
    for _ in range(3):
        ground.pass_time_here(130)
        scenes.until(ground, "asked again", lambda row: row.due_at is not None and row.due_at > timezone.now())
    scenes.until(ground, "a late end is told", _is_told_as_late)
    rows = list(Workload.objects.all())
    assert {row.state for row in rows} == {State.STOPPING}, "an end is shown that nobody confirmed"
    unmetered = [row.public_id for row in rows if row.billed_since is None]
    assert not unmetered, f"the meter stopped for {unmetered}"
    ground.engine.heal()
    return {slug: f"{ground.fresh(slug)[0].intent_tries} tries" for slug in ground.connections}


def _is_told_as_late(row: Workload) -> bool:
    return row.events.filter(kind=EventKind.WARNING, text__contains="not confirmed").exists()


def _vanish(ground: Ground) -> Proof:
    """Listed no more for two minutes and three readings: lost, with its reason; listed again: found by itself."""
    _with_everybody(ground)
    scenes.running(ground)
    scenes.spoil(ground, "vanish")
    scenes.until(ground, "missed", lambda row: row.missing_count > 0)
    assert not Workload.objects.exclude(state=State.RUNNING).exists(), "lost before two minutes"
    ground.pass_time_here(130)
    scenes.another_round(ground)
    scenes.until(ground, "lost", lambda row: row.state == State.LOST and row.reason_code == ReasonCode.GONE)
    assert not Workload.objects.filter(billed_since=None).exists(), "the meter stopped for what may still run"
    ground.engine.heal()
    return dict.fromkeys(ground.connections, "lost, then healed")


def _postgres(farewell: signal.Signals) -> Callable[[Ground], Proof]:
    """PostgreSQL goes while answers to launches are on their way, and the workers stay."""

    def play(ground: Ground) -> Proof:
        _with_everybody(ground)
        gates = _hold(ground, is_after=True)
        scenes.launch(ground)
        ground.eventually(lambda: all(gate.held for gate in gates.values()), "all providers have acted")
        connection.close()
        ground.servers.take_down("postgres", farewell)
        ground.gateway.open_all()
        time.sleep(0.5)
        ground.servers.bring_up("postgres")
        ground.eventually(_database_answers, "PostgreSQL is back")
        ground.let_leases_run_out()
        scenes.taken_up_by_the_tick(ground)
        ground.pass_time_there(scenes.UNTIL_UP_S)
        return {slug: f"away while {gate.held[0]} was answered" for slug, gate in gates.items()}

    return play


def _database_answers() -> bool:
    try:
        return Connection.objects.exists()
    except OperationalError:
        connection.close()
        return False


def _hold(ground: Ground, *, is_after: bool) -> Mapping[str, object]:
    return {slug: ground.gateway.shut(calls.create, is_after=is_after) for slug, calls in CALLS.items()}


def _valkey_emptied(ground: Ground) -> Proof:
    """Every message is lost: those of launches, and those that workers had taken and not done."""
    scenes.launch(ground)
    lost = redis.client().llen("celery")
    redis.client().flushall()
    _with_everybody(ground)
    scenes.taken_up_by_the_tick(ground)
    gone = redis.client().dbsize()
    redis.client().flushall()
    ground.pass_time_there(scenes.UNTIL_UP_S)
    return dict.fromkeys(ground.connections, f"{lost} messages lost before, {gone} keys after")


def _valkey_restarted(ground: Ground) -> Proof:
    """Valkey is away while work is launched; workers and beat come back to it by themselves."""
    _with_everybody(ground)
    scenes.accepted(ground, 1)
    ground.servers.take_down("valkey")
    scenes.launch(ground, 1)
    time.sleep(1)
    ground.servers.bring_up("valkey")
    scenes.taken_up_by_the_tick(ground)
    ground.pass_time_there(scenes.UNTIL_UP_S)
    return dict.fromkeys(ground.connections, "away while one was launched")


def _beat_dead(ground: Ground) -> Proof:
    """No tick for two minutes, and every message lost: a worker that nobody wakes does nothing, and then everything is
    caught up with, latest ends that came meanwhile too.

    What passes in the two minutes is time alone: whatever was due, or a latest end, is so much longer ago.
    """
    _with_everybody(ground)
    scenes.running(ground, 1)
    ground.crew.kill_all()
    ground.let_leases_run_out()
    launched, late = scenes.launch(ground, 1), Workload.objects.filter(state=State.RUNNING)
    redis.client().flushall()
    moment = timezone.now()
    ground.crew.start()
    ground.pause(1.5)
    assert not Connection.objects.filter(synced_at__gt=moment).exists(), "somebody ticked"
    assert not Workload.objects.filter(sending_at__isnull=False).exists(), "somebody ticked"
    ground.pass_time_here(120)
    late.update(ends_by=moment - timedelta(seconds=60))
    ground.crew.start("beat")
    scenes.taken_up_by_the_tick(ground)
    scenes.until(ground, "latest ends", lambda row: row.ends_by is None or row.ends_by > moment or _is_ended(row))
    scenes.until(ground, "launched", lambda row: row.remote_id != "")
    scenes.end(ground)
    return {row.provider: "launched while nobody ticked" for row in launched}


def _is_ended(row: Workload) -> bool:
    """By its latest end, and not by anything else."""
    return row.state in (State.STOPPING, State.CANCELLED) and row.reason_code == ReasonCode.DEADLINE


def _two_racing(ground: Ground) -> Proof:
    """Two workers are woken again and again for the same launches and the same ends."""
    _with_everybody(ground)
    ground.crew.start()
    for _ in range(3):
        scenes.launch(ground, 1)
        _wake_all(ground, 4)
    scenes.until(ground, "launched", lambda row: row.remote_id != "")
    ground.pass_time_there(scenes.UNTIL_UP_S)
    scenes.until(ground, "running", lambda row: row.state == State.RUNNING)
    scenes.end(ground)
    _wake_all(ground, 4)
    return dict.fromkeys(ground.connections, "3 launches and ends, 16 wake-ups")


def _wake_all(ground: Ground, times: int) -> None:
    for connection_ in ground.connections.values():
        for _ in range(times):
            wake.wake_now("sync.connection", connection_.pk)


def _overslept(ground: Ground) -> Proof:
    """A worker sleeps on the answers to its launches until its leases are another's, which finds what was made; then
    it wakes and saves its answers too."""
    ground.crew.start("beat")
    sleeper = ground.crew.start()
    gates = _hold(ground, is_after=True)
    scenes.launch(ground)
    ground.eventually(lambda: all(gate.held for gate in gates.values()), "all providers have acted")
    ground.crew.freeze(sleeper, lambda: _nobody_is_in_a_transaction() and scenes.all_sent_are_out(ground))
    ground.gateway.open_all()
    ground.let_leases_run_out()
    redis.client().flushall()  # what the sleeper had taken off the queue is lost with it
    ground.crew.start()
    scenes.until(ground, "found by the other", lambda row: row.remote_id != "", within_s=30)
    ground.crew.thaw(sleeper)
    ground.pass_time_there(scenes.UNTIL_UP_S)
    return {slug: f"slept on {gate.held[0]}" for slug, gate in gates.items()}


def _nobody_is_in_a_transaction() -> bool:
    """Whoever sleeps in one keeps its rows from everybody until PostgreSQL cuts it off: another trouble than this."""
    with connection.cursor() as cursor:
        cursor.execute(_BUSY)
        return cursor.fetchone() == (0,)


_BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()
"""


_DOUBT = frozenset({NOT_FOUND})
TROUBLES = (
    Trouble("cut before a launch", "the provider never acts", _cut("dropped_before", "create"), State.RUNNING, _DOUBT),
    Trouble("cut after a launch", "the provider acted", _cut("dropped_after", "create"), State.RUNNING, _DOUBT),
    Trouble("half an answer to a launch", "no JSON", _cut("broken_json", "create"), State.RUNNING, _DOUBT),
    Trouble("cut before an end", "the provider never acts", _cut("dropped_before", "end"), State.CANCELLED),
    Trouble("cut after an end", "the provider acted", _cut("dropped_after", "end"), State.CANCELLED),
    Trouble("storm of 429", "half of all calls", _storm("429", retry_after=1), State.RUNNING),
    Trouble("storm of 500", "half of all calls", _storm("500"), State.RUNNING, _DOUBT),
    Trouble("zombie", "ends are accepted and nothing ends", _zombie, State.CANCELLED),
    Trouble("vanish", "what runs is listed no more", _vanish, State.RUNNING),
    Trouble("PostgreSQL restarted", "answers on their way", _postgres(FAST), State.RUNNING),
    Trouble("PostgreSQL crashed", "answers on their way", _postgres(AT_ONCE), State.RUNNING),
    Trouble("Valkey emptied", "every message is lost", _valkey_emptied, State.RUNNING),
    Trouble("Valkey restarted", "away while work is launched", _valkey_restarted, State.RUNNING),
    Trouble("beat dead for 2 min", "launches and deadlines meanwhile", _beat_dead, State.CANCELLED),
    Trouble("two workers racing", "for launches and ends", _two_racing, State.CANCELLED),
    Trouble("a worker oversleeps", "its leases are another's when it wakes", _overslept, State.RUNNING),
)
