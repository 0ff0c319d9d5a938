"""A person's own pages: profile and theme."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gpuconsole.accounts import services
from gpuconsole.accounts.access import viewer
from gpuconsole.accounts.forms import ProfileForm
from gpuconsole.accounts.models import User

_YEAR_S = 365 * 24 * 3600


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, time zone, habits and mails; links to password, second factor and sessions."""
    user = viewer(request).user
    form = ProfileForm(request.POST or None, initial=_habits(request, user), user=user)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/profile.html", {"form": form}, status=422 if form.errors else 200)
    names = ("name", "time_zone", "ask_first_above", "has_keys")
    services.update_profile(user=user, mails=form.wanted, **{name: form.cleaned_data[name] for name in names})
    messages.success(request, _("Your account was saved."))
    response = redirect("profile")
    if chosen := form.cleaned_data["theme"]:
        services.set_theme(user=user, theme=chosen)
        _keep_theme(response, chosen)
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Choose light, dark or the system's; kept in a cookie, and for signed-in people in their preferences."""
    chosen = request.POST.get("theme", "")
    if chosen not in services.THEMES:
        return HttpResponse(_("There are three themes: system, light and dark."), status=422, content_type="text/plain")
    if request.user.is_authenticated:
        services.set_theme(user=viewer(request).user, theme=chosen)
    response = redirect(safe_next(request))
    _keep_theme(response, chosen)
    return response


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """Where the form wants to go next, if that is on this host."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else default


def _habits(request: HttpRequest, user: User) -> dict[str, object]:
    """What the form begins with."""
    return {**ProfileForm.of(user), "theme": request.COOKIES.get("theme", "system")}


def _keep_theme(response: HttpResponse, chosen: str) -> None:
    """In a cookie, so that the server draws the right one at once."""
    response.set_cookie("theme", chosen, max_age=_YEAR_S, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
