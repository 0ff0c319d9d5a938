"""Invitations: a link that lets one person in, once, before it expires."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import models, transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import Invitation, Membership, Team, TeamRole, User
from gpuconsole.accounts.tokens import hashed
from gpuconsole.core.acts import Act, tell
from gpuconsole.core.days import Month
from gpuconsole.core.errors import Refused
from gpuconsole.core.ids import new_id

VALID_FOR = timedelta(days=7)

accepted = Signal()
"""Sent with ``invitation`` and ``user``; the projects app grants the role in the invitation's project."""


@transaction.atomic
def invite(
    *,
    team: Team,
    by: User,
    role: TeamRole = TeamRole.MEMBER,
    email: str = "",
    project: models.Model | None = None,
    project_role: str = "",
) -> tuple[Invitation, str]:
    """A new invitation and its link, which is shown this once; it is mailed too where an address is given."""
    email = email.strip().lower()
    if role == TeamRole.OWNER:
        raise Refused(_("Owners are made from members. Invite as admin or member first."), field="role")
    if email and Membership.objects.filter(team=team, user__email=email).exists():
        raise Refused(_("{email} is in this team already.").format(email=email), field="email")
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        public_id=new_id("inv"),
        team=team,
        email=email,
        role=role,
        token_hash=hashed(token),
        project_id=project.pk if project else None,
        project_role=project_role if project else "",
        by=by,
        expires_at=timezone.now() + VALID_FOR,
    )
    after = {"email": email, "role": role.value, "project_role": invitation.project_role}
    tell(Act(action="team.invite", by=by, team=team, project=project, target=invitation, after=after))
    link = f"{settings.SITE_URL}/join/{token}/"
    if email:
        transaction.on_commit(lambda: _mail(invitation, link))
    return invitation, link


def find(token: str) -> Invitation | None:
    """The open invitation of a link; None where it was used, taken back, is too old or never was."""
    invitation = Invitation.objects.select_related("team", "by").filter(token_hash=hashed(token)).first()
    return invitation if invitation and invitation.is_open(timezone.now()) else None


@transaction.atomic
def accept(*, invitation: Invitation, user: User) -> None:
    """Let the signed-in person in; the link is used up. A higher role that they have already stays."""
    invitation = _claimed(invitation)
    role = TeamRole(invitation.role)
    member, is_new = Membership.objects.get_or_create(team=invitation.team, user=user, defaults={"role": role})
    if not is_new and member.role == TeamRole.MEMBER and role == TeamRole.ADMIN:
        member.role = role
        member.save(update_fields=["role"])
    tell(Act(action="team.join", by=user, team=invitation.team, target=invitation, after={"role": member.role}))
    accepted.send(sender=Invitation, invitation=invitation, user=user)


@transaction.atomic
def accept_as_new(*, invitation: Invitation, email: str, name: str, password: str, time_zone: str = "UTC") -> User:
    """Make an account and let it in."""
    email = email.strip().lower()
    if User.objects.filter(email=email).exists():
        raise Refused(
            _("There is an account with this address. Sign in, then open the link again."),
            code="has_account",
            field="email",
        )
    try:
        validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="password") from error
    user = User.objects.create_user(email, password, name=name, time_zone=time_zone)
    accept(invitation=invitation, user=user)
    return user


@transaction.atomic
def revoke(*, invitation: Invitation, by: User) -> None:
    """Take a link back."""
    now = timezone.now()
    if Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=now):
        tell(Act(action="team.uninvite", by=by, team=invitation.team, target=invitation))


def _claimed(invitation: Invitation) -> Invitation:
    """The invitation, marked as used by nobody else."""
    now = timezone.now()
    is_ours = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None, expires_at__gt=now).update(
        accepted_at=now
    )
    if not is_ours:
        raise Refused(_("This invitation was used already, or it is too old. Ask for a new link."), code="spent")
    return Invitation.objects.select_related("team").get(pk=invitation.pk)


def _mail(invitation: Invitation, link: str) -> None:
    team, until = invitation.team.name, invitation.expires_at
    by = invitation.by.display_name if invitation.by else _("An admin")
    lines = (
        _("{who} invites you to the team {team}.").format(who=by, team=team),
        link,
        _("The link works once, until {time} UTC.").format(
            time=f"{until:%d} {Month.of(until.date()).label}, {until:%H:%M}"
        ),
    )
    send_mail(
        _("Join {team} on gpuconsole").format(team=team),
        "\n\n".join(lines) + "\n",
        None,
        [invitation.email],
        fail_silently=True,  # the link was shown too
    )
