"""Alerts about the cost of one workload."""

from __future__ import annotations

from django.db import models

from gpuconsole.projects.models import AlertRule
from gpuconsole.workloads.models.workload import Workload


class WorkloadAlert(models.Model):
    """A workload came to cost more than a rule allows without a word; recorded once, sent by whoever delivers it."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="told")
    workload = models.ForeignKey(Workload, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    """When it was found to be so."""
    cost = models.DecimalField(max_digits=16, decimal_places=6)
    """What it had cost then, in its own currency."""
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "workload"], name="workload_alert_once_a_rule")]
        indexes = [
            # what still has to be sent
            models.Index(fields=["at"], condition=models.Q(sent_at__isnull=True), name="workload_alert_to_send"),
        ]

    def __str__(self) -> str:
        return f"workload {self.workload_id} by rule {self.rule_id}"
