"""Whose failed sign-ins django-axes counts together."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest


def typed_email(request: HttpRequest, credentials: Mapping[str, str] | None) -> str:
    """The e-mail address as typed, in lower case; allauth, Django's admin and the form call it differently."""
    for place, name in ((credentials or {}, "email"), (credentials or {}, "username"), (request.POST, "login")):
        if place.get(name):
            return str(place[name]).strip().lower()
    return ""
