"""The one Redis client of a process; whoever uses it goes on without when Redis is out."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


@cache
def client() -> Redis:
    """Thread safe, with short time-outs: Redis is asked for hints only. Raises RedisError or OSError when it is out."""
    once = Retry(NoBackoff(), 0)  # the client's own default tries for seconds
    return Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5, retry=once)
