"""The overview and the first steps."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from gpuconsole.accounts.access import viewer
from gpuconsole.core import polling
from gpuconsole.core.htmx import render_page, unchanged, wants_fragment
from gpuconsole.dashboard import overview as page
from gpuconsole.dashboard import search as finder
from gpuconsole.dashboard import setup as first_steps
from gpuconsole.projects.access import PROJECT_KEY, focused_project


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What runs now; a team that has launched nothing is led through the first steps instead."""
    if wants_fragment(request) and polling.is_unchanged(polling.read(request)):
        return unchanged()
    person = viewer(request)
    if "project" in request.GET:
        request.session[PROJECT_KEY] = request.GET["project"]
    project = focused_project(request, person)
    if not wants_fragment(request) and not first_steps.has_launched(person):
        return redirect("setup")
    is_mine = request.GET.get("scope") == "mine"
    context = page.context(request, person, project, is_mine, timezone.now())
    return render_page(request, "dashboard/overview.html", "dashboard/_live.html", context)


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """What a text finds: rows for the palette, a page without script. Exactly an id leads to its work at once."""
    person, text = viewer(request), request.GET.get("q", "").replace("\0", "")[: finder.LONGEST]
    is_palette = wants_fragment(request)
    found = None if is_palette else finder.jump(person, text)
    if found is not None:
        return redirect(found)
    return render_page(request, "dashboard/search.html", "dashboard/_found.html", finder.context(person, text))


@login_required
@require_GET
def setup(request: HttpRequest) -> HttpResponse:
    """Four steps to the first launch; each shows itself done from what there is."""
    return render(request, "dashboard/setup.html", first_steps.context(viewer(request)))
