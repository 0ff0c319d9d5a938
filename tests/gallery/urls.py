"""Addresses of the component gallery; only tests mount them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from tests.gallery import polled
from tests.gallery.samples import context
from tests.gallery.views import render_source


def gallery(request: HttpRequest, name: str) -> HttpResponse:
    return render_source(request, f"{name}.html", context(request))


urlpatterns = [
    path("gallery/<slug:name>/", gallery, name="gallery"),
    path("poll/", polled.page, name="poll"),
    path("poll/rows/", polled.rows, name="poll_rows"),
    path("poll/log/", polled.log, name="poll_log"),
    path("poll/log/find/", polled.find, name="poll_find"),
    path("dialog/", polled.dialog, name="dialog"),
    path("account/", include("allauth.urls")),
    path("sign-in/", polled.sign_in, name="sign_in"),
]
