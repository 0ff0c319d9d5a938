"""Views of a list: the page, its menus, its columns, its saved views."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts import services as people
from gpuconsole.accounts.access import require_team, viewer
from gpuconsole.core import csv_files, polling
from gpuconsole.core.errors import Refused
from gpuconsole.core.htmx import htmx_target, render_page, unchanged, wants_fragment
from gpuconsole.projects.access import focused_project
from gpuconsole.workloads import access, acts, queries
from gpuconsole.workloads.listing import asked as addresses
from gpuconsole.workloads.listing import chips, columns, exports, page
from gpuconsole.workloads.lists import Words
from gpuconsole.workloads.models import SavedView
from gpuconsole.workloads.services import views as saved

_YEAR_S = 365 * 86_400


@login_required
@require_GET
def listing(request: HttpRequest, words: Words) -> HttpResponse:
    """The list, or its table alone when that is polled."""
    if wants_fragment(request) and polling.is_unchanged(polling.read(request)):
        return unchanged()
    person = viewer(request)
    context = page.context(request, person, focused_project(request, person), words)
    answer = render_page(request, "workloads/list.html", "workloads/_table.html", context)
    if request.GET.get("size") == str(context["asked"].size):
        answer.set_cookie(addresses.SIZE_COOKIE, request.GET["size"], max_age=_YEAR_S, samesite="Lax", httponly=True)
    return answer


@login_required
@require_GET
def export(request: HttpRequest, words: Words) -> HttpResponseBase:
    """All that the list's filters let through, as a file."""
    person, now = viewer(request), timezone.now()
    asked = addresses.of(request, words, addresses.own_views(person, words))
    scope = page.scope_of(person, focused_project(request, person), words)
    rows = queries.listing(scope, asked.filters(person, now))
    return csv_files.answer(f"{words.kind.value}s.csv", exports.lines(rows, now))


@login_required
@require_GET
def menu(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """What may be done with one line, in the order of its own page: a menu, or a page without script."""
    person = viewer(request)
    workload = access.find_workload(person, public_id, words.kind)
    url = workload.get_absolute_url()
    context = {"workload": workload, "words": words, "url": url, "acts": acts.of(person, workload, url)}
    return _piece(request, "workloads/menu.html", "workloads/_menu.html", context)


@login_required
@require_GET
def narrow(request: HttpRequest, words: Words) -> HttpResponse:
    """The values of one filter (``by``) or of all: a menu, a sheet on phones, a page without script."""
    person = viewer(request)
    project = focused_project(request, person)
    asked = addresses.of(request, words, addresses.own_views(person, words))
    scope, by = page.scope_of(person, project, words), request.GET.get("by", "")
    names = [by] if by in chips.KINDS else [name for name in chips.KINDS if name != "in" or project is None]
    groups = [
        {"name": name, "kind": chips.KINDS[name], "values": chips.values(asked, person, scope, name)} for name in names
    ]
    hidden = [(name, value) for name, value in asked.kept.items() if name not in names]
    context = {
        "words": words,
        "groups": groups,
        "hidden": hidden,
        "list_url": asked.url(),
        "clear_url": asked.url(**dict.fromkeys(names)),
        "searched_from": chips.SEARCHED_FROM,
    }
    fragment = "_filter_sheet" if htmx_target(request) == "dialog-body" else "_filter_menu"
    return _piece(request, "workloads/filter.html", f"workloads/{fragment}.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose_columns(request: HttpRequest, words: Words) -> HttpResponse:
    """Which columns, in what order: each press of an arrow posts, and so does Save."""
    person = viewer(request)
    keys = columns.chosen(person.user, words.kind)
    if request.method == "POST":
        keys = columns.pressed(request.POST)
        if "save" in request.POST or "reset" in request.POST:
            kept = None if "reset" in request.POST else keys
            people.prefer(user=person.user, **{columns.preference(words.kind): kept})
            return redirect(_back(request, words))
    context = {
        "words": words,
        "choices": columns.choices(keys),
        "back": _back(request, words),
        "query": request.GET.urlencode(),
    }
    return render_page(request, "workloads/columns.html", "workloads/_columns.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def keep_view(request: HttpRequest, words: Words) -> HttpResponse:
    """Keep the filters of the address under a name; those kept before can be renamed and removed here."""
    person = viewer(request)
    team, own = require_team(person), addresses.own_views(person, words)
    asked = addresses.of(request, words, own)
    name, error = request.POST.get("name", ""), ""
    if request.method == "POST":
        try:
            made = saved.save_view(team=team, user=person.user, kind=words.kind, name=name, query=asked.kept)
        except Refused as refused:
            error = refused.message
        else:
            messages.success(request, _("The view {name} is saved.").format(name=made.name))
            return redirect(asked.address({"view": made.slug}))
    context = _views_context(words, asked, own) | {"name": name, "error": error}
    return render_page(request, "workloads/views.html", "workloads/_views.html", context, status=422 if error else 200)


@login_required
@require_POST
def rename_view(request: HttpRequest, slug: str, words: Words) -> HttpResponse:
    """Another name for an own view."""
    person = viewer(request)
    try:
        view = saved.change_view(view=_own(request, slug, words), name=request.POST.get("name", ""))
    except Refused as refused:
        own = addresses.own_views(person, words)
        context = _views_context(words, addresses.of(request, words, own), own)
        context |= {"wrong": slug, "wrong_name": request.POST.get("name", ""), "wrong_error": refused.message}
        return render(request, "workloads/views.html", context, status=422)
    messages.success(request, _("The view is called {name} now.").format(name=view.name))
    return redirect(f"{words.url}?view={view.slug}")


@login_required
@require_POST
def remove_view(request: HttpRequest, slug: str, words: Words) -> HttpResponse:
    """Take an own view away."""
    view = _own(request, slug, words)
    saved.remove_view(view=view)
    messages.success(request, _("The view {name} is removed.").format(name=view.name))
    return redirect(words.url)


def _own(request: HttpRequest, slug: str, words: Words) -> SavedView:
    return addresses.find_view(viewer(request), words.kind, slug)


def _views_context(words: Words, asked: addresses.Asked, own: list[SavedView]) -> dict[str, Any]:
    shown = [chip for chip in chips.chips(asked, has_project=False) if chip.value]
    return {
        "words": words,
        "own": own,
        "set": shown,
        "text": asked.text,
        "order": page.order_text(asked),
        "save_url": f"{words.url}views/?{asked.query()}",
        "views_url": f"{words.url}views/",
        "list_url": asked.url(),
    }


def _back(request: HttpRequest, words: Words) -> str:
    query = request.GET.urlencode()
    return f"{words.url}?{query}" if query else words.url


def _piece(request: HttpRequest, whole: str, fragment: str, context: dict[str, Any]) -> HttpResponse:
    answer = render(request, fragment if wants_fragment(request) else whole, context)
    patch_vary_headers(answer, ("HX-Request", "HX-Target"))
    return answer
