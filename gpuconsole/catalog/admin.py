"""What workers have seen of providers, in the Django admin: to read only."""

from __future__ import annotations

from django.contrib import admin

from gpuconsole.catalog.models import ChoiceSet, Offer, OfferPrice
from gpuconsole.core.admin import ReadOnlyAdmin


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin[Offer]):
    """Offers by connection; those without one are from public lists."""

    list_display = (
        *("hardware_id", "provider", "connection", "region", "gpu", "gpu_count", "hourly_price", "currency"),
        *("doubt", "seen_at", "gone_at"),
    )
    list_select_related = ("connection",)
    list_filter = ("provider", "source", "doubt", "gpu", "currency")
    search_fields = ("public_id", "hardware_id", "gpu_model")


@admin.register(OfferPrice)
class OfferPriceAdmin(ReadOnlyAdmin[OfferPrice]):
    """Prices that offers had, newest first."""

    list_display = ("offer", "at", "hourly_price", "currency")
    list_select_related = ("offer",)
    search_fields = ("offer__public_id", "offer__hardware_id")
    ordering = ("-id",)


@admin.register(ChoiceSet)
class ChoiceSetAdmin(ReadOnlyAdmin[ChoiceSet]):
    """Sets of choices by connection."""

    list_display = ("name", "connection", "seen_at")
    list_select_related = ("connection",)
