"""What was sent to whom; a notice with a key that is there already is not sent again."""

from __future__ import annotations

from django.db import models

from gpuconsole.accounts.models import Team, User


class Notice(models.Model):
    """One message to one person. It is written before it is sent, so that two workers cannot both send it."""

    key = models.CharField(max_length=120)
    """What it is about and when, such as ``weekly:12:2026-W47``; once a person."""
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=200)
    claimed_at = models.DateTimeField()
    """When a worker took it to send it."""
    sent_at = models.DateTimeField(null=True, blank=True)
    """When the mail server took it; None: not yet, or the worker died in between."""
    tries = models.PositiveSmallIntegerField(default=1)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "user"], name="notice_once_a_person")]
        indexes = [
            # those that are to be tried again
            models.Index(fields=["claimed_at"], condition=models.Q(sent_at__isnull=True), name="notice_not_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.key} to user {self.user_id}"
