"""The rate limit of a connection holds over all workers, with and without Redis."""

import itertools

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from gpuconsole.core import redis
from gpuconsole.sync.limits import Limit

_numbers = itertools.count(1_000_000)


@pytest.fixture
def limit() -> Limit:
    return Limit(next(_numbers), rate=2.0)


@pytest.fixture
def no_redis() -> object:
    """The console's own client, pointed at a port where nobody listens."""
    client = redis.client()
    pool, client.connection_pool = client.connection_pool, Redis(port=1, retry=Retry(NoBackoff(), 0)).connection_pool
    yield
    client.connection_pool = pool


def test_a_burst_is_let_through_and_then_the_rate_holds(limit: Limit) -> None:
    waits = [limit.take() for _ in range(5)]
    assert waits[:4] == [0, 0, 0, 0]
    assert 0 < waits[4] <= 0.5


def test_reads_leave_room_for_launches(limit: Limit) -> None:
    waits = [limit.take(keep=2) for _ in range(3)]
    assert waits[:2] == [0, 0]
    assert waits[2] > 0
    assert limit.take() == 0


def test_connections_do_not_share_their_limit(limit: Limit) -> None:
    while limit.take() == 0:
        pass
    assert Limit(next(_numbers), rate=2.0).take() == 0


def test_without_redis_each_process_keeps_the_limit_by_itself(limit: Limit, no_redis: object) -> None:
    waits = [limit.take() for _ in range(5)]
    assert waits[:4] == [0, 0, 0, 0]
    assert 0 < waits[4] <= 0.5


def test_what_a_person_waits_for_may_borrow_and_reads_save_it(limit: Limit) -> None:
    for _ in range(8):
        limit.wait_little()
    assert limit.take() > 1.5
