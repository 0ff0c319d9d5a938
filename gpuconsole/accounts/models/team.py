"""Teams and who is in them: the wall between tenants."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models.user import User


class TeamRole(models.TextChoices):
    """What a user may do in a team."""

    OWNER = "owner", gettext_lazy("Owner")
    ADMIN = "admin", gettext_lazy("Admin")
    MEMBER = "member", gettext_lazy("Member")

    @property
    def may_administer(self) -> bool:
        """Whether the role settles members, connections and projects."""
        return self in {TeamRole.OWNER, TeamRole.ADMIN}


class Team(models.Model):
    """The people who share connections, projects, tokens and one bill."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    currency = models.CharField(max_length=3, default="USD")
    time_zone = models.CharField(max_length=50, default="UTC")
    """Months of budgets begin and end in this zone."""
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(User, through="Membership", related_name="teams")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One user in one team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=TeamRole.choices, default=TeamRole.MEMBER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="member_once_a_team"),
            models.CheckConstraint(condition=models.Q(role__in=TeamRole.values), name="team_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.role} of team {self.team_id}"
