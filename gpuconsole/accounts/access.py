"""Who is asking, in which team, and what they may settle there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from gpuconsole.accounts import tokens
from gpuconsole.accounts.models import ApiToken, Membership, Scope, Team, TeamRole, User

TEAM_KEY = "team"  # in the session: pk of the team in focus
_CACHED = "_viewer"


@dataclass(frozen=True)
class Viewer:
    """Who is asking: a person in a browser, or a person's API token with the limits of its scopes."""

    user: User
    team: Team | None
    """The team in focus; None for somebody who is in none."""
    team_role: TeamRole | None
    token: ApiToken | None = None
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """What upper floors have looked up for this viewer; lives as long as the request."""

    @property
    def scopes(self) -> frozenset[Scope]:
        """What the token allows; a browser session allows all."""
        return frozenset(Scope) if self.token is None else tokens.scopes_of(self.token)

    def has_scope(self, scope: str) -> bool:
        """Whether the token reaches so far; launch includes read, admin includes both."""
        return scope in self.scopes

    @property
    def may_administer(self) -> bool:
        """Whether members, connections and projects of the team are theirs to settle."""
        is_admin = self.team_role is not None and self.team_role.may_administer
        return is_admin and Scope.ADMIN in self.scopes and (self.token is None or self.token.project_id is None)


def viewer(request: HttpRequest) -> Viewer:
    """Who sent this request: the API token if it carries one, else the signed-in person.

    Raises PermissionDenied for nobody; pages ask for a sign-in before they come here.
    """
    found: Viewer | None = getattr(request, _CACHED, None)
    if found is None:
        found = _by_token(request) or _by_session(request)
        setattr(request, _CACHED, found)
    return found


def token_viewer(token: ApiToken) -> Viewer:
    """Who an authenticated API token stands for."""
    return Viewer(token.user, token.team, tokens.team_role_of(token), token)


def teams_of(viewer: Viewer) -> list[Team]:
    """All teams that the person is in, by name."""
    if "memberships" not in viewer.memo:
        viewer.memo["memberships"] = _memberships(viewer.user)
    return [one.team for one in viewer.memo["memberships"]]


def find_team(viewer: Viewer, slug: str) -> Team:
    """A team that the viewer is in. Raises Http404."""
    team = Team.objects.filter(slug=slug, memberships__user=viewer.user).first()
    if team is None or (viewer.token is not None and viewer.token.team_id != team.pk):
        raise Http404
    return team


def require_team(viewer: Viewer) -> Team:
    """The team in focus. Raises Http404 for somebody who is in none."""
    if viewer.team is None:
        raise Http404
    return viewer.team


def require_team_admin(viewer: Viewer) -> Team:
    """The team in focus, to be settled. Raises Http404 without a team, PermissionDenied without the role."""
    team = require_team(viewer)
    if not viewer.may_administer:
        raise PermissionDenied(_("Only owners and admins of the team may do this."))
    return team


def find_member(team: Team, pk: int) -> Membership:
    """One membership of the team. Raises Http404."""
    member = Membership.objects.select_related("user", "team").filter(team=team, pk=pk).first()
    if member is None:
        raise Http404
    return member


def _by_token(request: HttpRequest) -> Viewer | None:
    kind, __, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        return None
    token = tokens.authenticate(text.strip())
    if token is None:
        raise PermissionDenied(_("The API token is not valid."))
    return token_viewer(token)


def _by_session(request: HttpRequest) -> Viewer:
    if not isinstance(request.user, User):
        raise PermissionDenied(_("Sign in first."))
    memberships = _memberships(request.user)
    wanted = request.session.get(TEAM_KEY)
    in_focus = next((one for one in memberships if one.team_id == wanted), memberships[0] if memberships else None)
    memo = {"memberships": memberships}
    if in_focus is None:
        return Viewer(request.user, None, None, memo=memo)
    return Viewer(request.user, in_focus.team, TeamRole(in_focus.role), memo=memo)


def _memberships(user: User) -> list[Membership]:
    return list(user.memberships.select_related("team").order_by("team__name", "pk"))
