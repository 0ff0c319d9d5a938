"""The one Redis client of a process; whoever uses it goes on without when Redis is out."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as OutOfReach
from redis.exceptions import TimeoutError as TooSlow
from redis.retry import Retry

from gpuconsole.core.once import once

OUT_S = 2.0
"""So long a server that did not answer is not asked again: many hints would each wait for the time-out."""


@once
def client() -> Redis:
    """Thread safe, with short time-outs: Redis is asked for hints only. Raises RedisError or OSError when it is out."""
    retry = _Once(NoBackoff(), 0)  # the client's own default tries for seconds
    return Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5, retry=retry)


class _Once(Retry):
    """One try; after one that failed, none for a moment."""

    _out_until = 0.0

    def call_with_retry(self, *args: Any, **kwargs: Any) -> Any:
        """As its base does it. Raises at once while the server is known to be out."""
        if time.monotonic() < self._out_until:
            raise OutOfReach("Redis was out of reach a moment ago")
        try:
            return super().call_with_retry(*args, **kwargs)
        except (OutOfReach, TooSlow):
            self._out_until = time.monotonic() + OUT_S
            raise

    def __deepcopy__(self, memo: dict[int, Any]) -> _Once:
        """All connections of the client share what one of them has learnt."""
        return self
