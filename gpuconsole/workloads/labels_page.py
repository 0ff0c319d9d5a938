"""The question for a workload's labels: a page of its own, or a dialog where there is script."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gpuconsole.accounts.access import viewer
from gpuconsole.core.errors import Refused
from gpuconsole.core.htmx import render_page
from gpuconsole.workloads import access, services
from gpuconsole.workloads.lists import Words


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: str, words: Words) -> HttpResponse:
    """Show its labels, one a line, and take others in their place."""
    person = viewer(request)
    workload = access.find_workload(person, public_id, words.kind)
    access.require(person, workload)
    url, text, error = workload.get_absolute_url(), "\n".join(workload.labels), ""
    if request.method == "POST":
        text = request.POST.get("labels", "")
        try:
            services.label(workload=workload, labels=text.splitlines(), by=person.user)
        except Refused as refused:
            error = refused.message
        else:
            messages.success(request, _("The labels of {name} are saved.").format(name=workload.name))
            return redirect(url)
    context = {
        "question": _("Labels of {name}").format(name=workload.name),
        "text": _("Lists and the search find it by them. Nothing of it goes to the provider."),
        "keep_url": url,
        "keep_label": _("Leave them"),
        "action_url": f"{url}labels/",
        "action_label": _("Save labels"),
        "more": "workloads/_labels_field.html",
        "labels_text": text,
        "labels_error": error,
        "crumbs": [{"label": words.nouns.capitalize(), "url": words.url}, {"label": workload.name, "url": url}],
    }
    status = 422 if error else 200
    return render_page(request, "components/confirm_page.html", "components/confirm.html", context, status=status)
