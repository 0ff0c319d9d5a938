"""How often a connection is looked at, and who makes it more often."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gpuconsole.connections.models import Connection
from gpuconsole.core import redis
from gpuconsole.sync import waits
from gpuconsole.workloads import services, watching
from tests.sync.bench import INSTANCE, Engine


@pytest.fixture(autouse=True)
def nobody_watches() -> None:
    redis.client().flushall()


def wait_s(engine: Engine, slug: str = "baseten") -> float:
    """Seconds from a round to the next."""
    began = timezone.now() + engine.ahead
    engine.sync(slug)
    due_at = Connection.objects.get(provider=slug).due_at
    assert due_at is not None
    return (due_at - began).total_seconds()


def test_a_connection_without_work_is_looked_at_each_minute(engine: Engine) -> None:
    assert 60 <= wait_s(engine) < 63


def test_moving_work_is_looked_at_every_other_second(engine: Engine) -> None:
    engine.launch()
    assert 1 < wait_s(engine) < 4


def test_work_that_moves_for_long_is_looked_at_less_often(engine: Engine) -> None:
    engine.launch(INSTANCE)
    engine.sync("cortecs")
    engine.wait_here(400)
    assert 5 <= wait_s(engine, "cortecs") < 8


def test_steady_work_is_looked_at_less_often_unless_somebody_watches(engine: Engine) -> None:
    job = engine.launch(engine.job("sleep infinity"))
    engine.sync()
    engine.pass_time(300)
    engine.sync()
    assert 15 <= wait_s(engine) < 18
    watching.watched(job.connection_id, job.pk)
    assert 1 < wait_s(engine) < 4


def test_logs_of_watched_work_are_fetched_every_few_seconds(engine: Engine) -> None:
    job = engine.launch(engine.job("sleep infinity"))
    engine.sync()
    engine.pass_time(300)
    engine.sync()
    watching.watched(job.connection_id, job.pk)
    asked = len(engine.calls("/logs", "GET"))
    engine.wait_here(4)
    engine.sync()
    assert len(engine.calls("/logs", "GET")) == asked + 1


def test_only_those_that_are_looked_at_are_watched(engine: Engine) -> None:
    connection = engine.connect("baseten")
    assert watching.watched_now(connection.pk) == (False, frozenset())
    watching.watched(connection.pk)
    assert watching.watched_now(connection.pk) == (True, frozenset())
    watching.watched(connection.pk, 7)
    assert watching.watched_now(connection.pk) == (True, frozenset({7}))


def test_an_act_makes_the_next_look_soon(engine: Engine) -> None:
    job = engine.launch(engine.job("sleep infinity"))
    engine.sync()
    engine.pass_time(300)
    engine.sync()
    services.stop(workload=job, by=engine.user)
    assert 1 < wait_s(engine) < 4


@pytest.mark.parametrize(("failures", "least_s", "most_s"), [(1, 1.6, 2.4), (3, 6.4, 9.6), (50, 48, 72)])
def test_trouble_holds_a_connection_back_longer_each_time(failures: int, least_s: float, most_s: float) -> None:
    wait = waits.after_trouble(failures)
    assert timedelta(seconds=least_s) <= wait <= timedelta(seconds=most_s)


def test_the_providers_own_figure_is_the_least(engine: Engine) -> None:
    assert waits.after_trouble(1, asked_s=300) == timedelta(seconds=300)
