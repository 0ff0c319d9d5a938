"""The page of a project's quotas and budget."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from gpuconsole.accounts.access import viewer
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal
from gpuconsole.projects.access import find_project, require_role
from gpuconsole.projects.models import ProjectRole
from gpuconsole.projects.tabs import frame
from gpuconsole.workloads.limits.forms import LimitsForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def quotas(request: HttpRequest, slug: str) -> HttpResponse:
    """Limits and the month's budget; everybody in the project may see them."""
    person = viewer(request)
    project = find_project(person, slug)
    form = LimitsForm(request.POST or None, initial=LimitsForm.of(project))
    if request.method == "POST":
        require_role(person, project, ProjectRole.ADMIN)
        if form.is_valid():
            try:
                form.save(project, person.user)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, "Limits and budget were saved. They hold from the next launch on.")
                return redirect("project-quotas", project.slug)
    context = {"form": form, **frame(person, project, "quotas")}
    return render(request, "projects/quotas.html", context, status=422 if form.errors else 200)
