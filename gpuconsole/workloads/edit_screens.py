"""The edit page that jobs and instances share."""

from __future__ import annotations

import secrets as random
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gpuconsole.accounts.access import viewer
from gpuconsole.core.errors import Refused
from gpuconsole.core.spec_forms import Layout, SpecForm
from gpuconsole.providers import registry
from gpuconsole.providers.edits import Edits
from gpuconsole.workloads import access, edit_forms, services
from gpuconsole.workloads.lists import Words
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.services.editing import refuse_edit


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """What can be changed of one workload just now (GET), and the wish to change it (POST)."""
    person = viewer(request)
    workload = access.find_workload(person, public_id, words.kind)
    access.require(person, workload)
    edits = registry.get(workload.provider).edits
    try:
        refuse_edit(workload)
    except Refused as no:
        return _not_now(request, workload, words, no)
    assert edits is not None  # else it was refused
    if request.method == "GET":
        return _drawn(request, workload, words, edit_forms.opened(edits, workload))
    form = edit_forms.posted(edits, workload, request.POST)
    if edit_forms.is_redrawn(request.POST):
        return _drawn(request, workload, words, form)
    if form.located:
        return _drawn(request, workload, words, form, status=422)
    wanted, key = edit_forms.changes(form, workload), request.POST.get("key", "")[:64]
    try:
        services.edit(workload=workload, changes=wanted, by=person.user, key=key)
    except Refused as no:
        return _drawn(request, workload, words, form, message=edit_forms.refuse(form, no), status=422)
    text = _("Edit asked for {name}. The provider has yet to take it.")
    messages.success(request, text.format(name=workload.name))
    return redirect(_url(workload, words))


def _drawn(
    request: HttpRequest,
    workload: Workload,
    words: Words,
    form: SpecForm[Edits],
    *,
    message: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        **_context(workload, words),
        "layout": Layout(form),
        "key": request.POST.get("key", "")[:64] or random.token_urlsafe(18),
        "message": message or workload.edit_errors.get("", ""),
    }
    return render(request, "workloads/edit.html", context, status=status)


def _not_now(request: HttpRequest, workload: Workload, words: Words, no: Refused) -> HttpResponse:
    """The same key again leads back to the work: the first press has been taken."""
    if request.method == "POST" and request.POST.get("key") and request.POST["key"] == workload.edit_key:
        return redirect(_url(workload, words))
    return render(request, "workloads/edit.html", {**_context(workload, words), "reason": no.message}, status=409)


def _context(workload: Workload, words: Words) -> dict[str, Any]:
    url = _url(workload, words)
    return {
        "workload": workload,
        "words": words,
        "provider": registry.get(workload.provider),
        "url": url,
        "form_url": url,
    }


def _url(workload: Workload, words: Words) -> str:
    return f"{words.url}{workload.public_id}/"
