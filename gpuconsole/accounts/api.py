"""``GET /me``: who the token acts for, and what it may do. Also the API's door: bearer tokens."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router
from ninja.security import HttpBearer

from gpuconsole.accounts import access, tokens
from gpuconsole.core import rates
from gpuconsole.core.api import COMMON_PROBLEMS, ApiSchema

REQUESTS_A_MINUTE = 600


class ApiTokenAuth(HttpBearer):
    """`Authorization: Bearer gpc_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> access.Viewer | None:
        found = tokens.authenticate(token)
        if found is None:
            return None
        rates.spend(f"token:{found.pk}", limit=REQUESTS_A_MINUTE, window_s=60)
        return access.token_viewer(found)


def require_scope(viewer: access.Viewer, scope: str) -> None:
    """Raises PermissionDenied where the token's scopes do not reach so far."""
    if not viewer.has_scope(scope):
        raise PermissionDenied(
            _("This token lacks the scope “{scope}”. Make one with it under API tokens.").format(scope=scope)
        )


class TeamOut(ApiSchema):
    slug: str
    name: str
    role: str
    currency: str
    time_zone: str


class Me(ApiSchema):
    """The person behind the token, the team in which it acts, and its scopes."""

    email: str
    name: str
    team: TeamOut
    token: str
    scopes: list[str]
    project: str | None
    """Slug of the only project that the token reaches; null: all that the person sees."""


router = Router(tags=["Me"])


@router.get("/me", response={200: Me, **COMMON_PROBLEMS}, operation_id="get_me")
def me(request: HttpRequest) -> Me:
    """Who this token acts for."""
    viewer: access.Viewer = request.auth  # type: ignore[attr-defined]
    token, team = viewer.token, viewer.team
    assert token is not None and team is not None
    return Me(
        email=viewer.user.email,
        name=viewer.user.name,
        team=TeamOut(
            slug=team.slug,
            name=team.name,
            role=str(viewer.team_role),
            currency=team.currency,
            time_zone=team.time_zone,
        ),
        token=token.prefix,
        scopes=sorted(viewer.scopes),
        project=token.project.slug if token.project else None,
    )
