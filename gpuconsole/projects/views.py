"""A project's pages: list, new, general settings, archive, and the switcher."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts.access import require_team, require_team_admin, viewer
from gpuconsole.accounts.account_views import safe_next
from gpuconsole.core import notices
from gpuconsole.core.asking import ask
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal, shown_refusal
from gpuconsole.projects import quotas, services
from gpuconsole.projects.access import PROJECT_KEY, find_project, require_role, roles, visible_projects
from gpuconsole.projects.forms import NewProjectForm, ProjectForm
from gpuconsole.projects.models import Budget, Measure, Project, ProjectRole
from gpuconsole.projects.tabs import frame


@login_required
@require_GET
def projects(request: HttpRequest) -> HttpResponse:
    """All projects that the viewer sees, with their role in each."""
    person = viewer(request)
    require_team(person)
    own = roles(person)
    listed = visible_projects(person).prefetch_related("quotas", "budgets").order_by("archived_at", "name")
    rows = [(project, own.get(project.pk), _gpus(project), _budget(project)) for project in listed]
    return render(request, "projects/list.html", {"rows": rows, "may_administer": person.may_administer})


def _gpus(project: Project) -> int | None:
    """How many GPUs the whole project may hold; asks nothing where the quotas came with it."""
    return next((int(one.number) for one in project.quotas.all() if quotas.is_plain(one, Measure.GPUS)), None)


def _budget(project: Project) -> Budget | None:
    return next(iter(project.budgets.all()), None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a project; for admins of the team."""
    person = viewer(request)
    team = require_team_admin(person)
    form = NewProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            project = services.create(team=team, by=person.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("{name} is ready. Set its limits next.").format(name=project.name))
            return redirect("project-quotas", project.slug)
    return render(request, "projects/new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def general(request: HttpRequest, slug: str) -> HttpResponse:
    """Name, description, and how long work may run."""
    person = viewer(request)
    project = find_project(person, slug)
    form = ProjectForm(request.POST or None, initial=ProjectForm.of(project))
    if request.method == "POST":
        require_role(person, project, ProjectRole.ADMIN)
        if form.is_valid():
            services.update(
                project=project,
                by=person.user,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
                default_stop_after_s=form.default_stop_after_s,
                may_never_end=form.cleaned_data["may_never_end"],
                keep_output_days=form.cleaned_data["keep_output_days"],
                ask_first_above=form.cleaned_data["ask_first_above"],
            )
            messages.success(request, _("The project was saved."))
            return redirect("project", project.slug)
    context = {"form": form, **frame(person, project, "general")}
    return render(request, "projects/general.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask, then close the project for launches; or open an archived one again."""
    person = viewer(request)
    project = find_project(person, slug, role=ProjectRole.ADMIN)
    question = {
        "question": _("Archive {name}?").format(name=project.name),
        "text": _("Nobody can launch in it any more. Its history, costs and members stay, and it can be opened again."),
        "keep_url": f"/projects/{project.slug}/settings/",
        "keep_label": _("Keep it open"),
        "action_url": request.path,
        "action_label": _("Archive project"),
        "kind": "danger",
        "crumbs": [{"label": _("Projects"), "url": "/projects/"}],
    }
    if request.method != "POST":
        return ask(request, question)
    try:
        services.archive(project=project, by=person.user)
    except Refused as refused:
        context = {**question, "error": shown_refusal(refused)}
        return ask(request, context, status=409)
    undo = notices.Action(_("Undo"), reverse("project-unarchive", args=(project.slug,)), {"again": "1"})
    notices.done(request, _("{name} was archived.").format(name=project.name), action=undo)
    return redirect("projects")


@login_required
@require_POST
def unarchive(request: HttpRequest, slug: str) -> HttpResponse:
    """Open an archived project again."""
    person = viewer(request)
    project = find_project(person, slug, role=ProjectRole.ADMIN)
    services.unarchive(project=project, by=person.user)
    messages.success(request, _("{name} is open again.").format(name=project.name))
    return redirect("project", project.slug)


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Put a project in focus; an empty slug means all."""
    person = viewer(request)
    slug = request.POST.get("project", "")
    if slug:
        find_project(person, slug)
    request.session[PROJECT_KEY] = slug
    return redirect(safe_next(request))
