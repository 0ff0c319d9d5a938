"""Views that jobs and instances share: each app binds them to its own words and addresses."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts import services as accounts
from gpuconsole.accounts.access import viewer
from gpuconsole.connections.services import ask_look
from gpuconsole.core import notices, polling
from gpuconsole.core.asking import ask
from gpuconsole.core.errors import Refused
from gpuconsole.core.htmx import htmx_target, render_page, stop_polling, unchanged, wants_fragment
from gpuconsole.workloads import access, acts, details, questions, services
from gpuconsole.workloads.detail_page import look as look_at
from gpuconsole.workloads.lists import Words
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Verb
from gpuconsole.workloads.watching import watched


@login_required
@require_POST
def look(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """Have a worker ask the provider now how it stands; whoever sees it may ask."""
    workload = access.find_workload(viewer(request), public_id, words.kind)
    try:
        ask_look(connection=workload.connection)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        watched(workload.connection_id, workload.pk)
    return redirect(workload)


@login_required
@require_GET
def detail(request: HttpRequest, public_id: str, words: Words, tab: str = "") -> HttpResponse:
    """One workload: a whole page, or the part of it that is polled."""
    stamp = polling.read(request) if wants_fragment(request) else None
    if stamp is not None and stamp.watches is not None:
        watched(*stamp.watches)
    if polling.is_unchanged(stamp):
        return unchanged()
    person = viewer(request)
    workload = access.find_workload(person, public_id, words.kind)
    page = look_at(request, person, workload, words, tab)
    part = details.region(page, htmx_target(request)) if wants_fragment(request) else None
    if part is not None:
        answer = render(request, *part)
        patch_vary_headers(answer, ("HX-Request", "HX-Target"))
        return stop_polling(answer) if page.is_settled else answer
    context = details.context(page)
    if context is None:
        raise Http404
    if not page.is_settled:
        watched(workload.connection_id, workload.pk)
    return render(request, "workloads/detail.html", context)


@login_required
@require_POST
def scale(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """Draw timelines otherwise for this person from now on, and go back to the one that was looked at."""
    person = viewer(request)
    workload = access.find_workload(person, public_id, words.kind)
    try:
        accounts.set_timeline_scale(user=person.user, scale=request.POST.get("scale", ""))
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect(workload)


@login_required
@require_GET
def spec_file(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """The spec as it was chosen, as a JSON file that the launch form takes again."""
    workload = access.find_workload(viewer(request), public_id, words.kind)
    answer = JsonResponse(workload.spec, json_dumps_params={"indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="{workload.public_id}.json"'
    return answer


@login_required
@require_POST
@cache_control(no_store=True, private=True)
def show_way(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """Show a hidden way in: in its place by htmx, else on a page of its own. It is written to the audit log."""
    person = viewer(request)
    workload = access.find_workload(person, public_id, words.kind)
    access.require(person, workload)
    label = request.POST.get("way", "")[:100]
    shown: dict[str, str] = {"label": _(label)}
    try:
        shown["value"] = services.show_way(workload=workload, way=label, by=person.user)
    except Refused as refusal:
        shown["error"] = refusal.message
    context = {**shown, "workload": workload, "words": words, "url": f"{words.url}{workload.public_id}/"}
    status = 422 if "error" in shown else 200
    return render_page(request, "workloads/way.html", "workloads/_way.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, public_id: str, verb: str, words: Words) -> HttpResponse:
    """Ask before a verb (GET) and do it (POST)."""
    person = viewer(request)
    workload = access.find_workload(person, public_id, words.kind)
    chosen = Verb(verb)
    url = f"{words.url}{workload.public_id}/"
    access.require(person, workload)
    asked = questions.question(workload, chosen, timezone.now())
    error = ""
    if request.method == "POST":
        if asked.type_name and request.POST.get("confirm_name", "").strip() != asked.type_name:
            error = _("Type {name} to go on.").format(name=asked.type_name)
        else:
            return redirect(_done(request, chosen, workload))
    context = {
        "question": asked.question,
        "text": asked.text,
        "keep_url": url,
        "keep_label": asked.keep_label,
        "action_url": f"{url}{verb}/",
        "action_label": asked.action_label,
        "kind": "danger" if chosen in (Verb.STOP, Verb.TERMINATE, Verb.DELETE) else "",
        "kept": asked.kept,
        "type_name": asked.type_name,
        "warning": asked.warning,
        "other_url": asked.other_url,
        "other_label": asked.other_label,
        "hidden": {"key": secrets.token_urlsafe(16)} if chosen is Verb.RETRY else {},
        "error": error,
        "crumbs": [{"label": words.nouns.capitalize(), "url": words.url}, {"label": workload.name, "url": url}],
    }
    return ask(request, context, status=422 if error else 200)


def _done(request: HttpRequest, verb: Verb, workload: Workload) -> str:
    """Do it, say so, and give the page to go on with: its own, or that of the work which a retry launched."""
    by, word = viewer(request).user, acts.label(workload, verb)
    try:
        if verb is Verb.RETRY:
            made = services.retry(workload=workload, by=by, key=request.POST.get("key", "")[:200])
        else:
            made = services.VERBS[verb](workload=workload, by=by)
    except Refused as refusal:
        again = notices.Action(_("Retry"), f"{workload.get_absolute_url()}{verb.value}/")
        text = _("{act} was not done: {name} is as it was.").format(act=word, name=workload.name)
        notices.failed(request, text, detail=refusal.message, action=again)
        return workload.get_absolute_url()
    is_other = made.pk != workload.pk
    text = _("{name} is retried as {other}.") if is_other else _("{act} asked for {name}.")
    text = text.format(name=workload.name, other=made.name, act=word)
    notices.done(request, text, detail=_("The provider has yet to confirm it."))
    return made.get_absolute_url()
