"""The page behind a link in a mail: it shows everything, and acts by one press, without signing in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gpuconsole.core import origin, rates
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import shown_refusal
from gpuconsole.core.rates import TooMany
from gpuconsole.workloads.models import LaunchRequest, Via
from gpuconsole.workloads.requests import access, links, pages, services
from gpuconsole.workloads.requests.links import Answer, Link

LOOKS_A_MINUTE = 30


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Show the request (GET), and do what the link is for (POST)."""
    try:
        rates.spend(f"request-link:{origin.current().ip}", limit=LOOKS_A_MINUTE, window_s=60)
    except TooMany as no:
        return render(request, "429.html", {"wait_s": no.wait_s}, status=429)
    found = links.read(token)
    if found is None:
        return _spent(request, _("This link is not one of ours, or a part of it is missing."), 404)
    if not found.is_theirs:
        return _spent(request, _("You may not decide about this request any more."), 410)
    if not found.request.is_open(timezone.now()):
        return _spent(request, _word(found.request), 410)
    if request.method != "POST":
        return _page(request, found)
    try:
        done = _act(request, found)
    except Refused as no:
        return _page(request, found, shown_refusal(no))
    return render(request, "requests/link_done.html", {"request_": done, "work_url": pages.work_url(done)})


def _act(request: HttpRequest, found: Link) -> LaunchRequest:
    by, row = found.viewer.user, found.request
    reason = request.POST.get("reason", "").replace("\0", "")
    if found.answer is Answer.DECLINE:
        return services.decline(request=row, by=by, via=Via.LINK, reason=reason)
    allowed = access.allowable(found.viewer, row.project, request.POST.getlist("limit"))
    return services.approve(request=row, by=by, via=Via.LINK, allowed=allowed, reason=reason)


def _page(request: HttpRequest, found: Link, refusal: str = "") -> HttpResponse:
    context = pages.detail(found.viewer, found.request, timezone.now())
    said = {"link": found, "refusal": refusal, "reason": request.POST.get("reason", "")}
    return render(request, "requests/link.html", context | said, status=422 if refusal else 200)


def _word(row: LaunchRequest) -> str:
    word = row.state_at(timezone.now()).label.lower()
    if row.decided_by is None:
        return _("The request is {word}: there is nothing left to decide.").format(word=word)
    text = _("The request is {word} by {person}: there is nothing left to decide.")
    return text.format(word=word, person=row.decided_by.display_name)


def _spent(request: HttpRequest, text: str, status: int) -> HttpResponse:
    return render(request, "requests/link_spent.html", {"text": text}, status=status)
