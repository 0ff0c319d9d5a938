"""The page behind an invitation's link."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gpuconsole.accounts import invitations
from gpuconsole.accounts.access import TEAM_KEY
from gpuconsole.accounts.forms import JoinForm
from gpuconsole.accounts.models import Invitation, User
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal, shown_refusal

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Show team and role; a signed-in person joins with one press, somebody new makes an account."""
    invitation = invitations.find(token)
    if invitation is None:
        return _spent(request)
    if isinstance(request.user, User):
        return _join_signed_in(request, invitation, request.user)
    return _join_as_new(request, invitation)


def _join_signed_in(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/join.html", {"invitation": invitation})
    try:
        invitations.accept(invitation=invitation, user=user)
    except Refused as refused:
        return _spent(request, shown_refusal(refused))
    return _welcome(request, invitation)


def _join_as_new(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = JoinForm(request.POST or None, initial={"email": invitation.email})
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.accept_as_new(invitation=invitation, **form.cleaned_data)
        except Refused as refused:
            if refused.code == "spent":
                return _spent(request, shown_refusal(refused))
            add_refusal(form, refused)
        else:
            login(request, user, backend=_BACKEND)
            return _welcome(request, invitation)
    context = {"invitation": invitation, "form": form, "here": request.path}
    return render(request, "accounts/join.html", context, status=422 if form.errors else 200)


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    request.session[TEAM_KEY] = invitation.team_id
    messages.success(request, _("Welcome to {team}.").format(team=invitation.team.name))
    return redirect("/")


def _spent(request: HttpRequest, text: str = "") -> HttpResponse:
    text = text or _("This invitation was used already, or it is too old. Ask for a new link.")
    return render(request, "accounts/join_spent.html", {"text": text}, status=410)
