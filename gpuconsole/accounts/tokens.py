"""API tokens: made once, kept as a hash, checked on every call of the API."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts import token_requests
from gpuconsole.accounts.models import ApiToken, Membership, Scope, Team, TeamRole, User
from gpuconsole.core import origin
from gpuconsole.core.acts import Act, tell
from gpuconsole.core.errors import Refused
from gpuconsole.core.ids import new_id

_PREFIX = "gpc_"
_RANDOM_CHARS = 40
_SHOWN_CHARS = 8
_USE_NOTED_EVERY = timedelta(minutes=1)
_LADDER = (Scope.READ, Scope.LAUNCH, Scope.ADMIN)


def make(
    *,
    team: Team,
    user: User,
    name: str,
    scopes: Sequence[str],
    project: models.Model | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """A new token and its text, which can never be read again. ``project`` None: all that the user sees in the team."""
    if expires_at is not None and expires_at <= timezone.now():
        raise Refused(_("The token would have expired already. Pick a later day."), field="expires_at")
    if not scopes:
        raise Refused(_("Pick at least one thing that the token may do."), field="scopes")
    text = _PREFIX + secrets.token_urlsafe(_RANDOM_CHARS)[:_RANDOM_CHARS]
    token = ApiToken.objects.create(
        public_id=new_id("tok"),
        team=team,
        user=user,
        project_id=project.pk if project else None,
        name=name,
        prefix=text[:_SHOWN_CHARS],
        hash=hashed(text),
        scopes=[scope.value for scope in _LADDER if scope in scopes],
        expires_at=expires_at,
    )
    tell(Act(action="token.make", by=user, team=team, project=project, target=token, after={"scopes": token.scopes}))
    return token, text


def revoke(*, token: ApiToken, by: User) -> None:
    """End a token now; doing it twice does no harm."""
    now = timezone.now()
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        token.revoked_at = now
        tell(Act(action="token.revoke", by=by, team=token.team, target=token))


def authenticate(text: str) -> ApiToken | None:
    """The valid token of this text, with its user, team and project, in one query; None for every other text."""
    if not text.startswith(_PREFIX):
        return None
    now = timezone.now()
    role = Membership.objects.filter(team=OuterRef("team"), user=OuterRef("user")).values("role")[:1]
    token = (
        ApiToken.objects.select_related("user", "team", "project")
        .annotate(user_role=Subquery(role))
        .filter(hash=hashed(text), revoked_at=None, user__is_active=True, user_role__isnull=False)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )
    if token is not None:
        origin.note_token(token.pk)
        _note_use(token, now)
        token_requests.note(token.pk, now)
    return token


def team_role_of(token: ApiToken) -> TeamRole | None:
    """The role of the token's user in the token's team; ``authenticate`` has read it along."""
    if "user_role" in token.__dict__:
        return TeamRole(token.__dict__["user_role"])
    role = Membership.objects.filter(team=token.team_id, user=token.user_id).values_list("role", flat=True).first()
    return TeamRole(role) if role else None


def scopes_of(token: ApiToken) -> frozenset[Scope]:
    """Its scopes with those that they include: launch includes read, admin includes both."""
    highest = max((_LADDER.index(Scope(scope)) for scope in token.scopes), default=-1)
    return frozenset(_LADDER[: highest + 1])


def hashed(text: str) -> str:
    """What is kept of a token or invitation; its 240 random bits need no salt and no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def _note_use(token: ApiToken, now: datetime) -> None:
    if token.last_used_at is None or now - token.last_used_at >= _USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        token.last_used_at = now
