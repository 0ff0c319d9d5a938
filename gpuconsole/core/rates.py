"""Rate limits for callers of ours, counted in Redis in fixed windows."""

from __future__ import annotations

import logging
import time

from django.core.cache import cache
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class TooMany(Exception):
    """The caller has used up its window; ``wait_s`` is the whole seconds until the next one."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(_("Too many requests. Wait {wait_s} s.").format(wait_s=wait_s))
        self.wait_s = wait_s


def spend(name: str, *, limit: int, window_s: int) -> None:
    """Count one request of ``name``. Raises TooMany past the limit; without Redis nothing is limited."""
    now = time.time()
    window = int(now // window_s)
    key = f"rate:{name}:{window}"
    try:
        cache.add(key, 0, timeout=window_s * 2)
        used = cache.incr(key)
    except (RedisError, ValueError):
        logger.warning("rate limits are off: Redis does not answer")
        return
    if used > limit:
        raise TooMany(int((window + 1) * window_s - now) + 1)
