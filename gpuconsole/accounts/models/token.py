"""API tokens: what scripts sign in with."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models.team import Team
from gpuconsole.accounts.models.user import User


class Scope(models.TextChoices):
    """What a token may do at most; each includes the ones before it."""

    READ = "read", gettext_lazy("Read")
    LAUNCH = "launch", gettext_lazy("Launch")
    ADMIN = "admin", gettext_lazy("Admin")


class ApiToken(models.Model):
    """A token acts as the user who made it, within its scopes; the text itself is not kept, only its hash."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="tokens")
    project = models.ForeignKey(
        "projects.Project", null=True, blank=True, on_delete=models.CASCADE, related_name="tokens"
    )
    """None: all projects that the user sees in the team."""
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, editable=False)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope.choices), default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # the page of a team's tokens, newest first
            models.Index(fields=["team", "-created_at"], name="tokens_of_team"),
        ]

    def __str__(self) -> str:
        return self.name

    def is_valid(self, now: datetime) -> bool:
        """Whether it still opens the API."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
