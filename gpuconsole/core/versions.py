"""Change counters in Redis: what tells a polled region, without a query, whether anything it shows has changed.

A topic is a string such as ``workload:12``, ``project:3``, ``team:1``, ``connection:4``, ``audit:1`` or ``logs:12``.
The counters are hints, never the truth: when Redis is out, every version differs from every other, so regions are drawn
anew.
"""

from __future__ import annotations

import logging
import secrets
import time

from django.db import transaction
from redis.exceptions import RedisError

from gpuconsole.core import redis

logger = logging.getLogger(__name__)

_PREFIX = "gpc:version:"
_KEPT_S = 7 * 24 * 3600  # longer than a page is left open; a counter that ran out starts at another number


def bump(*topics: str) -> None:
    """Count the topics up once the transaction has committed; at once outside of one."""
    if topics:
        transaction.on_commit(lambda: bump_now(*topics))


def bump_now(*topics: str) -> None:
    """Count the topics up without waiting for a commit. A Redis that is out is logged and no error."""
    try:
        pipe = redis.client().pipeline(transaction=False)
        for topic in topics:
            key = _PREFIX + topic
            # A new counter starts at the clock, so that one that ran out or was lost never repeats a number.
            pipe.set(key, time.time_ns() // 1_000_000, nx=True, ex=_KEPT_S)
            pipe.incr(key)
            pipe.expire(key, _KEPT_S)
        pipe.execute()
    except (RedisError, OSError) as error:
        logger.warning("change counters are out of reach", extra={"topics": topics, "error": str(error)})


def read(*topics: str) -> str:
    """The version of all the topics together, in one request; equal only while none of them changed."""
    if not topics:
        return "0"
    try:
        numbers = redis.client().mget([_PREFIX + topic for topic in topics])
    except (RedisError, OSError):
        return f"out-{secrets.token_hex(8)}"
    return ".".join("0" if number is None else number.decode() for number in numbers)  # type: ignore[union-attr]
