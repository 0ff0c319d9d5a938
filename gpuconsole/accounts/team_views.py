"""The team's pages: people, invitations, settings, and the switcher."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts import invitations, services
from gpuconsole.accounts.access import (
    TEAM_KEY,
    Viewer,
    find_member,
    find_team,
    require_team,
    require_team_admin,
    viewer,
)
from gpuconsole.accounts.account_views import safe_next
from gpuconsole.accounts.forms import InviteForm, RoleForm, TeamForm
from gpuconsole.accounts.models import Invitation, Membership, TeamRole
from gpuconsole.core.asking import ask
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal, shown_refusal


@login_required
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Who is in the team and who was asked to join."""
    return _page(request, viewer(request), InviteForm())


@login_required
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Make an invitation; its link stands on the answer and is never shown again."""
    person = viewer(request)
    team = require_team_admin(person)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, person, form, status=422)
    try:
        invitation, link = invitations.invite(
            team=team, by=person.user, email=form.cleaned_data["email"], role=TeamRole(form.cleaned_data["role"])
        )
    except Refused as refused:
        add_refusal(form, refused)
        return _page(request, person, form, status=422)
    return _page(request, person, InviteForm(), invited=invitation, link=link)


@login_required
@require_POST
def revoke_invitation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a link back."""
    person = viewer(request)
    invitation = Invitation.objects.filter(team=require_team_admin(person), public_id=public_id).first()
    if invitation is None:
        raise Http404
    invitations.revoke(invitation=invitation, by=person.user)
    messages.success(request, _("The invitation was taken back."))
    return redirect("people")


@login_required
@require_POST
def change_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a member another role."""
    person = viewer(request)
    member = find_member(require_team_admin(person), pk)
    form = RoleForm(request.POST)
    try:
        if form.is_valid():
            services.change_role(member=member, role=TeamRole(form.cleaned_data["role"]), by=person.user)
            text = _("{name} is {role} now.")
            messages.success(
                request, text.format(name=member.user.display_name, role=member.get_role_display().lower())
            )
    except Refused as refused:
        messages.error(request, shown_refusal(refused))
    return redirect("people")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then take somebody out of the team; anybody may leave by themselves."""
    person = viewer(request)
    member = find_member(require_team(person), pk)
    if member.user_id != person.user.pk:
        require_team_admin(person)
    if request.method != "POST":
        return ask(request, _question(member))
    try:
        services.remove_member(member=member, by=person.user)
    except Refused as refused:
        context = {**_question(member), "error": shown_refusal(refused)}
        return ask(request, context, status=409)
    text = _("{name} is no longer in {team}.")
    messages.success(request, text.format(name=member.user.display_name, team=member.team.name))
    return redirect("/" if member.user_id == person.user.pk else "people")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Name and time zone of the team."""
    person = viewer(request)
    team = require_team_admin(person)
    form = TeamForm(request.POST or None, initial={"name": team.name, "time_zone": team.time_zone})
    if request.method == "POST" and form.is_valid():
        services.update_team(team=team, by=person.user, **form.cleaned_data)
        messages.success(request, _("The team was saved."))
        return redirect("team-settings")
    context = {"form": form, "team": team, "tabs": tabs("settings", person)}
    return render(request, "accounts/team_settings.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Put another team in focus."""
    person = viewer(request)
    request.session[TEAM_KEY] = find_team(person, request.POST.get("team", "")).pk
    request.session.pop("project", None)
    return redirect(safe_next(request))


def tabs(current: str, person: Viewer) -> list[dict[str, object]]:
    """The tabs of the team's pages that the person may open."""
    found = [("people", _("People"), "/team/")]
    if person.may_administer:
        found += [
            ("quotas", _("Quotas and budget"), "/team/quotas/"),
            ("notifications", _("Notifications"), "/team/notifications/"),
            ("settings", _("Settings"), "/team/settings/"),
        ]
    return [{"label": label, "url": url, "current": word == current} for word, label, url in found]


def _page(
    request: HttpRequest,
    person: Viewer,
    form: InviteForm,
    *,
    invited: Invitation | None = None,
    link: str = "",
    status: int = 200,
) -> HttpResponse:
    team = require_team(person)
    context = {
        "team": team,
        "members": team.memberships.select_related("user").order_by("user__name", "user__email"),
        "invitations": _open_invitations(person) if person.may_administer else [],
        "roles": TeamRole.choices,
        "may_administer": person.may_administer,
        "form": form,
        "invited": invited,
        "link": link,
        "tabs": tabs("people", person),
    }
    return render(request, "accounts/people.html", context, status=status)


def _open_invitations(person: Viewer) -> list[Invitation]:
    rows = Invitation.objects.filter(team=person.team, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
    return list(rows.select_related("by", "project").order_by("-created_at"))


def _question(member: Membership) -> dict[str, object]:
    return {
        "question": _("Remove {name} from {team}?").format(name=member.user.display_name, team=member.team.name),
        "text": _("Their project roles and API tokens in this team end now. What they launched goes on running."),
        "keep_url": "/team/",
        "keep_label": _("Keep them"),
        "action_url": f"/team/members/{member.pk}/remove/",
        "action_label": _("Remove from team"),
        "kind": "danger",
        "crumbs": [{"label": _("People"), "url": "/team/"}],
    }
