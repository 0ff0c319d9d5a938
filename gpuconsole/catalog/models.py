"""What a provider offers through one connection, as seen at a moment, and how its price moved."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy

from gpuconsole.catalog.sanity import Doubt
from gpuconsole.connections.models import Connection
from gpuconsole.core import gpus
from gpuconsole.core.ids import stable_id

_AMOUNT: models.DecimalField[Any, Any] = models.DecimalField(max_digits=26, decimal_places=12, null=True)


def _price_of(units: Any, has_any: Q) -> models.GeneratedField:
    """A column with the price divided by whole units; none where there are none."""
    whole = Cast(units, models.DecimalField(max_digits=20, decimal_places=0))
    each = Case(When(has_any, then=F("hourly_price") / whole), default=None, output_field=_AMOUNT)
    return models.GeneratedField(expression=each, output_field=_AMOUNT, db_persist=True)


class Source(models.TextChoices):
    """Where a price comes from."""

    PROVIDER = "provider", gettext_lazy("The provider's API")
    PUBLISHED = "published", gettext_lazy("A public price list")


class OfferQuerySet(models.QuerySet["Offer"]):
    """Questions that are asked of offers in several places."""

    def standing(self) -> OfferQuerySet:
        """Those that were there when their connection was looked at last."""
        return self.filter(gone_at__isnull=True)


class Offer(models.Model):
    """Hardware × count × region × price; ``hourly_price`` is for all its GPUs together, None where nobody knows it.

    An offer that goes keeps its row for a while, so that its id and its history are there when it comes back.
    """

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    """Made from what the offer is, so it is the same whenever that is offered."""
    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.CASCADE, related_name="offers"
    )  # None: from a public price list, seen through no account
    provider = models.CharField(max_length=30)
    hardware_id = models.CharField(max_length=100)
    region = models.CharField(max_length=100, blank=True)
    regions = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    """All that it can be had in; ``region`` is empty where that is more than one."""
    gpu_model = models.CharField(max_length=60, blank=True)
    maker = models.CharField(max_length=40, blank=True)
    vram_gb = models.PositiveIntegerField(null=True, blank=True)
    """These three are in the provider's words."""
    gpu = models.CharField(max_length=60, blank=True)
    """Our name for the GPU (see ``gpus``); empty: there is none in it."""
    memory_gb = models.PositiveIntegerField(null=True, blank=True)
    """Of one GPU: as told, else as its words or its data sheet say."""
    is_spot = models.BooleanField(default=False)
    """The provider may take it back at any time."""
    gpu_count = models.PositiveIntegerField(default=0)
    hourly_price = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    gpu_price = _price_of(F("gpu_count"), Q(gpu_count__gt=0))
    gb_price = _price_of(F("gpu_count") * F("memory_gb"), Q(gpu_count__gt=0, memory_gb__gt=0))
    """Price of one GPU-hour, and of one hour of one GB of GPU memory; None where there is none of it."""
    currency = models.CharField(max_length=3, blank=True)
    billing = models.CharField(max_length=10, blank=True)
    cpu_count = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    ram_gb = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    is_available = models.BooleanField(null=True, blank=True)
    """None: the provider does not tell."""
    detail = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=30, choices=Source.choices, default=Source.PROVIDER)
    source_text = models.CharField(max_length=200, blank=True)
    """Who published it, where it is from a public list."""
    words = models.TextField(blank=True)
    """All that a search looks through, in lower case."""
    doubt = models.CharField(max_length=10, choices=Doubt.choices, blank=True, default=Doubt.NONE)
    doubt_at = models.DateTimeField(null=True, blank=True)
    believed_price = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    """The last price that was not doubted, in the row's currency."""
    seen_at = models.DateTimeField(null=True, blank=True)
    """When it last became what it is (``OfferList.seen_at``: when it was last looked at); of a list, its date."""
    gone_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            # also serves all offers of one connection
            models.UniqueConstraint(
                fields=["connection", "hardware_id", "gpu_count", "region"], name="offer_once_a_connection"
            ),
            models.CheckConstraint(
                condition=Q(hourly_price__isnull=True) | Q(hourly_price__gte=0), name="offer_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(connection__isnull=False) | Q(source=Source.PUBLISHED), name="offer_seen_or_published"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gpu_count} × {self.gpu or self.gpu_model or self.hardware_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.settle()
        super().save(*args, **kwargs)

    def settle(self) -> None:
        """Fill in what follows from the other columns; whoever writes in bulk calls it first."""
        if self.connection is not None:
            self.provider = self.connection.provider
        account = self.connection.public_id if self.connection else f"published:{self.provider}:{self.is_spot}"
        self.public_id = stable_id("off", account, self.hardware_id, str(self.gpu_count), self.region)
        found = gpus.read(self.gpu_model, self.maker, self.vram_gb, self.gpu_count or 1)
        self.gpu = found.model[:60] if self.gpu_count else ""
        self.memory_gb = found.memory_gb if self.gpu_count else None
        self.is_spot = self.is_spot or found.is_spot
        self.regions = self.regions or [part for part in [self.region] if part]
        parts = (self.gpu, gpus.squeezed(self.gpu), self.gpu_model, self.hardware_id, *self.regions, self.provider)
        self.words = " ".join(dict.fromkeys(part.lower() for part in (*parts, "spot" if self.is_spot else "")))


class OfferPrice(models.Model):
    """One price of an offer from a moment on, until the next row of the same offer."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="prices")
    at = models.DateTimeField()
    hourly_price = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            # also finds the price that held at a moment
            models.UniqueConstraint(fields=["offer", "at"], name="offer_price_once_a_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.hourly_price if self.hourly_price is not None else 'unknown'} {self.currency} from {self.at:%F}"


class OfferList(models.Model):
    """When all offers of one connection were looked at last; an offer's row is written only when it changed."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="offer_list")
    seen_at = models.DateTimeField()
    contents = models.JSONField(default=dict)
    """What can be chosen among its offers (see ``contents``), so that no page has to look through them all."""

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
