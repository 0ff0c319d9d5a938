"""A Redis that hangs or is gone is waited for once, however many hints there are to give."""

import socket
import time
from collections.abc import Iterator
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
