"""How many requests each token made in the last seven days, counted in Redis by the day.

A hint for people, never the truth: a Redis that is out counts nothing, and one that comes back empty begins anew.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from redis.exceptions import RedisError

from gpuconsole.core import redis

logger = logging.getLogger(__name__)

DAYS = 7
_PREFIX = "gpc:requests:"
_KEPT = timedelta(days=DAYS + 1)


def note(pk: int, now: datetime) -> None:
    """Count one."""
    try:
        pipe = redis.client().pipeline(transaction=False)
        pipe.incr(_key(pk, now))
        pipe.expire(_key(pk, now), _KEPT)
        pipe.execute()
    except (RedisError, OSError):
        logger.debug("a request was not counted: Redis does not answer")


def of_week(pks: Sequence[int], now: datetime) -> dict[int, int]:
    """The last seven days by token, today's included, in one call; empty while Redis does not answer."""
    keys = [_key(pk, now - timedelta(days=back)) for pk in pks for back in range(DAYS)]
    try:
        found = redis.client().mget(keys) if keys else []
    except (RedisError, OSError):
        return {}
    counts = [int(one or 0) for one in found]
    return {pk: sum(counts[at * DAYS : (at + 1) * DAYS]) for at, pk in enumerate(pks)}


def _key(pk: int, at: datetime) -> str:
    return f"{_PREFIX}{pk}:{at:%Y%m%d}"
