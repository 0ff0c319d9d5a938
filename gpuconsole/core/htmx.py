"""Pages and fragments from one URL, and the two short answers of the polling protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

STOP_POLLING = 286  # htmx swaps this answer and the page's script asks no more


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a piece of the page; a history restore wants the whole page."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def htmx_target(request: HttpRequest) -> str:
    """The id of the element that the answer will be swapped into; empty when it has none."""
    return request.headers.get("HX-Target", "")


def render_page(
    request: HttpRequest, page: str, fragment: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Answer the whole ``page``, or only its ``fragment`` when htmx asks; caches are told to keep the two apart."""
    template = fragment if wants_fragment(request) else page
    response = render(request, template, dict(context or {}), status=status)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


def stop_polling(response: HttpResponse) -> HttpResponse:
    """Make this the last answer to a region: it is swapped in and never asked for again."""
    response.status_code = STOP_POLLING
    return response


def unchanged() -> HttpResponse:
    """Tell a region that it shows the newest version already."""
    return HttpResponse(status=204)
