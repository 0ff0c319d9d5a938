"""Findings in a browser: the inbox, one finding, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts.access import require_team_admin, viewer
from gpuconsole.connections.access import find_own_connection, visible_connections
from gpuconsole.core import polling
from gpuconsole.core.asking import ask
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal, shown_refusal
from gpuconsole.core.htmx import render_page, stop_polling, unchanged, wants_fragment
from gpuconsole.inventory import access, pages, questions, services
from gpuconsole.inventory.forms import AdoptForm, EndedForm, IgnoreForm
from gpuconsole.inventory.models import Finding, FindingState
from gpuconsole.inventory.services import CountedUntil


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The inbox, or its list alone when that is polled."""
    if wants_fragment(request) and polling.is_unchanged(polling.read(request)):
        return unchanged()
    context = pages.listing(request, viewer(request), timezone.now())
    return render_page(request, "inventory/list.html", "inventory/_rows.html", context)


@login_required
@require_GET
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One finding with the provider's own words; polled until it is settled."""
    if wants_fragment(request) and polling.is_unchanged(polling.read(request)):
        return unchanged()
    person = viewer(request)
    finding = access.find(person, public_id)
    context = pages.detail(request, person, finding, timezone.now())
    answer = render_page(request, "inventory/detail.html", "inventory/_detail.html", context)
    return stop_polling(answer) if finding.is_closed and wants_fragment(request) else answer


@login_required
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Have the inventory of one connection, or of all, taken at once."""
    person = viewer(request)
    require_team_admin(person)
    wanted = request.POST.get("connection", "")
    chosen = (
        [find_own_connection(person, wanted)] if wanted else list(visible_connections(person).select_related("team"))
    )
    for connection in chosen:
        services.check_now(connection=connection, by=person.user)
    text = _("A worker takes the inventory of every connection now.")
    if wanted:
        text = _("A worker takes the inventory of {connection} now.").format(connection=chosen[0].name)
    messages.success(request, text)
    return redirect("connection", wanted) if wanted else redirect("reconcile")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def adopt(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a stray over into a project."""
    person, finding = _to_settle(request, public_id)
    question = questions.adoption(person, finding)
    given = request.POST or (request.GET if "project" in request.GET else None)
    form = AdoptForm(given, projects=question.projects, is_fixed=question.joins is not None, initial=question.initial)
    if request.method == "POST" and form.is_valid():
        try:
            workload = services.adopt(
                finding=finding,
                project=question.project(form.cleaned_data["project"]),
                by=person.user,
                name=form.cleaned_data.get("name", ""),
                stop_after_s=form.stop_after_s,
            )
        except Refused as no:
            _show_refusal(form, no)
        else:
            messages.success(
                request,
                _("{workload} is adopted, and goes on in {project}.").format(
                    workload=workload.name, project=workload.project.name
                ),
            )
            for text in workload.warnings:
                messages.warning(request, text)
            return redirect(workload)
    context = {**_about(request, finding), "form": form, **question.context(form)}
    return render(request, "inventory/adopt.html", context, status=_status(request, form))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def terminate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask before a stray is ended for good (GET), and have it ended (POST)."""
    person, finding = _to_settle(request, public_id)
    asked, error = questions.terminate(finding, timezone.now()), ""
    is_asked = finding.state == FindingState.ENDING
    if request.method == "POST":
        if not is_asked and request.POST.get("confirm_name", "").strip() != str(finding):
            error = _("Type {finding} to go on.").format(finding=finding)
        else:
            text = _("The end of {finding} is asked for until {provider_name} confirms it.").format(
                finding=finding, provider_name=asked["provider_name"]
            )
            return _done(request, finding, lambda: services.terminate(finding=finding, by=person.user), text)
    context = asked | {"error": error}
    return ask(request, context, status=422 if error else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ignore(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put it aside until a day, and say why."""
    person, finding = _to_settle(request, public_id)
    form = IgnoreForm(request.POST or None, initial={"until": IgnoreForm.first_day(), "reason": finding.ignore_reason})
    if request.method == "POST" and form.is_valid():
        try:
            services.ignore(finding=finding, by=person.user, **form.cleaned_data)
        except Refused as no:
            _show_refusal(form, no)
        else:
            messages.success(
                request,
                _("{finding} is ignored until {until:%F}.").format(finding=finding, until=form.cleaned_data["until"]),
            )
            return redirect("reconcile")
    context = {**_about(request, finding), "form": form}
    return render(request, "inventory/ignore.html", context, status=_status(request, form))


@login_required
@require_POST
def take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Have it need somebody again."""
    person, finding = _to_settle(request, public_id)
    text = _("{finding} is no longer ignored.").format(finding=finding)
    return _done(request, finding, lambda: services.take_back(finding=finding, by=person.user), text)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ended(request: HttpRequest, public_id: str) -> HttpResponse:
    """Close lost work by the word of somebody who has looked."""
    person = viewer(request)
    finding = access.find(person, public_id)
    access.require_team_admin_of(person, finding)
    form = EndedForm(request.POST or None, initial={"until": CountedUntil.LISTED})
    if request.method == "POST" and form.is_valid():
        until = CountedUntil(form.cleaned_data["until"])
        try:
            workload = services.mark_ended(finding=finding, by=person.user, until=until, why=form.cleaned_data["why"])
        except Refused as no:
            _show_refusal(form, no)
        else:
            messages.success(request, _("{workload} is marked as ended, by your word.").format(workload=workload.name))
            return redirect(workload)
    context = {**_about(request, finding), "form": form, **questions.ended(finding, timezone.now())}
    return render(request, "inventory/ended.html", context, status=_status(request, form))


def _to_settle(request: HttpRequest, public_id: str) -> tuple[Any, Finding]:
    person = viewer(request)
    finding = access.find(person, public_id)
    access.require_settle(person, finding)
    return person, finding


def _about(request: HttpRequest, finding: Finding) -> dict[str, Any]:
    return pages.row(viewer(request), finding, timezone.now())


def _show_refusal(form: Any, no: Refused) -> None:
    """A service speaks of seconds, the form of hours."""
    field = "stop_after_h" if no.field == "stop_after_s" else no.field
    add_refusal(form, Refused(no.message, code=no.code, field=field, details=no.details))


def _status(request: HttpRequest, form: Any) -> int:
    return 422 if request.method == "POST" and form.errors else 200


def _done(request: HttpRequest, finding: Finding, act: Callable[[], object], text: str) -> HttpResponse:
    try:
        act()
    except Refused as no:
        messages.error(request, shown_refusal(no))
    else:
        messages.success(request, text)
    return redirect("finding", finding.public_id)
