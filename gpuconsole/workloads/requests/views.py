"""Launch requests in a browser: the lists, one request, and what is decided about it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_POST

from gpuconsole.accounts.access import Viewer, viewer
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import shown_refusal
from gpuconsole.projects.access import focused_project
from gpuconsole.workloads.models import LaunchRequest, Via
from gpuconsole.workloads.requests import access, pages, services

_SAID = {
    "approved": gettext_noop("{name} was launched."),
    "declined": gettext_noop("{name} was declined."),
    "withdrawn": gettext_noop("{name} was withdrawn."),
}


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Those that wait for this person, their own, and all that they see."""
    person = viewer(request)
    project = focused_project(request, person)
    context = pages.listing(person, project, request.GET, timezone.now())
    return render(request, "requests/list.html", context | {"project": project})


@login_required
@require_GET
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One request with all that a decision needs, as things stand now."""
    return _page(request, viewer(request), public_id)


@login_required
@require_POST
def approve(request: HttpRequest, public_id: str) -> HttpResponse:
    """Launch it; the limits that the page showed are waived, and no others."""
    person = viewer(request)
    found = access.find(person, public_id)
    access.require_approve(person, found)
    allowed = access.allowable(person, found.project, request.POST.getlist("limit"))
    reason = request.POST.get("reason", "").replace("\0", "")
    return _decided(
        request,
        person,
        public_id,
        lambda: services.approve(request=found, by=person.user, via=Via.PAGE, allowed=allowed, reason=reason),
    )


@login_required
@require_POST
def decline(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say no, and why."""
    person = viewer(request)
    found = access.find(person, public_id)
    access.require_decline(person, found)
    reason = request.POST.get("reason", "").replace("\0", "")
    return _decided(
        request,
        person,
        public_id,
        lambda: services.decline(request=found, by=person.user, via=Via.PAGE, reason=reason),
    )


@login_required
@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one's own back."""
    person = viewer(request)
    found = access.find(person, public_id)
    access.require_withdraw(person, found)
    return _decided(request, person, public_id, lambda: services.withdraw(request=found, by=person.user, via=Via.PAGE))


def _decided(request: HttpRequest, person: Viewer, public_id: str, decide: Callable[[], LaunchRequest]) -> HttpResponse:
    """To the request, or to what came of it; a no is shown on its page with nothing lost."""
    try:
        done = decide()
    except Refused as no:
        return _page(request, person, public_id, shown_refusal(no))
    messages.success(request, _(_SAID[done.state]).format(name=done))
    return redirect(pages.work_url(done) or f"/requests/{done.public_id}/")


def _page(request: HttpRequest, person: Viewer, public_id: str, refusal: str = "") -> HttpResponse:
    found = access.find(person, public_id)
    context = pages.detail(person, found, timezone.now())
    said = {"refusal": refusal, "reason": request.POST.get("reason", "")}
    return render(request, "requests/detail.html", context | said, status=422 if refusal else 200)
