"""The newest inventory of each connection: when it was taken and what it came to."""

from __future__ import annotations

from django.db import models

from gpuconsole.connections.models import Connection


class InventoryReading(models.Model):
    """One row a connection, written with every inventory that was read to its end."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="inventory")
    read_at = models.DateTimeField()
    listed = models.PositiveIntegerField(default=0)
    """All that the provider listed, ended work included as far as it tells of that."""
    live = models.PositiveIntegerField(default=0)
    """Those of them that had not ended."""

    def __str__(self) -> str:
        return f"{self.live} live of {self.listed} at {self.read_at:%F %T}"
