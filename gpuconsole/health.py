"""Tells a load balancer, and `manage.py up`, whether this process can do its work."""

from collections.abc import Mapping

from django.core.cache import cache
from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from gpuconsole.core import heartbeats
from gpuconsole.core.processes import seen_s


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL and Redis answer, else 503 with the names of those that are ``out``. Both tell how long ago a
    worker last did a tick, and the watchdog its round; null for never, and for not known."""
    out = [] if _redis_answers() else ["redis"]
    try:
        seen: Mapping[str, float | None] = seen_s(timezone.now())
    except Error:
        seen, out = {}, ["postgresql", *out]
    ages = {
        "worker_seen_s": seen.get(heartbeats.TICK),
        "watchdog_seen_s": seen.get(heartbeats.WATCHDOG),
    }
    if not out:
        return JsonResponse(ages)
    answer = JsonResponse({"out": out, **ages}, status=503)
    answer["Retry-After"] = "5"
    return answer


def _redis_answers() -> bool:
    try:
        cache.get("healthz")
    except (RedisError, OSError):
        return False
    return True
