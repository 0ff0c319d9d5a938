"""What the database holds of the console itself."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When a process said last that it is alive; see ``heartbeats`` for their names."""

    name = models.CharField(max_length=20, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
