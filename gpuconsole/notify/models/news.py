"""News: what happened that people and webhooks are told of, written down with what happened and told afterwards."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from gpuconsole.accounts.models import Team
from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import Workload


class News(models.Model):
    """One thing to tell. It is written in the transaction of what it tells of, so that neither is without the other."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    key = models.CharField(max_length=120, unique=True)
    """What it is about, so that whoever finds the same again tells nothing twice."""
    occasion = models.CharField(max_length=20)
    """See the module ``occasions``."""
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    workload = models.ForeignKey(Workload, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    path = models.CharField(max_length=200, blank=True)
    """Where more is to be seen, below the console's address."""
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    """What a webhook is told besides."""
    batch = models.BigIntegerField(null=True, blank=True)
    """News of one place that came up together are told in one mail; None: not handed out yet."""
    told_at = models.DateTimeField(null=True, blank=True)
    """When everybody who wants such mails had been told, or nobody was to be."""

    class Meta:
        verbose_name_plural = "news"
        indexes = [
            # what is to be handed out
            models.Index(fields=["id"], condition=models.Q(batch__isnull=True), name="news_fresh"),
            # what is to be mailed
            models.Index(fields=["batch"], condition=models.Q(told_at__isnull=True), name="news_not_told"),
            # what is old enough to be forgotten
            models.Index(fields=["at"], name="news_age"),
        ]

    def __str__(self) -> str:
        return self.subject
