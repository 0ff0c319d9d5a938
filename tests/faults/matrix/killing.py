"""Kills the worker at a named point: each connection's round is held there first, and that it was is the proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gpuconsole.workloads.states import State
from tests.faults.matrix import brakes, scenes
from tests.faults.matrix.agreement import NOT_FOUND
from tests.faults.matrix.brakes import Brake
from tests.faults.matrix.ground import Ground
from tests.faults.matrix.scenes import CALLS

_WORKLOAD, _EVENT, _CONNECTION = "workloads_workload", "workloads_event", "connections_connection"
_SENDING = "OLD.sending_at IS NULL AND NEW.sending_at IS NOT NULL"
_KNOWN = "OLD.remote_id = '' AND NEW.remote_id <> ''"
_ASKED = "NEW.intent = 'end' AND NEW.intent_tries > OLD.intent_tries"
_MOVED = "OLD.state IN ('queued', 'starting') AND NEW.state = 'running'"
_RELEASED = "OLD.lease_token IS NOT NULL AND NEW.lease_token IS NULL"


@dataclass(frozen=True)
class Wire:
    """A call to hold on its way: before it reaches the provider, or its answer before it reaches the worker."""

    call: str
    is_after: bool = False
    drops: bool = False


@dataclass(frozen=True)
class Point:
    """Where the worker dies: what it is doing, how it is held there, and in which state all must come out."""

    name: str
    tells: str
    held_by: Brake | Wire
    ends_in: State
    may_be: frozenset[str] = frozenset()

    @property
    def deed(self) -> str:
        """launch, stop or sync."""
        return self.name.partition(".")[0]


POINTS = (
    Point("launch.claimed", "lease taken, nothing written", Brake(_WORKLOAD, _SENDING), State.RUNNING),
    Point("launch.noting", "“sending now” not committed", Brake(_WORKLOAD, _SENDING, at_commit=True), State.RUNNING),
    Point(
        "launch.unsent",
        "“sending now” committed, the call never leaves",
        Wire("create", drops=True),
        State.RUNNING,
        frozenset({NOT_FOUND}),
    ),
    Point("launch.asked", "the call is on its way, the provider acts later", Wire("create"), State.RUNNING),
    Point("launch.acted", "the provider acted, its answer is on its way", Wire("create", is_after=True), State.RUNNING),
    Point("launch.answered", "the answer is here and not saved", Brake(_WORKLOAD, _KNOWN), State.RUNNING),
    Point("launch.saved", "saved and not committed", Brake(_WORKLOAD, _KNOWN, at_commit=True), State.RUNNING),
    Point("stop.unsent", "the end call never leaves", Wire("end", drops=True), State.CANCELLED),
    Point("stop.asked", "the end call is on its way", Wire("end"), State.CANCELLED),
    Point("stop.acted", "accepted, the answer is on its way", Wire("end", is_after=True), State.CANCELLED),
    Point("stop.answered", "accepted and not saved", Brake(_WORKLOAD, _ASKED), State.CANCELLED),
    Point("stop.saved", "saved and not committed", Brake(_WORKLOAD, _ASKED, at_commit=True), State.CANCELLED),
    Point("sync.listed", "the list is on its way", Wire("list", is_after=True), State.RUNNING),
    Point("sync.compared", "the list is compared, nothing is written", Brake(_WORKLOAD, _MOVED), State.RUNNING),
    Point(
        "sync.half",
        "rows written, their events not",
        Brake(_EVENT, "NEW.state = 'running'", event="INSERT"),
        State.RUNNING,
    ),
    Point("sync.written", "all written and not committed", Brake(_WORKLOAD, _MOVED, at_commit=True), State.RUNNING),
    Point("sync.leaving", "the round is done, its lease still held", Brake(_CONNECTION, _RELEASED), State.RUNNING),
)


def play(ground: Ground, point: Point) -> dict[str, str]:
    """Kill the only worker there, let another go on; gives by provider what was held when it died."""
    ground.crew.start("beat")
    worker = ground.crew.start()
    deed = {"launch": _to_launch, "stop": _to_stop, "sync": _to_sync}[point.deed](ground)
    with _held(ground, point) as holding:
        deed()
        ground.eventually(lambda: holding().keys() >= set(ground.connections), f"held at {point.name}")
        if point.deed == "launch":
            ground.crew.freeze(worker, lambda: scenes.all_sent_are_out(ground))
        proof = holding()
        ground.crew.kill(worker)
    ground.let_leases_run_out()
    ground.crew.start()
    scenes.taken_up_by_the_tick(ground)
    if point.may_be:
        scenes.let_the_search_end(ground)
    ground.pass_time_there(scenes.UNTIL_UP_S)
    return proof


def _to_launch(ground: Ground) -> Callable[[], object]:
    return lambda: scenes.launch(ground)


def _to_stop(ground: Ground) -> Callable[[], object]:
    scenes.running(ground)
    return lambda: scenes.end(ground)


def _to_sync(ground: Ground) -> Callable[[], object]:
    scenes.accepted(ground)

    def turn() -> None:
        ground.pass_time_there(scenes.UNTIL_UP_S)
        ground.nudge()

    return turn


@contextmanager
def _held(ground: Ground, point: Point) -> Iterator[Callable[[], dict[str, str]]]:
    """Within the block, what reaches the point stays there; whoever is then alive goes on after it."""
    if isinstance(point.held_by, Wire):
        with _on_the_wire(ground, point.held_by) as holding:
            yield holding
        return
    by_pk = {connection.pk: slug for slug, connection in ground.connections.items()}
    with brakes.on(ground.servers.postgres.url, point.held_by, by_pk) as held:
        yield lambda: {by_pk[pk]: f"in {statement}" for pk, statement in held.waiting().items()}
        held.wait_until_left()


@contextmanager
def _on_the_wire(ground: Ground, wire: Wire) -> Iterator[Callable[[], dict[str, str]]]:
    gates = {
        slug: ground.gateway.shut(getattr(calls, wire.call), is_after=wire.is_after, drops=wire.drops)
        for slug, calls in CALLS.items()
    }
    try:
        yield lambda: {slug: gate.held[0] for slug, gate in gates.items() if gate.held}
    finally:
        ground.gateway.open_all()
