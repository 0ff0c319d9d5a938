"""The questions behind what can be done with our own record: another name, another project, a copy, its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gpuconsole.accounts.access import viewer
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import shown_refusal
from gpuconsole.core.htmx import render_page
from gpuconsole.projects.access import launchable_projects
from gpuconsole.workloads import access, names, record, services
from gpuconsole.workloads.lists import Words
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.usage import cost_so_far


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """Ask for another name, and take it."""
    person, workload = _found(request, public_id, words)
    name, error = workload.name, ""
    if request.method == "POST":
        name = request.POST.get("name", "")
        try:
            done = services.rename(workload=workload, name=name, by=person.user)
        except Refused as refused:
            error = refused.message
        else:
            messages.success(request, _("It is called {name} now.").format(name=done.name))
            return redirect(done)
    return _ask(
        request,
        workload,
        words,
        verb="rename",
        question=_("Rename {name}?").format(name=workload.name),
        text=_("Here alone: its provider goes on calling it as it was launched."),
        keep_label=_("Leave it"),
        action_label=_("Rename"),
        more="workloads/_name_field.html",
        name=name,
        longest=names.LONGEST,
        field_error=error,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_project(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """Ask which project is to be charged from now on, and charge it."""
    person, workload = _found(request, public_id, words)
    choices = list(launchable_projects(person).exclude(pk=workload.project_id).order_by("name"))
    chosen, error = request.POST.get("project", ""), ""
    if request.method == "POST":
        target = next((one for one in choices if one.slug == chosen), None)
        try:
            if target is None:
                raise Refused(_("Choose a project that you may launch in."), field="project")
            done = services.change_project(workload=workload, project=target, by=person.user)
        except Refused as refused:
            error = shown_refusal(refused)
        else:
            text = _("{name} is charged to {project} from now on.").format(name=done.name, project=target.name)
            messages.success(request, text)
            return redirect(done)
    spent = formats.money(cost_so_far(workload, timezone.now()), workload.currency)
    text = _(
        "What it has cost, {spent}, stays with {project}; from now on the other is charged, whose quotas and budget "
        "must have room for it. Its people see it then, with its log."
    )
    return _ask(
        request,
        workload,
        words,
        verb="project",
        question=_("Move {name} to another project?").format(name=workload.name),
        text=text.format(spent=spent, project=workload.project.name),
        keep_label=_("Leave it there"),
        action_label=_("Move"),
        more="workloads/_project_field.html",
        choices=choices,
        chosen=chosen,
        field_error=error,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_record(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """Ask for the name, and delete the record with its log."""
    person, workload = _found(request, public_id, words)
    error = ""
    if request.method == "POST":
        try:
            if request.POST.get("confirm_name", "").strip() != workload.name:
                raise Refused(_("Type {name} to go on.").format(name=workload.name))
            services.delete_record(workload=workload, by=person.user)
        except Refused as refused:
            error = refused.message
        else:
            text = _("The record of {name} is deleted. What it cost stays.").format(name=workload.name)
            messages.success(request, text)
            return redirect(words.url)
    return _ask(
        request,
        workload,
        words,
        verb="delete-record",
        question=_("Delete the record of {name}?").format(name=workload.name),
        text=_("Nobody can bring it back. At its provider nothing is deleted by this."),
        kept=[
            {"word": _("Log, metrics, events, spec and labels"), "note": _("lost"), "is_lost": True},
            {"word": _("What it cost, in the costs of {project}").format(project=workload.project), "note": _("kept")},
            {"word": _("The audit log"), "note": _("kept")},
        ],
        keep_label=_("Keep it"),
        action_label=_("Delete the record"),
        kind="danger",
        type_name=workload.name,
        error=error,
    )


@login_required
@require_GET
def download(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """The record as a JSON file."""
    workload = access.find_workload(viewer(request), public_id, words.kind)
    found = record.whole(workload, timezone.now())
    answer = JsonResponse(found, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="{workload.public_id}-record.json"'
    return answer


def _found(request: HttpRequest, public_id: str, words: Words) -> tuple[Any, Workload]:
    person = viewer(request)
    workload = access.find_workload(person, public_id, words.kind)
    access.require(person, workload)
    return person, workload


def _ask(request: HttpRequest, workload: Workload, words: Words, *, verb: str, **asked: Any) -> HttpResponse:
    """The question as a dialog or a page; what was wrong makes it 422."""
    url = workload.get_absolute_url()
    context: Mapping[str, Any] = {
        **asked,
        "keep_url": url,
        "action_url": f"{url}{verb}/",
        "crumbs": [{"label": words.nouns.capitalize(), "url": words.url}, {"label": workload.name, "url": url}],
    }
    status = 422 if asked.get("field_error") or asked.get("error") else 200
    return render_page(request, "components/confirm_page.html", "components/confirm.html", context, status=status)
