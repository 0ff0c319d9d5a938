"""What workers have seen of providers, in the Django admin: to read only."""

from __future__ import annotations

from django.contrib import admin

from gpuconsole.catalog.models import ChoiceSet, Offer
from gpuconsole.core.admin import ReadOnlyAdmin


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin[Offer]):
    """Offers by connection."""

    list_display = (
        "hardware_id",
        "connection",
        "region",
        "gpu_model",
        "gpu_count",
        "hourly_price",
        "currency",
        "seen_at",
    )
    list_select_related = ("connection",)
    list_filter = ("gpu_model", "currency")
    search_fields = ("hardware_id", "gpu_model")


@admin.register(ChoiceSet)
class ChoiceSetAdmin(ReadOnlyAdmin[ChoiceSet]):
    """Sets of choices by connection."""

    list_display = ("name", "connection", "seen_at")
    list_select_related = ("connection",)
