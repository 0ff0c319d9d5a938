"""The pages of webhooks, the team's and a project's: where it goes, what it is told of, what was sent there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts.access import Viewer, viewer
from gpuconsole.accounts.team_views import tabs
from gpuconsole.core import formats
from gpuconsole.core.asking import ask
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal, shown_refusal
from gpuconsole.core.htmx import wants_fragment
from gpuconsole.notify import webhooks
from gpuconsole.notify.forms import WebhookForm
from gpuconsole.notify.models import Delivery, Webhook
from gpuconsole.notify.place import Place, find
from gpuconsole.projects.tabs import frame


@dataclass(frozen=True, slots=True)
class Line:
    """One delivery as the page lists it."""

    subject: str
    at: datetime
    word: str
    look: str
    """Kind of its badge."""
    note: str


@login_required
@require_GET
def page(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """The page, or the list of what was sent while something of it is still on its way."""
    person = viewer(request)
    place = find(person, slug)
    hook = webhooks.of(place)
    if wants_fragment(request):
        return render(request, "notify/_deliveries.html", {"place": place, **_sent(hook)})
    return _page(request, person, place, WebhookForm.of(hook))


@login_required
@require_POST
@sensitive_variables("secret")
def save(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Set the webhook; the secret of a new one stands on the answer and is never shown again."""
    person = viewer(request)
    place, form = find(person, slug), WebhookForm(request.POST)
    if not form.is_valid():
        return _page(request, person, place, form, status=422)
    try:
        secret = webhooks.save(place=place, by=person.user, **form.cleaned_data)
    except Refused as refused:
        add_refusal(form, refused)
        return _page(request, person, place, form, status=422)
    if secret:
        return _page(request, person, place, WebhookForm.of(webhooks.of(place)), secret=secret)
    messages.success(request, _("The webhook was saved."))
    return redirect(place.url)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("secret")
def renew_secret(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Ask, then make another secret, shown once."""
    person = viewer(request)
    place = find(person, slug)
    if request.method != "POST":
        text = _("The old one signs nothing any more from that moment on: whoever checks it refuses our messages.")
        return _question(request, place, _("Make a new secret?"), text, _("New secret"))
    try:
        secret = webhooks.renew_secret(place=place, by=person.user)
    except Refused as refused:
        return _refused(request, place, refused)
    return _page(request, person, place, WebhookForm.of(webhooks.of(place)), secret=secret)


@login_required
@require_POST
def send_test(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Send a test."""
    person = viewer(request)
    place = find(person, slug)
    try:
        webhooks.test(place=place, by=person.user)
    except Refused as refused:
        return _refused(request, place, refused)
    messages.success(request, _("A test is on its way. What becomes of it stands below."))
    return redirect(place.url)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Ask, then take the webhook away."""
    person = viewer(request)
    place = find(person, slug)
    if request.method != "POST":
        text = _("Nothing is sent there any more, and the record of what was sent goes with it. Mails go on.")
        return _question(request, place, _("Remove the webhook?"), text, _("Remove webhook"))
    try:
        webhooks.remove(place=place, by=person.user)
    except Refused as refused:
        return _refused(request, place, refused)
    messages.success(request, _("The webhook was removed."))
    return redirect(place.url)


def _question(request: HttpRequest, place: Place, question: str, text: str, label: str) -> HttpResponse:
    crumb = _("Notifications") if place.project is None else _("Webhook")
    context = {
        "question": question,
        "text": text,
        "keep_url": place.url,
        "keep_label": _("Keep it"),
        "action_url": request.path,
        "action_label": label,
        "kind": "danger",
        "crumbs": [{"label": crumb, "url": place.url}],
    }
    return ask(request, context)


def _refused(request: HttpRequest, place: Place, refused: Refused) -> HttpResponse:
    messages.error(request, shown_refusal(refused))
    return redirect(place.url)


def _page(
    request: HttpRequest, person: Viewer, place: Place, form: WebhookForm, *, secret: str = "", status: int = 200
) -> HttpResponse:
    hook = webhooks.of(place)
    around: dict[str, Any] = {"team": place.team, "tabs": tabs("notifications", person)}
    if place.project is not None:
        around = frame(person, place.project, "webhooks")
    context = {"place": place, "form": form, "hook": hook, "secret": secret, **_sent(hook), **around}
    template = "notify/page.html" if place.project is None else "notify/project.html"
    answer = render(request, template, context, status=status)
    if secret:
        answer["Cache-Control"] = "no-store"
    return answer


def _sent(hook: Webhook | None) -> dict[str, Any]:
    """What was sent last; polled while something is on its way."""
    rows = webhooks.newest(hook) if hook else []
    fresh = webhooks.waits(hook) if hook else False
    return {"deliveries": [_line(row) for row in rows], "is_live": fresh}


def _line(row: Delivery) -> Line:
    tries = formats.plural(row.tries, "try", "tries")
    if row.sent_at is not None:
        return Line(row.news.subject, row.news.at, _("taken"), "ok", f"HTTP {row.status}, {tries}")
    if row.is_given_up:
        return Line(row.news.subject, row.news.at, _("given up"), "bad", f"{row.error} {tries}.")
    note = _("On its way.")
    if row.error:
        note = _("{error} {tries}; it is tried again.").format(error=row.error, tries=tries)
    return Line(row.news.subject, row.news.at, _("waiting"), "warning", note)
