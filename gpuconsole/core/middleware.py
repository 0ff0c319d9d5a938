"""Gives each request an id and an origin, and shows times in the reader's zone."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from http import HTTPStatus
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from gpuconsole.core import origin
from gpuconsole.core.ids import new_id

Answer = Callable[[HttpRequest], HttpResponse]

_OF_DOCUMENTS = (
    *("Content-Security-Policy", "Content-Length", "Content-Type", "Vary"),
    *("Cross-Origin-Opener-Policy", "Referrer-Policy", "X-Content-Type-Options", "X-Frame-Options"),
)


def request_origin(get_response: Answer) -> Answer:
    """First of all: ``request.id`` and the X-Request-Id header, which error pages and audit records name too."""

    def answer(request: HttpRequest) -> HttpResponse:
        request_id = new_id("req")
        request.id = request_id  # type: ignore[attr-defined]
        origin.begin(request_id, client_ip(request))
        try:
            response = get_response(request)
        finally:
            origin.end()
        response["X-Request-Id"] = request_id
        return response

    return answer


def light_unchanged(get_response: Answer) -> Answer:
    """Outermost: an answer without content is no document, so it leaves out what browsers are told about documents."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == HTTPStatus.NO_CONTENT:
            for name in _OF_DOCUMENTS:
                del response[name]
            response["Cache-Control"] = "no-store"
        return response

    return answer


def readable_query(get_response: Answer) -> Answer:
    """A page's query without NULs, which stand in nothing that is stored; the API refuses them itself."""

    def answer(request: HttpRequest) -> HttpResponse:
        asked = request.META.get("QUERY_STRING", "")
        if "%00" in asked and not request.path.startswith("/api/"):
            request.META["QUERY_STRING"] = asked.replace("%00", "")
        return get_response(request)

    return answer


def reader_zone(get_response: Answer) -> Answer:
    """After authentication: the signed-in person's time zone, UTC for everybody else."""

    def answer(request: HttpRequest) -> HttpResponse:
        timezone.activate(_zone_of(request))
        try:
            return get_response(request)
        finally:
            timezone.deactivate()

    return answer


def client_ip(request: HttpRequest) -> str | None:
    """The caller's address; behind the proxies in settings.TRUSTED_PROXIES, the one that they say they serve."""
    near = request.META.get("REMOTE_ADDR", "")
    if near in getattr(settings, "TRUSTED_PROXIES", ()):
        near = request.headers.get("X-Forwarded-For", near).split(",")[-1].strip()
    try:
        return str(ipaddress.ip_address(near))
    except ValueError:
        return None


def _zone_of(request: HttpRequest) -> ZoneInfo:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:  # the API and strangers: no look at the session
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(getattr(request.user, "time_zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
