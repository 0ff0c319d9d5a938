"""Pages of presets: the list, one preset with its locks, saving a launch form as one, removing one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts.access import require_team, viewer
from gpuconsole.core.asking import ask
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal
from gpuconsole.projects.access import find_project
from gpuconsole.projects.tabs import frame
from gpuconsole.workloads import drafts
from gpuconsole.workloads import pages as launch_pages
from gpuconsole.workloads.chosen import PRESET
from gpuconsole.workloads.forms import LaunchForm
from gpuconsole.workloads.models import Preset
from gpuconsole.workloads.presets import access, pages, services
from gpuconsole.workloads.presets.forms import PROJECTS, REPLACE, PresetForm, SaveForm
from gpuconsole.workloads.views import find_provider, show_again


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Every preset that the person may launch from, or only see."""
    return render(request, "presets/list.html", {"rows": pages.rows(viewer(request))})


@login_required
@require_GET
def of_project(request: HttpRequest, slug: str) -> HttpResponse:
    """Those of one project, in its settings."""
    person = viewer(request)
    project = find_project(person, slug)
    context = {"rows": pages.rows(person, project), **frame(person, project, "presets")}
    return render(request, "presets/project.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One preset; whoever may changes its name, its text and its locks."""
    person = viewer(request)
    preset = access.find(person, public_id)
    form = PresetForm(request.POST or None, initial=PresetForm.of(preset))
    if request.method == "POST":
        access.require_change(person, preset)
        if form.is_valid():
            try:
                services.update(
                    preset=preset,
                    by=person.user,
                    secret_names=access.known_secrets(person, preset.project),
                    locked=request.POST.getlist("locked") if preset.project else None,
                    **form.cleaned_data,
                )
            except Refused as no:
                add_refusal(form, no)
            else:
                messages.success(request, _("The preset was saved."))
                return redirect("launch:preset", preset.public_id)
    context = {"form": form, **pages.detail(person, preset)}
    return render(request, "presets/detail.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask, then forget a preset."""
    person = viewer(request)
    preset = access.find(person, public_id)
    access.require_change(person, preset)
    if request.method == "POST":
        services.remove(preset=preset, by=person.user)
        messages.success(request, _("{preset} was removed.").format(preset=preset.name))
        return redirect("launch:presets")
    context = {
        "question": _("Remove the preset {preset}?").format(preset=preset.name),
        "text": _("Nobody can launch from it any more. Work that was launched from it stays as it is."),
        "keep_url": f"/launch/presets/{preset.public_id}/",
        "keep_label": _("Keep it"),
        "action_url": request.path,
        "action_label": _("Remove preset"),
        "kind": "danger",
        "crumbs": [{"label": _("Launch"), "url": "/launch/"}, {"label": _("Presets"), "url": "/launch/presets/"}],
    }
    return ask(request, context)


@login_required
@require_POST
def save(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Ask for name and place, with the launch form carried along; then keep it."""
    person = viewer(request)
    require_team(person)
    filled = launch_pages.posted(person, find_provider(slug, kind), request.POST)
    if filled.json_error or filled.spec_form.parsed.problems:
        return show_again(request, filled)
    drafts.save(filled)
    replaced = filled.preset if filled.preset and access.may_change(person, filled.preset) else None
    project = filled.project if pages.may_share_in(person, filled.project) else None
    form = SaveForm(request.POST if "save" in request.POST else None, project=project, replaced=replaced)
    left_out = services.left_out(filled.spec_form.wire, access.known_secrets(person, filled.project))
    if form.is_bound and form.is_valid():
        try:
            preset = _saved(filled, form.cleaned_data, replaced)
        except Refused as no:
            add_refusal(form, no)
        else:
            return _led_on(request, filled, preset, left_out)
    context = launch_pages.carried(filled, {"save": "1"}) | {"form": form, "left_out": left_out}
    return render(request, "presets/save.html", context, status=422 if form.errors else 200)


def _saved(filled: LaunchForm, given: dict[str, Any], replaced: Preset | None) -> Preset:
    person = filled.viewer
    names = access.known_secrets(person, filled.project)
    content = services.kept(pages.content_of(filled), names)
    if given["place"] == REPLACE and replaced is not None:
        return services.update(preset=replaced, by=person.user, secret_names=names, content=content)
    return services.save(
        team=require_team(person),
        project=filled.project if given["place"] == PROJECTS else None,
        name=given["name"],
        description=given["description"],
        content=content,
        by=person.user,
        secret_names=names,
    )


def _led_on(request: HttpRequest, filled: LaunchForm, preset: Preset, left_out: list[str]) -> HttpResponse:
    """To the locks of a project's preset, else back to the form, which goes on as a launch from the preset."""
    messages.success(request, _("Saved the preset {preset}.").format(preset=preset.name))
    if left_out:
        text = _("Left out, as no stored secret has that name: {paths}.")
        messages.warning(request, text.format(paths=", ".join(left_out)))
    if preset.project is not None:
        return redirect("launch:preset", preset.public_id)
    filled.values[PRESET] = [preset.public_id]
    drafts.save(filled)
    return redirect("launch:form", filled.provider.slug, filled.provider.kind)
