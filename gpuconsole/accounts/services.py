"""Teams and their members: making, changing, leaving."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from gpuconsole.accounts.mails import Mail, want
from gpuconsole.accounts.models import ApiToken, Membership, Team, TeamRole, User
from gpuconsole.accounts.models.user import ASK_FIRST
from gpuconsole.core.acts import Act, tell
from gpuconsole.core.errors import Refused

THEMES = ("system", "light", "dark")
TIMELINE_SCALES = ("time", "even")


@transaction.atomic
def create_team(*, name: str, owner: User, currency: str = "USD", time_zone: str = "UTC") -> Team:
    """A new team with its first owner."""
    team = Team.objects.create(name=name, slug=free_slug(name), currency=currency, time_zone=time_zone)
    Membership.objects.create(team=team, user=owner, role=TeamRole.OWNER)
    tell(Act(action="team.create", by=owner, team=team, target=team))
    return team


@transaction.atomic
def update_team(*, team: Team, by: User, name: str, time_zone: str) -> None:
    """Change the name and the zone in which its months begin; the slug stays, so that links keep working."""
    before = {"name": team.name, "time_zone": team.time_zone}
    after = {"name": name, "time_zone": time_zone}
    if before != after:
        team.name, team.time_zone = name, time_zone
        team.save(update_fields=["name", "time_zone"])
        tell(Act(action="team.update", by=by, team=team, target=team, before=before, after=after))


@transaction.atomic
def change_role(*, member: Membership, role: TeamRole, by: User) -> None:
    """Give a member another role. Only owners make or unmake owners, and one owner stays."""
    before = _locked_role(member)
    if before == role:
        return
    if TeamRole.OWNER in {before, role}:
        _require_owner(member.team, by)
    if before == TeamRole.OWNER:
        _require_another_owner(member)
    member.role = role
    member.save(update_fields=["role"])
    tell(
        Act(
            action="team.role",
            by=by,
            team=member.team,
            target=member.user,
            before={"role": before},
            after={"role": role.value},
        )
    )


@transaction.atomic
def remove_member(*, member: Membership, by: User) -> None:
    """Take somebody out of the team, with their project roles and API tokens there."""
    role = _locked_role(member)
    if role == TeamRole.OWNER:
        if by.pk != member.user_id:
            _require_owner(member.team, by)
        _require_another_owner(member)
    user, team = member.user, member.team
    user.project_memberships.filter(project__team=team).delete()
    ApiToken.objects.filter(team=team, user=user).delete()
    member.delete()
    tell(Act(action="team.remove", by=by, team=team, target=user, before={"role": role}))


def update_profile(
    *,
    user: User,
    name: str,
    time_zone: str,
    mails: Collection[Mail],
    ask_first_above: Decimal | None = None,
    has_keys: bool = True,
) -> None:
    """A person's own name and time zone, the mails that they want, and their habits: from what money on launches are
    asked about (in the team's currency; None: the usual line), and whether single keys are shortcuts."""
    user.name, user.time_zone = name, time_zone
    want(user, mails)
    user.save(update_fields=["name", "time_zone", "preferences"])
    line = None if ask_first_above is None else str(ask_first_above)
    prefer(user=user, keys=None if has_keys else "off", **{ASK_FIRST: line})


def set_theme(*, user: User, theme: str) -> None:
    """Remember light, dark or system for every browser of this person."""
    if theme not in THEMES:
        raise Refused(_("There are three themes: system, light and dark."), field="theme")
    prefer(user=user, theme=theme)


@transaction.atomic
def prefer(*, user: User, **choices: Any) -> None:
    """Remember a person's choices by name; None forgets one. What another tab chose meanwhile stays."""
    kept = User.objects.select_for_update(no_key=True).get(pk=user.pk).preferences
    user.preferences = {name: value for name, value in {**kept, **choices}.items() if value is not None}
    user.save(update_fields=["preferences"])


def set_timeline_scale(*, user: User, scale: str) -> None:
    """Remember how this person wants timelines drawn: to the scale of time, or in even steps."""
    if scale not in TIMELINE_SCALES:
        raise Refused(_("A timeline is drawn to the scale of time or in even steps."), field="scale")
    user.preferences = {**user.preferences, "timeline": scale}
    user.save(update_fields=["preferences"])


def free_slug(name: str) -> str:
    """A team slug made of the name that nobody has yet."""
    stem = slugify(name)[:70] or "team"
    taken = set(Team.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number = 1
    slug = stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def _locked_role(member: Membership) -> str:
    """The role as it is now; the team is locked, so that two owners cannot remove each other at once."""
    Team.objects.select_for_update().get(pk=member.team_id)
    member.refresh_from_db(fields=["role"])
    return member.role


def _require_owner(team: Team, by: User) -> None:
    if not Membership.objects.filter(team=team, user=by, role=TeamRole.OWNER).exists():
        raise Refused(_("Only an owner of the team may make, change or remove owners."), code="not_owner", field="role")


def _require_another_owner(member: Membership) -> None:
    others = Membership.objects.filter(team=member.team_id, role=TeamRole.OWNER).exclude(pk=member.pk)
    if not others.exists():
        raise Refused(
            _("This is the last owner of the team. Make somebody else an owner first."), code="last_owner", field="role"
        )
