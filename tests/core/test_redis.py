"""A Redis that hangs or is gone is waited for once, however many hints there are to give."""

import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from gpuconsole.core import redis, versions, wake


@pytest.fixture
def silent(settings: Any) -> Iterator[Any]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        settings.REDIS_URL = settings.CELERY_BROKER_URL = url
        redis.client.cache_clear()
        wake._sender.cache_clear()
        yield listener
    redis.client.cache_clear()
    wake._sender.cache_clear()


@pytest.mark.usefixtures("silent")
def test_a_server_that_hangs_is_waited_for_once() -> None:
    began = time.monotonic()
    for number in range(50):
        versions.bump_now(f"workload:{number}")
        wake.wake_now("nobody.listens", number)
    assert time.monotonic() - began < 4


def test_threads_that_ask_first_at_once_share_one_client() -> None:
    """A second one would be dropped, and would close the connection on which the first user waits for its answer."""
    threads, before = 16, sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(threads) as pool:
            for _ in range(10):
                redis.client.cache_clear()
                together = Barrier(threads)

                def ask(barrier: Barrier = together) -> tuple[object, list[bool]]:
                    barrier.wait()
                    client = redis.client()
                    return client, client.pipeline(transaction=False).ping().execute()

                asked = [pool.submit(ask) for _ in range(threads)]
                assert {(id(client), *answer) for client, answer in (one.result() for one in asked)} == {
                    (id(redis.client()), True)
                }
    finally:
        sys.setswitchinterval(before)
