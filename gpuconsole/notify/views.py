"""The team's page of messages: its webhook with what was sent there, and who is mailed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts.access import Viewer, require_team_admin, viewer
from gpuconsole.accounts.team_views import tabs
from gpuconsole.core import formats
from gpuconsole.core.asking import ask
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal, shown_refusal
from gpuconsole.core.htmx import wants_fragment
from gpuconsole.notify import webhooks
from gpuconsole.notify.forms import WebhookForm
from gpuconsole.notify.models import Delivery, Webhook


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
def page(request: HttpRequest) -> HttpResponse:
    """The page, or the list of what was sent while something of it is still on its way."""
    person = viewer(request)
    team = require_team_admin(person)
    if wants_fragment(request):
        return render(request, "notify/_deliveries.html", _sent(webhooks.of(team)))
    return _page(request, person, WebhookForm.of(webhooks.of(team)))


@login_required
@require_POST
@sensitive_variables("secret")
def save(request: HttpRequest) -> HttpResponse:
    """Set the webhook; the secret of a new one stands on the answer and is never shown again."""
    person = viewer(request)
    team, form = require_team_admin(person), WebhookForm(request.POST)
    if not form.is_valid():
        return _page(request, person, form, status=422)
    try:
        secret = webhooks.save(team=team, by=person.user, **form.cleaned_data)
    except Refused as refused:
        add_refusal(form, refused)
        return _page(request, person, form, status=422)
    if secret:
        return _page(request, person, WebhookForm.of(webhooks.of(team)), secret=secret)
    messages.success(request, _("The webhook was saved."))
    return redirect("notifications")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("secret")
def renew_secret(request: HttpRequest) -> HttpResponse:
    """Ask, then make another secret, shown once."""
    person = viewer(request)
    team = require_team_admin(person)
    if request.method != "POST":
        text = _("The old one signs nothing any more from that moment on: whoever checks it refuses our messages.")
        return _question(request, _("Make a new secret?"), text, "webhook-secret", _("New secret"))
    try:
        secret = webhooks.renew_secret(team=team, by=person.user)
    except Refused as refused:
        return _refused(request, refused)
    return _page(request, person, WebhookForm.of(webhooks.of(team)), secret=secret)


@login_required
@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """Send a test."""
    person = viewer(request)
    team = require_team_admin(person)
    try:
        webhooks.test(team=team, by=person.user)
    except Refused as refused:
        return _refused(request, refused)
    messages.success(request, _("A test is on its way. What becomes of it stands below."))
    return redirect("notifications")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest) -> HttpResponse:
    """Ask, then take the webhook away."""
    person = viewer(request)
    team = require_team_admin(person)
    if request.method != "POST":
        text = _("Nothing is sent there any more, and the record of what was sent goes with it. Mails go on.")
        return _question(request, _("Remove the webhook?"), text, "webhook-remove", _("Remove webhook"))
    try:
        webhooks.remove(team=team, by=person.user)
    except Refused as refused:
        return _refused(request, refused)
    messages.success(request, _("The webhook was removed."))
    return redirect("notifications")


def _question(request: HttpRequest, question: str, text: str, action: str, label: str) -> HttpResponse:
    url = reverse("notifications")
    context = {
        "question": question,
        "text": text,
        "keep_url": url,
        "keep_label": _("Keep it"),
        "action_url": reverse(action),
        "action_label": label,
        "kind": "danger",
        "crumbs": [{"label": _("Notifications"), "url": url}],
    }
    return ask(request, context)


def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    messages.error(request, shown_refusal(refused))
    return redirect("notifications")


def _page(
    request: HttpRequest, person: Viewer, form: WebhookForm, *, secret: str = "", status: int = 200
) -> HttpResponse:
    team = require_team_admin(person)
    hook = webhooks.of(team)
    context = {
        "team": team,
        "tabs": tabs("notifications", person),
        "form": form,
        "hook": hook,
        "secret": secret,
        **_sent(hook),
    }
    answer = render(request, "notify/page.html", context, status=status)
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
