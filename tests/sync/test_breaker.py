"""After trouble a connection is left alone; then one call decides whether the others follow."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gpuconsole.connections import services as connections
from gpuconsole.connections.models import Breaker, Connection
from gpuconsole.core.errors import Refused
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.sync.bench import Engine


def in_trouble(engine: Engine) -> tuple[Workload, Connection]:
    """Running work on a connection whose provider answers 500 from now on, noticed once."""
    job = engine.launch(engine.job("sleep infinity"))
    engine.sync()
    engine.spoil("500")
    engine.sync()
    return job, Connection.objects.get()


def all_calls(engine: Engine) -> int:
    return sum(len(engine.calls("baseten", method)) for method in ("GET", "POST"))


def test_while_it_is_open_nobody_asks_the_provider(engine: Engine) -> None:
    _, connection = in_trouble(engine)
    before = all_calls(engine)
    engine.sync()
    assert connection.breaker(timezone.now()) is Breaker.OPEN
    assert all_calls(engine) == before


def test_one_call_that_fails_opens_it_again_for_longer(engine: Engine) -> None:
    _, connection = in_trouble(engine)
    launched = engine.launch(engine.job("sleep 1"))
    engine.wait_here(5)
    before, now = all_calls(engine), timezone.now() + engine.ahead
    assert connection.breaker(now) is Breaker.HALF_OPEN
    engine.sync()
    assert all_calls(engine) == before + 1
    after = Connection.objects.get()
    assert (after.failures, after.breaker(now)) == (2, Breaker.OPEN)
    assert engine.fresh(launched).state == State.SUBMITTING


def test_one_call_that_is_answered_closes_it_and_the_round_goes_on(engine: Engine) -> None:
    in_trouble(engine)
    launched = engine.launch(engine.job("sleep 1"))
    engine.heal()
    engine.wait_here(5)
    engine.sync()
    after = Connection.objects.get()
    assert (after.failures, after.breaker(timezone.now())) == (0, Breaker.CLOSED)
    assert engine.fresh(launched).remote_id


def test_where_nothing_is_there_to_ask_for_the_list_is_the_one_call(engine: Engine) -> None:
    engine.sync()
    engine.spoil("500")
    engine.sync()
    launched = engine.launch()
    engine.wait_here(5)
    before = len(engine.calls("search"))
    engine.sync()
    assert len(engine.calls("search")) == before + 1
    assert engine.fresh(launched).sending_at is None


def test_a_look_is_answered_by_a_round_that_began_after_it_was_asked_for(engine: Engine) -> None:
    engine.sync()
    connection = Connection.objects.get()
    connections.ask_look(connection=connection)
    connection.refresh_from_db()
    assert (connection.is_look_open, connection.due_at) == (True, connection.look_asked_at)
    engine.sync()
    connection.refresh_from_db()
    assert not connection.is_look_open
    assert connection.look_answered_at == connection.synced_at


def test_asking_again_at_once_changes_nothing(engine: Engine) -> None:
    connection = engine.connect("baseten")
    connections.ask_look(connection=connection)
    asked_at = Connection.objects.get().look_asked_at
    connections.ask_look(connection=connection)
    assert Connection.objects.get().look_asked_at == asked_at
    Connection.objects.update(look_asked_at=timezone.now() - timedelta(seconds=6))
    connections.ask_look(connection=connection)
    assert Connection.objects.get().look_asked_at > asked_at  # type: ignore[operator]


def test_no_look_is_taken_while_the_provider_is_left_alone(engine: Engine) -> None:
    _, connection = in_trouble(engine)
    with pytest.raises(Refused, match="left alone after trouble, and asked again at"):
        connections.ask_look(connection=connection)
