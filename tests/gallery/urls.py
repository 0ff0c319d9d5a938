"""The product's addresses, and the gallery's own before them: components by themselves, and requests that fail."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN
from django.shortcuts import render
from django.urls import URLPattern, include, path
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure

from gpuconsole.core.errors import Refused
from gpuconsole.core.rates import TooMany
from gpuconsole.urls import handler400, handler403, handler404, handler500
from tests.gallery import polled
from tests.gallery.samples import context
from tests.gallery.views import render_source

__all__ = ["handler400", "handler403", "handler404", "handler500"]
FULL = "This job needs 2 H100, 0 of 8 are free. asr-conformer-large-v4 holds 8 and should end about 18:40."


def gallery(request: HttpRequest, name: str) -> HttpResponse:
    return render_source(request, f"{name}.html", context(request))


def old_form(request: HttpRequest) -> HttpResponse:
    return csrf_failure(request, reason=REASON_BAD_ORIGIN)


def locked_out(request: HttpRequest) -> HttpResponse:
    return render(request, "account/lockout.html", status=429)


def full(request: HttpRequest) -> HttpResponse:
    raise Refused(_("Not launched: the H100 quota is full"), details=[_(FULL)])


def _failing(name: str, error: Exception) -> URLPattern:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    failing: Callable[[HttpRequest], HttpResponse] = view
    return path(f"broken/{name}/", failing)


urlpatterns = [
    path("gallery/<slug:name>/", gallery, name="gallery"),
    path("poll/", polled.page, name="poll"),
    path("poll/rows/", polled.rows, name="poll_rows"),
    path("poll/log/", polled.log, name="poll_log"),
    path("poll/log/find/", polled.find, name="poll_find"),
    path("dialog/", polled.dialog, name="dialog"),
    path("broken/old-form/", old_form),
    path("broken/locked-out/", locked_out),
    _failing("unreadable", SuspiciousOperation("not as it should be")),
    path("broken/refused/", full),
    _failing("too-many", TooMany(12)),
    _failing("out", OperationalError("no route")),
    _failing("mistake", ZeroDivisionError()),
    path("", include("gpuconsole.urls")),
]
