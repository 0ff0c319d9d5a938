"""Health over time: calls to a provider, counted by the half hour."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from gpuconsole.connections.models.connection import Connection

TICK_S = 1800


class HealthTick(models.Model):
    """All calls of one connection in one half hour."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="ticks")
    starts_at = models.DateTimeField()
    calls = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    total_ms = models.PositiveBigIntegerField(default=0)
    spread = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    """How many took how long, by ``calls.BOUNDS_MS``: what a median is told from."""

    class Meta:
        constraints = [
            # also serves the last 48 ticks of one connection
            models.UniqueConstraint(fields=["connection", "starts_at"], name="tick_once_a_half_hour"),
            models.CheckConstraint(condition=Q(failures__lte=F("calls")), name="failures_within_calls"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%F %H:%M}: {self.calls} calls"
