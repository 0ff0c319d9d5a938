"""The costs page and its two files."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from gpuconsole.accounts.access import viewer
from gpuconsole.core import polling
from gpuconsole.core.days import day_of
from gpuconsole.core.htmx import render_page, unchanged, wants_fragment
from gpuconsole.spend import asked, files, page, scope

_FRESH_S = 120


@login_required
@require_GET
def costs(request: HttpRequest) -> HttpResponse:
    """One month of the projects in scope."""
    if wants_fragment(request) and polling.is_unchanged(polling.read(request)):
        return unchanged()
    person, now = viewer(request), timezone.now()
    seen = scope.of_request(request, person)
    wanted = asked.read(request.GET, day_of(now, seen.team.time_zone))
    topic = f"project:{seen.focus.pk}" if seen.focus else f"team:{seen.team.pk}"
    context = page.context(seen, wanted, now) | {
        "focus": seen.focus,
        "may_administer": person.may_administer,
        "poll_url": request.get_full_path(),
        "stamp": polling.stamp(request, topic, fresh_s=_FRESH_S),
    }
    return render_page(request, "costs/page.html", "costs/_live.html", context, status=422 if wanted.refused else 200)


@login_required
@require_GET
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The month as a file, of the projects in scope: ``csv`` or ``focus``."""
    seen, now = scope.of_request(request, viewer(request)), timezone.now()
    month = asked.read(request.GET, day_of(now, seen.team.time_zone))
    if month.refused:
        return HttpResponse(" ".join(month.refused), status=422, content_type="text/plain; charset=utf-8")
    span = month.month.span(seen.team.time_zone)
    return files.of(seen, span, now, kind)
