"""Launches whose answer was lost and that were not found by themselves: what they could be, and what was decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gpuconsole.accounts.models import User
from gpuconsole.workloads.models.workload import Workload


class Settlement(models.TextChoices):
    """What becomes of a launch that nobody could confirm."""

    NONE = "", _("Undecided")
    ADOPT = "adopt", _("Adopt")
    SEND_AGAIN = "send_again", _("Send again")
    GIVE_UP = "give_up", _("Give up")
    FOUND = "found", _("Found")
    """It turned up by itself after all."""


class LostLaunch(models.Model):
    """One sending of one workload that is, or was, for a person to decide about.

    The row stays when it is settled: a remote that turns up later with ``token`` can still be named.
    """

    workload = models.ForeignKey(Workload, on_delete=models.CASCADE, related_name="lost_launches")
    token = models.CharField(max_length=60)
    """The mark under which it was sent."""
    sent_at = models.DateTimeField()
    candidates = models.JSONField(default=list, blank=True)
    """What it could be at the provider, as ``decisions.candidates.Candidate`` writes itself."""
    looked_at = models.DateTimeField(null=True, blank=True)
    """When the candidates were looked for last."""
    settlement = models.CharField(max_length=12, choices=Settlement.choices, blank=True, default=Settlement.NONE)
    remote_id = models.CharField(max_length=200, blank=True)
    """The candidate that is to be adopted."""
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    error = models.TextField(blank=True)
    """Why the last decision could not be carried out, so that another is needed."""
    settled_at = models.DateTimeField(null=True, blank=True)
    """When the decision was carried out; until then the worker has yet to do it, or nobody decided."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workload"], condition=Q(settled_at=None), name="one_lost_launch_open"),
        ]
        indexes = [
            # whose a remote is that carries the mark of an earlier sending
            models.Index(fields=["token"], name="lost_launch_token"),
        ]

    def __str__(self) -> str:
        return f"{self.workload}, sent {self.sent_at:%F %H:%M}"

    @property
    def is_decided(self) -> bool:
        """Whether somebody decided and a worker has yet to do it."""
        return bool(self.settlement) and self.settled_at is None
