"""Launching from a browser: choose, fill in, check, launch."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts.access import viewer
from gpuconsole.core.asking import ask
from gpuconsole.core.errors import Refused
from gpuconsole.core.htmx import wants_fragment
from gpuconsole.core.spec_forms.codecs import Unreadable
from gpuconsole.projects.access import focused_project
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider
from gpuconsole.workloads import chooser, drafts, edits, openings, pages, pasted, rail
from gpuconsole.workloads.chosen import PROJECT
from gpuconsole.workloads.forms import LaunchForm
from gpuconsole.workloads.models import LaunchRequest, Via, Workload
from gpuconsole.workloads.requests import services as requests
from gpuconsole.workloads.requests.access import allowable
from gpuconsole.workloads.requests.asking import launch_or_ask
from gpuconsole.workloads.requests.trims import Trim


@login_required
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """From a need to a provider."""
    person = viewer(request)
    return render(request, "launch/choose.html", chooser.context(person, focused_project(request, person), request.GET))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_json(request: HttpRequest) -> HttpResponse:
    """The form of whatever provider a pasted text is for, filled in with it; what was a draft there stays one."""
    text, error = request.POST.get("json", ""), ""
    if request.method == "POST":
        try:
            provider = pasted.provider_of(text)
        except Unreadable as exc:
            error = str(exc)
        else:
            person = viewer(request)
            opening = openings.imported(person, provider, focused_project(request, person), text)
            return render(request, "launch/form.html", pages.context(opening.form, None, opening=opening))
    return render(request, "launch/import.html", {"text": text, "error": error}, status=422 if error else 200)


@login_required
@require_GET
def form(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The form as the draft has it, or as a clone, a preset, an offer or nothing at all begins it."""
    provider = find_provider(slug, kind)
    person = viewer(request)
    opening = openings.opened(person, provider, focused_project(request, person), request.GET)
    saved_at = opening.draft.saved_at if opening.draft else None
    context = pages.context(opening.form, saved_at, view=request.GET.get("view", ""), opening=opening)
    return render(request, "launch/form.html", context)


@login_required
@require_POST
def check(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Keep what was typed and say what it means: by htmx the rail and the notes, else the whole form."""
    is_try = not wants_fragment(request)
    filled = pages.posted(viewer(request), find_provider(slug, kind), request.POST, is_try=is_try)
    saved_at = drafts.save(filled)
    context = pages.context(filled, saved_at, view=_view(request))
    if not wants_fragment(request):
        return render(request, "launch/form.html", context)
    answer = render(request, "launch/_checked.html", context | pages.checked(filled))
    answer["HX-Trigger"] = "gpc:draft-saved"
    patch_vary_headers(answer, ("HX-Request", "HX-Target"))
    return answer


@login_required
@require_POST
def edit(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Add or remove a row, take an offered fix, or change between form and JSON; works by posting alone."""
    provider = find_provider(slug, kind)
    filled = pages.posted(viewer(request), provider, request.POST)
    if filled.json_error:
        return show_again(request, filled)
    done = edits.apply(filled, request.POST)
    is_unsayable = done.view == "json" and bool(filled.spec_form.parsed.problems)  # no JSON could say them
    if is_unsayable or done.is_refused:
        return show_again(request, filled)
    drafts.save(filled)
    query = f"?view={done.view}" if done.view else ""
    return redirect(f"{reverse('launch:form', args=(slug, kind))}{query}{done.anchor}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Keep the form for later; ask before what was kept is forgotten (GET), and forget it."""
    person, provider = viewer(request), find_provider(slug, kind)
    if request.method != "POST":
        kept = drafts.find(person, slug)
        return redirect("launch:form", slug, kind) if kept is None else ask(request, pages.discarding(kept, provider))
    if "discard" in request.POST:
        drafts.discard(person, slug)
        messages.success(request, _("The draft was discarded."))
        return redirect("launch:form", slug, kind)
    filled = pages.posted(person, provider, request.POST)
    if filled.json_error:
        return show_again(request, filled)
    drafts.save(filled)
    messages.success(request, _("Draft saved."))
    return redirect("launch:form", slug, kind)


@login_required
@require_POST
def launch(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Ask for the work; what stands in the way is shown at its place with nothing lost."""
    filled = pages.posted(viewer(request), find_provider(slug, kind), request.POST, is_try=True)
    if not filled.is_ready:
        return show_again(request, filled)
    if filled.request is not None:
        return _trim(request, filled)
    if rail.asks(filled) and "asks" not in request.POST:
        drafts.save(filled)
        return render(request, "launch/ask.html", pages.asking(filled))
    if not rail.asks(filled) and rail.must_ask(filled) and "confirmed" not in request.POST:
        drafts.save(filled)
        return ask(request, pages.question(filled))
    try:
        done = _launched(filled, request.POST.get("why", "") if "asks" in request.POST else None)
    except Refused as no:
        filled.refuse(no)
        return show_again(request, filled)
    drafts.discard(filled.viewer, slug)
    if isinstance(done, LaunchRequest):
        text = _("{request} was sent to the admins of {project}, and is held until one decides.")
        messages.success(request, text.format(request=done, project=filled.project))
        return redirect("request", done.public_id)
    messages.success(request, _("Sent {name} to {provider}.").format(name=done.name, provider=filled.provider.name))
    for text in done.warnings:
        messages.warning(request, text)
    return redirect(done)


def _launched(filled: LaunchForm, why: str | None) -> Workload | LaunchRequest:
    """``why`` is what the admins should know, from a person who was told that they must decide; None: nobody was."""
    assert filled.spec and filled.project and filled.connection  # is_ready said so
    return launch_or_ask(
        project=filled.project,
        connection=filled.connection,
        spec=filled.spec,
        name=filled.name,
        by=filled.viewer.user,
        stop_after_s=filled.stop_after_s,
        guards=filled.other_guards,
        idempotency_key=filled.key,
        labels=filled.labels,
        preset=filled.preset,
        why=(why or "").replace("\0", "")[:500],
        may_ask=why is not None,
    )


def _trim(request: HttpRequest, filled: LaunchForm) -> HttpResponse:
    """Approve the launch request that the form was opened from, as far as the form leaves it."""
    assert filled.request and filled.spec  # is_ready said so
    try:
        _refuse_elsewhere(filled)
        done = requests.approve(
            request=filled.request,
            by=filled.viewer.user,
            via=Via.PAGE,
            allowed=allowable(filled.viewer, filled.request.project, request.POST.getlist("allows")),
            trim=Trim(filled.spec, filled.stop_after_s, filled.other_guards),
        )
    except Refused as no:
        filled.refuse(no)
        return show_again(request, filled)
    drafts.discard(filled.viewer, filled.provider.slug)
    messages.success(request, _("{request} was launched with your changes.").format(request=done))
    return redirect("request", done.public_id)


def _refuse_elsewhere(filled: LaunchForm) -> None:
    """What is trimmed stays where it was asked for. Raises Refused."""
    assert filled.request
    if filled.project != filled.request.project:
        why = _("It was asked for in {project}, and is charged there.").format(project=filled.request.project)
        raise Refused(why, field=PROJECT)
    if filled.connection != filled.request.connection:
        why = _("It was asked for on {connection}, and is launched there.")
        raise Refused(why.format(connection=filled.request.connection.name))


def show_again(request: HttpRequest, filled: LaunchForm) -> HttpResponse:
    """The form as it was sent, with what is wrong."""
    context = pages.context(filled, drafts.save(filled), view=_view(request))
    return render(request, "launch/form.html", context, status=422)


def _view(request: HttpRequest) -> str:
    return "json" if "json" in request.POST else ""


def find_provider(slug: str, kind: str) -> Provider:
    """The provider whose form stands at this address. Raises Http404."""
    if slug not in registry.SLUGS or registry.get(slug).kind != kind:
        raise Http404
    return registry.get(slug)
