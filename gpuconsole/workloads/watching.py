"""Tells the workers which workloads somebody is looking at, so that those are looked at more often.

Marks live in Redis for half a minute and are hints: without Redis, everything is seen at the steady pace.
"""

from __future__ import annotations

import logging
import time

from redis.exceptions import RedisError

from gpuconsole.core import redis
from gpuconsole.core.wake import wake_now

logger = logging.getLogger(__name__)

WATCHED_S = 30
_PREFIX = "gpc:watched:"


def watched(connection_id: int, *workload_ids: int) -> None:
    """Say that somebody looks at these workloads of the connection now; pages call it on every poll.

    The first look in half a minute wakes a worker at once, so that an opened page is fresh within seconds.
    """
    key, until = f"{_PREFIX}{connection_id}", time.time() + WATCHED_S
    try:
        pipe = redis.client().pipeline(transaction=False)
        pipe.zremrangebyscore(key, 0, time.time())
        pipe.zcard(key)
        pipe.zadd(key, {"": until, **{str(workload_id): until for workload_id in workload_ids}})
        pipe.expire(key, WATCHED_S)
        already = pipe.execute()[1]
    except (RedisError, OSError) as error:
        logger.warning("nobody can be told who is watching", extra={"error": str(error)})
        return
    if not already:
        wake_now("sync.connection", connection_id)


def watched_now(connection_id: int) -> tuple[bool, frozenset[int]]:
    """Whether somebody looks at anything of the connection, and at which workloads in detail."""
    try:
        members = redis.client().zrangebyscore(f"{_PREFIX}{connection_id}", time.time(), "+inf")
    except (RedisError, OSError):
        return False, frozenset()
    words = [member.decode() for member in members]  # type: ignore[union-attr]
    return bool(words), frozenset(int(word) for word in words if word)
