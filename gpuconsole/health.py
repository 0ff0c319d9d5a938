"""Tells a load balancer, and `manage.py up`, whether this process can do its work."""

import time

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL and Redis answer; also how long ago a worker last finished a tick, null for never."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    seen_at = cache.get("worker-seen")  # written by gpuconsole/celery.py
    return JsonResponse({"worker_seen_s": None if seen_at is None else round(time.time() - seen_at, 1)})
