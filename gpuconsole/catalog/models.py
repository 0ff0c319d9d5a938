"""What a provider offers through one connection, as seen at a moment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gpuconsole.connections.models import Connection


class Offer(models.Model):
    """Hardware × count × region × price; ``hourly_price`` is for all its GPUs together, None where nobody knows it."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="offers")
    hardware_id = models.CharField(max_length=100)
    region = models.CharField(max_length=100, blank=True)
    gpu_model = models.CharField(max_length=60, blank=True)
    maker = models.CharField(max_length=40, blank=True)
    vram_gb = models.PositiveIntegerField(null=True, blank=True)
    gpu_count = models.PositiveIntegerField(default=0)
    hourly_price = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    currency = models.CharField(max_length=3)
    billing = models.CharField(max_length=10)
    cpu_count = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    ram_gb = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    is_available = models.BooleanField(null=True, blank=True)
    """None: the provider does not tell."""
    detail = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=30, default="provider")
    seen_at = models.DateTimeField()
    """When it last became what it is; ``OfferList.seen_at`` tells when it was last looked at."""

    class Meta:
        constraints = [
            # also serves all offers of one connection
            models.UniqueConstraint(
                fields=["connection", "hardware_id", "gpu_count", "region"], name="offer_once_a_connection"
            ),
            models.CheckConstraint(
                condition=Q(hourly_price__isnull=True) | Q(hourly_price__gte=0), name="offer_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gpu_count} × {self.gpu_model or self.hardware_id}"


class OfferList(models.Model):
    """When all offers of one connection were looked at last; an offer's row is written only when it changed."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="offer_list")
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"offers of connection {self.connection_id}"


class ChoiceSet(models.Model):
    """All values that the provider offers for one source of choices (see ``Ui.choices``)."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="choice_sets")
    name = models.CharField(max_length=60)
    choices = models.JSONField(default=list)
    """[{"value", "label", "help", "group", "facts"}, …] in the provider's order."""
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "name"], name="choice_set_once_a_connection"),
        ]

    def __str__(self) -> str:
        return self.name
