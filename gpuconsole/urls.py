"""Every address of the console."""

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path


def healthz(request: HttpRequest) -> JsonResponse:
    """Say whether this process reaches PostgreSQL and Redis."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    cache.get("healthz")
    return JsonResponse({"database": "ok", "redis": "ok"})


urlpatterns = [path("healthz/", healthz)]
