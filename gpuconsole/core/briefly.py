"""Keeps in Redis for some seconds what is dear to find out and may be that old; without Redis nothing is kept."""

from __future__ import annotations

from contextlib import suppress

from redis.exceptions import RedisError

from gpuconsole.core import redis

_PREFIX = "gpc:briefly:"


def recall(key: str) -> str | None:
    """What was kept under the key; None: nothing, or no longer."""
    try:
        found = redis.client().get(_PREFIX + key)
    except (RedisError, OSError):
        return None
    return found.decode() if isinstance(found, bytes) else None


def keep(key: str, value: str, seconds: int) -> None:
    """Keep it for so long."""
    with suppress(RedisError, OSError):
        redis.client().set(_PREFIX + key, value, ex=seconds)
