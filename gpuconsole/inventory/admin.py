"""Findings in the Django admin: to look at, never to change."""

from __future__ import annotations

from django.contrib import admin

from gpuconsole.inventory.models import Finding, InventoryReading
from gpuconsole.workloads.admin import ReadOnly


@admin.register(Finding)
class FindingAdmin(ReadOnly):
    """Every team's findings."""

    list_display = ("public_id", "kind", "state", "provider", "remote_id", "name", "mark", "hourly_now", "team")
    list_filter = ("kind", "state", "mark", "provider")
    list_select_related = ("team",)
    search_fields = ("public_id", "remote_id", "token", "name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(InventoryReading)
class InventoryReadingAdmin(ReadOnly):
    """The newest inventory of every connection."""

    list_display = ("connection", "read_at", "listed", "live")
    list_select_related = ("connection",)
    ordering = ("-read_at",)
