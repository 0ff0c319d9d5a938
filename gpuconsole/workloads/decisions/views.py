"""The page on which a person decides about a launch that nobody could confirm; jobs and instances share it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts.access import viewer
from gpuconsole.core import polling
from gpuconsole.core.asking import ask
from gpuconsole.core.errors import Refused
from gpuconsole.core.htmx import render_page, stop_polling, unchanged, wants_fragment
from gpuconsole.workloads import access
from gpuconsole.workloads.decisions import pages, services
from gpuconsole.workloads.detail_page import Poll
from gpuconsole.workloads.lists import Words
from gpuconsole.workloads.models import Settlement, Workload
from gpuconsole.workloads.watching import watched

_SAID = {
    Settlement.ADOPT: gettext_noop("{workload} is being adopted."),
    Settlement.SEND_AGAIN: gettext_noop("{workload} is sent again, unless it is found in a last look."),
    Settlement.GIVE_UP: gettext_noop("{workload} was given up."),
}


@login_required
@require_GET
def decide(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """What it could be and what can be done, or the part of it that is polled."""
    if wants_fragment(request) and polling.is_unchanged(polling.read(request)):
        return unchanged()
    person = viewer(request)
    workload = access.find_workload(person, public_id, words.kind)
    url, may_decide = _url(workload, words), access.may_act(person, workload)
    context = pages.context(workload, url, may_decide=may_decide, now=timezone.now())
    stamp = polling.stamp(request, f"workload:{workload.pk}", fresh_s=30)
    context |= {"words": words, "poll": Poll(request.path, stamp, not context["is_settled"])}
    answer = render_page(request, "decisions/page.html", "decisions/_decision.html", context)
    if context["is_settled"]:
        return stop_polling(answer) if wants_fragment(request) else answer
    watched(workload.connection_id, workload.pk)
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: HttpRequest, public_id: str, settlement: str, words: Words) -> HttpResponse:
    """Ask before a decision (GET), and write it down (POST)."""
    person = viewer(request)
    workload = access.find_workload(person, public_id, words.kind)
    access.require(person, workload)
    chosen, url = Settlement(settlement), _url(workload, words)
    given = request.POST if request.method == "POST" else request.GET
    remote_id = given.get("remote_id", "").replace("\0", "")[:200] if chosen == Settlement.ADOPT else ""
    if request.method == "POST":
        return _decided(request, workload, chosen, remote_id, url)
    asked = pages.question(workload, chosen, remote_id)
    if asked is None:
        raise Http404
    return ask(
        request,
        {
            "question": asked.question,
            "text": asked.text,
            "pairs": asked.pairs,
            "keep_url": f"{url}decide/",
            "keep_label": _("Decide later"),
            "action_url": f"{url}decide/{chosen}/",
            "action_label": asked.action_label,
            "kind": "danger" if chosen == Settlement.GIVE_UP else "",
            "hidden": {"remote_id": remote_id} if remote_id else {},
            "crumbs": _crumbs(workload, words),
        },
    )


@login_required
@require_POST
def check(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """Have it looked for at once."""
    person = viewer(request)
    workload = access.find_workload(person, public_id, words.kind)
    access.require(person, workload)
    try:
        services.check_now(workload=workload)
    except Refused as no:
        messages.error(request, no.message)
    else:
        messages.success(request, _("The provider is being asked. What it tells shows here."))
    return redirect(f"{_url(workload, words)}decide/")


def _decided(request: HttpRequest, workload: Workload, chosen: Settlement, remote_id: str, url: str) -> HttpResponse:
    by = viewer(request).user
    try:
        if chosen == Settlement.ADOPT:
            services.adopt(workload=workload, remote_id=remote_id, by=by)
        elif chosen == Settlement.SEND_AGAIN:
            services.send_again(workload=workload, by=by)
        else:
            services.give_up(workload=workload, by=by)
    except Refused as no:
        messages.error(request, no.message)
        return redirect(f"{url}decide/")
    messages.success(request, _(_SAID[chosen]).format(workload=workload.name))
    return redirect(url)


def _crumbs(workload: Workload, words: Words) -> list[dict[str, Any]]:
    url = _url(workload, words)
    return [
        {"label": words.nouns.capitalize(), "url": words.url},
        {"label": workload.name, "url": url},
        {"label": _("Decide"), "url": f"{url}decide/"},
    ]


def _url(workload: Workload, words: Words) -> str:
    return f"{words.url}{workload.public_id}/"
