"""Tells a load balancer, and `manage.py up`, whether this process can do its work."""

from django.core.cache import cache
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gpuconsole.core import heartbeats
from gpuconsole.core.processes import seen_s


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL and Redis answer; also how long ago a worker last did a tick, and the watchdog its round,
    null for never."""
    cache.get("healthz")
    seen = seen_s(timezone.now())
    return JsonResponse({"worker_seen_s": seen[heartbeats.TICK], "watchdog_seen_s": seen[heartbeats.WATCHDOG]})
