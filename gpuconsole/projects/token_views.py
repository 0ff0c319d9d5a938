"""The API tokens page; it stands here because a token can be narrowed to a project."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts import token_requests, tokens
from gpuconsole.accounts.access import Viewer, require_team, viewer
from gpuconsole.accounts.models import ApiToken
from gpuconsole.core import crypto
from gpuconsole.core.asking import ask
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal
from gpuconsole.projects import quick_start
from gpuconsole.projects.access import find_project, focused_project, visible_projects
from gpuconsole.projects.forms import TokenForm

_NEW_TOKEN = "new_token"  # noqa: S105 (in the session: [public id, sealed text], until Done)
_EXPIRES_SOON = timedelta(days=14)
_MOST_NAMED = 5


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Tokens of the team for its admins, own ones for others; a new one is shown until Done."""
    person = viewer(request)
    team = require_team(person)
    rows = list(_visible(person).select_related("user", "project").order_by("-created_at", "-pk"))
    requests = token_requests.of_week([token.pk for token in rows], timezone.now())
    in_focus = focused_project(request, person) or visible_projects(person).filter(archived_at=None).first()
    project = in_focus.slug if in_focus else "first-project"
    base_url = request.build_absolute_uri("/api/v1").rstrip("/")
    context = {
        "team": team,
        "rows": [(token, _expiry(token), requests.get(token.pk)) for token in rows],
        "expiring": _expiring(rows),
        "fresh": _fresh(request, person),
        "curl": quick_start.curl(base_url, project),
        "python": quick_start.python(base_url, project),
    }
    return render(request, "projects/tokens.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a token in one's own name."""
    person = viewer(request)
    team = require_team(person)
    projects = list(visible_projects(person).filter(archived_at=None).order_by("name"))
    form = TokenForm(request.POST or None, projects=projects)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        project = find_project(person, given["project"]) if given["project"] else None
        try:
            token, text = tokens.make(
                team=team,
                user=person.user,
                name=given["name"],
                scopes=[given["scope"]],
                project=project,
                expires_at=form.expires_at,
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            sealed = crypto.seal(text, context=_context(token.public_id)).hex()
            request.session[_NEW_TOKEN] = [token.public_id, sealed]
            return redirect("tokens")
    return render(request, "projects/token_new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def done(request: HttpRequest) -> HttpResponse:
    """The new token was copied: forget its text."""
    request.session.pop(_NEW_TOKEN, None)
    return redirect("tokens")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask, then end a token."""
    person = viewer(request)
    require_team(person)
    token = _visible(person).select_related("team").filter(public_id=public_id).first()
    if token is None:
        raise Http404
    if request.method == "POST":
        tokens.revoke(token=token, by=person.user)
        messages.success(request, f"{token.name} was revoked. What uses it is answered 401 from now on.")
        return redirect("tokens")
    return ask(request, _question(token))


def _visible(person: Viewer) -> models.QuerySet[ApiToken]:
    rows = ApiToken.objects.filter(team=person.team, revoked_at=None)
    return rows if person.may_administer else rows.filter(user=person.user)


def _fresh(request: HttpRequest, person: Viewer) -> tuple[ApiToken, str] | None:
    """The token that was just made, with its text."""
    public_id, sealed = request.session.get(_NEW_TOKEN, ("", ""))
    token = _visible(person).filter(public_id=public_id, user=person.user).first() if public_id else None
    if token is None:
        return None
    try:
        return token, crypto.open_sealed(bytes.fromhex(sealed), context=_context(public_id)).decode()
    except crypto.SealBroken:
        return None


def _context(public_id: str) -> str:
    return f"accounts.apitoken:{public_id}:text"


def _expiry(token: ApiToken) -> str:
    """How the expiry is marked: gone, soon or nothing."""
    if token.expires_at is None:
        return ""
    rest = token.expires_at - timezone.now()
    return "gone" if rest <= timedelta() else "soon" if rest <= _EXPIRES_SOON else ""


def _expiring(rows: Sequence[ApiToken]) -> str:
    """Names those that expire soon; empty without any."""
    names = [token.name for token in rows if _expiry(token) == "soon"]
    text = ngettext(
        "{number} token expires within {days} days: {names}.",
        "{number} tokens expire within {days} days: {names}.",
        len(names),
    )
    more = "…" if len(names) > _MOST_NAMED else ""
    named = ", ".join(names[:_MOST_NAMED]) + more
    return text.format(number=len(names), days=_EXPIRES_SOON.days, names=named) if names else ""


def _question(token: ApiToken) -> dict[str, object]:
    used = (
        f"It was last used on {token.last_used_at:%d %b %Y, %H:%M} UTC." if token.last_used_at else "It was never used."
    )
    return {
        "question": f"Revoke {token.name}?",
        "text": f"Whatever signs in with {token.prefix}… is refused at once. {used}",
        "keep_url": "/account/tokens/",
        "keep_label": "Keep it",
        "action_url": f"/account/tokens/{token.public_id}/revoke/",
        "action_label": "Revoke token",
        "kind": "danger",
        "crumbs": [{"label": "API tokens", "url": "/account/tokens/"}],
    }
