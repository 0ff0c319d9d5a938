"""Invitations: one link lets one person into a team, once."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _

from gpuconsole.accounts.models.team import Team, TeamRole
from gpuconsole.accounts.models.user import User


class Invitation(models.Model):
    """A link that was given out; only the hash of its token is kept."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(blank=True)
    """Whom it was sent to; empty where the link was handed over by other means."""
    role = models.CharField(max_length=10, choices=TeamRole.choices, default=TeamRole.MEMBER)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    project = models.ForeignKey(
        "projects.Project", null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    project_role = models.CharField(max_length=10, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # the team page's list of open invitations
            models.Index(fields=["team", "-created_at"], name="invitations_of_team"),
        ]

    def __str__(self) -> str:
        return self.email or _("a link for one person")

    def is_open(self, now: datetime) -> bool:
        """Whether the link still lets somebody in."""
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at
