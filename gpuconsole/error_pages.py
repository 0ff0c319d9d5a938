"""The pages of requests that come to nothing: what happened, whether work or money is touched, what to do; an id."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_noop
from redis.exceptions import RedisError

from gpuconsole.accounts.access import viewer
from gpuconsole.accounts.models import TeamRole, User
from gpuconsole.core.errors import Refused
from gpuconsole.core.rates import TooMany

RETRY_AFTER_S = 10
"""So long a browser or a proxy is asked to wait for a part that is out."""
_OUT = (OperationalError, InterfaceError, RedisError)
_SETTLING = (TeamRole.OWNER, TeamRole.ADMIN)


@dataclass(frozen=True, slots=True)
class Noun:
    """What is said of something missing below an address, and the way back to all of it; the page translates both."""

    missing: str
    all_label: str
    all_url: str


_NOUNS = {
    "jobs": Noun(gettext_noop("We can't find this job"), gettext_noop("All jobs"), "/jobs/"),
    "instances": Noun(gettext_noop("We can't find this instance"), gettext_noop("All instances"), "/instances/"),
    "requests": Noun(gettext_noop("We can't find this launch request"), gettext_noop("All requests"), "/requests/"),
    "projects": Noun(gettext_noop("We can't find this project"), gettext_noop("All projects"), "/projects/"),
    "connections": Noun(
        gettext_noop("We can't find this connection"), gettext_noop("All connections"), "/connections/"
    ),
    "catalogue": Noun(gettext_noop("We can't find this offer"), gettext_noop("Catalogue"), "/catalogue/"),
    "reconcile": Noun(gettext_noop("We can't find this finding"), gettext_noop("All findings"), "/reconcile/"),
}
_ANY = Noun(gettext_noop("We can't find this page"), gettext_noop("All jobs"), "/jobs/")


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return render(request, "400.html", status=400)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: seen, but not for this role; with who may."""
    admins = _admins(request)
    context = {"reason": str(exception), "admins": admins, "others": len(admins) - 1}
    return render(request, "403.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: not there, or another team's; the two are told apart nowhere."""
    start = request.path.strip("/").partition("/")[0]
    return render(request, "404.html", {"noun": _NOUNS.get(start, _ANY)}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Whatever else went wrong: our no, too many requests, a part that is out, or a mistake of ours."""
    error = sys.exc_info()[1]
    if isinstance(error, Refused):
        title, *more = (error.message, *error.details)
        return render(request, "409.html", {"title": title, "text": " ".join(more)}, status=409)
    if isinstance(error, TooMany):
        answer = render(request, "429.html", {"wait_s": error.wait_s}, status=429)
        answer["Retry-After"] = str(error.wait_s)
        return answer
    if isinstance(error, _OUT):
        answer = _plain(request, "503.html", 503)
        answer["Retry-After"] = str(RETRY_AFTER_S)
        return answer
    return _plain(request, "500.html", 500)


def _plain(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """Drawn without the shell, which asks the database."""
    context: dict[str, Any] = {"request_id": getattr(request, "id", ""), "now": timezone.now()}
    return HttpResponse(render_to_string(template, context), status=status)


def _admins(request: HttpRequest) -> list[User]:
    """Who may settle things in the team in focus; nobody for strangers to it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    team = viewer(request).team
    if team is None:
        return []
    rows = team.memberships.filter(role__in=_SETTLING).exclude(user=user).select_related("user").order_by("pk")
    return [row.user for row in rows]
