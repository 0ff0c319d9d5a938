"""The page of a project's quotas and budget."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from gpuconsole.accounts.access import viewer
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal
from gpuconsole.projects import quotas as limits
from gpuconsole.projects.access import find_project, require_role
from gpuconsole.projects.models import Budget, Project, ProjectRole, Quota
from gpuconsole.projects.tabs import frame
from gpuconsole.workloads.limits import bars, money, use
from gpuconsole.workloads.limits.bars import Bar
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
    context = {"form": form, "in_use": _in_use(project), **frame(person, project, "quotas")}
    return render(request, "projects/quotas.html", context, status=422 if form.errors else 200)


def _in_use(project: Project) -> list[tuple[Bar, str, str]]:
    """Everything that limits launches here, the whole team's too: its bar, for whom it holds, and what follows."""
    now, here = timezone.now(), Q(project=project) | Q(team=project.team_id, project=None)
    rows = list(Quota.objects.filter(here).select_related("team", "project", "member").order_by("project_id", "pk"))
    uses, currency = use.used(rows, now), project.team.currency
    budgets = Budget.objects.filter(here).select_related("team", "project").order_by("project_id")
    found = []
    for one in money.standings(list(budgets), now):
        whose = "of this project" if one.budget.project_id else "of the team"
        found.append((bars.of_budget(one), whose, bars.consequence_words(one.budget)))
    for row in rows:
        bar = bars.of_quota(row, uses.get(row.pk), currency)
        found.append((bar, limits.scope(row), bars.consequence_words(row)))
    return found
