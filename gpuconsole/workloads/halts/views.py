"""Stop everything in a browser: the question, the report that follows it to the end, and the reports before."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts.access import Viewer, require_team, viewer
from gpuconsole.core import formats, polling
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import shown_refusal
from gpuconsole.core.htmx import render_page, stop_polling, unchanged, wants_fragment
from gpuconsole.projects.access import focused_project
from gpuconsole.workloads.halts import access, pages, services
from gpuconsole.workloads.halts.reach import Reach
from gpuconsole.workloads.models import Via


@login_required
@require_http_methods(["GET", "POST"])
def stop_everything(request: HttpRequest) -> HttpResponse:
    """Ask, with all that it concerns (GET), and do it (POST)."""
    person = viewer(request)
    require_team(person)
    asked = (request.POST if request.method == "POST" else request.GET).get("scope", "")
    reach = access.named(person, asked) if asked else access.usual(person, focused_project(request, person))
    assert reach is not None  # a person without a team was turned away
    if request.method == "POST":
        return _pressed(request, person, reach)
    return render(request, "halts/stop.html", pages.question(person, reach, timezone.now()))


@login_required
@require_GET
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """One halt, polled until all of it is confirmed."""
    if wants_fragment(request) and polling.is_unchanged(polling.read(request)):
        return unchanged()
    person = viewer(request)
    context = pages.report(request, person, access.find(person, public_id), request.GET)
    answer = render_page(request, "halts/report.html", "halts/_report.html", context)
    return answer if context["is_live"] or not wants_fragment(request) else stop_polling(answer)


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All that were pressed."""
    return render(request, "halts/list.html", pages.listing(viewer(request), request.GET))


@login_required
@require_POST
def again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask at once for what is not confirmed."""
    person = viewer(request)
    halt = access.find(person, public_id)
    access.require_settle(person, halt)
    count = services.ask_again(halt=halt, by=person.user)
    text = ngettext("Asked again for {count} workload.", "Asked again for {count} workloads.", count)
    messages.success(request, text.format(count=formats.count(count)) if count else _("All is confirmed."))
    return redirect("halt", public_id)


@login_required
@require_POST
def release(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let launches be made again."""
    person = viewer(request)
    halt = access.find(person, public_id)
    access.require_settle(person, halt)
    services.release(halt=halt, by=person.user)
    messages.success(request, _("Launches {phrase} can be made again.").format(phrase=halt.phrase))
    return redirect("halt", public_id)


def _pressed(request: HttpRequest, person: Viewer, reach: Reach) -> HttpResponse:
    context = pages.question(person, reach, timezone.now())
    chosen = pages.chosen_instances(context["seen"], request.POST.get("instances", ""))
    holds = request.POST.get("hold_launches") == "on"
    error = ""
    if chosen is None:
        error = _("Choose what becomes of the instances.")
    elif context["type_name"] and request.POST.get("confirm_name", "").strip() != context["type_name"]:
        error = _("Type {type_name} to go on.").format(type_name=context["type_name"])
    else:
        key = request.POST.get("key", "").replace("\0", "")[:100] or None
        try:
            halt = services.stop_everything(
                reach=reach, by=person.user, instances=chosen, holds_launches=holds, via=Via.PAGE, key=key
            )
        except Refused as refused:
            error = shown_refusal(refused)
        else:
            return redirect("halt", halt.public_id)
    context |= {"error": error, "chosen": chosen, "holds": holds}
    return render(request, "halts/stop.html", context, status=422)
