"""Webhooks of teams and of projects, and what was sent there."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import Team, User
from gpuconsole.core.fields import SealedField
from gpuconsole.notify.models.news import News
from gpuconsole.projects.models import Project


class Webhook(models.Model):
    """Where a team, or one of its projects, wants to be told, and with which secret it is signed."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="webhooks")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="webhooks")
    """What concerns this project alone is told; None: what concerns the team."""
    url = models.CharField(max_length=500)
    secret = SealedField(bound_to="public_id")
    occasions = ArrayField(models.CharField(max_length=20), default=list)
    """Those that it is told of."""
    is_on = models.BooleanField(default=True)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "project"], nulls_distinct=False, name="webhook_once_a_place")
        ]

    def __str__(self) -> str:
        return _("Webhook of {place}").format(place=self.project or self.team)


class Delivery(models.Model):
    """One piece of news for one webhook, tried until it is taken or given up."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    news = models.ForeignKey(News, on_delete=models.CASCADE, related_name="+")
    next_at = models.DateTimeField(null=True, blank=True)
    """When it is tried next; None: taken, or given up."""
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    """When it was taken."""
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    """HTTP status of the last answer."""
    error = models.CharField(max_length=300, blank=True)
    """Why it was not taken."""

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["webhook", "news"], name="delivery_once")]
        indexes = [
            # what is to be sent
            models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="delivery_due"),
            # the last ones of a webhook
            models.Index(fields=["webhook", "-id"], name="delivery_list"),
        ]

    def __str__(self) -> str:
        return f"{self.news_id} to {self.webhook_id}"

    @property
    def is_given_up(self) -> bool:
        return self.sent_at is None and self.next_at is None
