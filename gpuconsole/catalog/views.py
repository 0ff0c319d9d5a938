"""The catalogue: the list, a comparison, one offer, and the list as a file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from gpuconsole.accounts.access import viewer
from gpuconsole.catalog import exports, pages, reading, scope
from gpuconsole.core import csv_files
from gpuconsole.core.htmx import render_page


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Every offer that the person sees, narrowed and ordered by the address."""
    context = pages.listing(viewer(request), request.GET, timezone.now())
    status = 422 if context["query"].errors else 200
    return render_page(request, "catalogue/list.html", "catalogue/_list.html", context, status=status)


@login_required
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four offers side by side."""
    context = pages.comparison(viewer(request), request.GET, timezone.now())
    return render(request, "catalogue/compare.html", context, status=422 if context["hours_error"] else 200)


@login_required
@require_GET
def offer(request: HttpRequest, public_id: str) -> HttpResponse:
    """One offer with its price history."""
    return render(request, "catalogue/offer.html", pages.detail(viewer(request), public_id, timezone.now()))


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The offers that fit as a CSV file; a filter that cannot be read is told on the page instead."""
    query = reading.read(request.GET)
    if query.errors:
        return redirect(f"{reverse('catalogue:list')}?{request.GET.urlencode()}")
    return csv_files.answer("offers.csv", exports.rows(scope.of(viewer(request)), query.asked))
