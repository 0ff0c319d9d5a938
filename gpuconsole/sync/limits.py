"""The rate limit of each connection: one token bucket in Redis for all workers together."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from functools import cache

from redis.exceptions import RedisError

from gpuconsole.core import redis

logger = logging.getLogger(__name__)

_TAKE = """
local now = redis.call('TIME')
now = tonumber(now[1]) + tonumber(now[2]) / 1000000
local rate, burst, keep, calls = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = burst
if held[1] then tokens = math.min(burst, tonumber(held[1]) + math.max(0, now - tonumber(held[2])) * rate) end
local wait = 0
if tokens >= calls + keep then tokens = tokens - calls else wait = (calls + keep - tokens) / rate end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil((burst - math.min(0, tokens)) / rate) + 1)
return tostring(wait)
"""


_MOST_OWED_S = 60.0
"""What was spent in advance is forgotten beyond so long."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls a second to one account, with twice as many in a burst."""

    connection_id: int
    rate: float

    @property
    def burst(self) -> float:
        """The most calls at once."""
        return max(2.0, self.rate * 2)

    def take(self, *, keep: float = 0, calls: int = 1) -> float:
        """Take leave for one call, or several, and answer 0, or answer the seconds until there is one.

        ``keep`` calls are left over for others: background reads leave room for launches and ends. Less than 0 borrows
        from the time to come.
        """
        try:
            key = f"gpc:limit:{self.connection_id}"
            answer = redis.client().eval(_TAKE, 1, key, self.rate, self.burst, keep, calls)
        except (RedisError, OSError) as error:
            logger.warning("rate limits are kept by this process alone", extra={"error": str(error)})
            return _own(self.connection_id).take(self.rate, self.burst, keep, calls)
        return float(answer)

    def wait(self, *, keep: float = 0) -> None:
        """Come back when one call may be made."""
        while (seconds := self.take(keep=keep)) > 0:
            time.sleep(min(seconds, 1.0))

    def spend(self, calls: int) -> None:
        """Take so many more that were made already: others wait until they are paid for, for a minute at most."""
        if calls > 0:
            self.take(calls=calls, keep=-max(calls, self.rate * _MOST_OWED_S))

    def take_little(self) -> float:
        """``take`` for what a person waits for: it borrows up to another burst, which reads then save."""
        return self.take(keep=-self.burst)

    def wait_little(self) -> None:
        """``wait`` for what a person waits for."""
        self.wait(keep=-self.burst)


@dataclass(slots=True)
class _Bucket:
    """Stands in for Redis while that is out; counts this process's calls only. Leases are in PostgreSQL, so that other
    processes still leave the connection alone while this one has it."""

    tokens: float | None = None
    at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, rate: float, burst: float, keep: float, calls: int) -> float:
        with self.lock:
            now = time.monotonic()
            tokens = burst if self.tokens is None else min(burst, self.tokens + (now - self.at) * rate)
            wait = 0.0 if tokens >= calls + keep else (calls + keep - tokens) / rate
            self.tokens, self.at = (tokens if wait else tokens - calls), now
        return wait


@cache
def _own(connection_id: int) -> _Bucket:
    return _Bucket()
