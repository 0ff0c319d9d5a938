"""What the database holds about people, teams and API tokens."""

from gpuconsole.accounts.models.invitation import Invitation
from gpuconsole.accounts.models.team import Membership, Team, TeamRole
from gpuconsole.accounts.models.token import ApiToken, Scope
from gpuconsole.accounts.models.user import User

__all__ = ["ApiToken", "Invitation", "Membership", "Scope", "Team", "TeamRole", "User"]
