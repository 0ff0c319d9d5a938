"""Connections for installation staff in the Django admin; credentials are never shown."""

from __future__ import annotations

from django.contrib import admin

from gpuconsole.connections.models import Connection
from gpuconsole.core.admin import ModelAdmin


@admin.register(Connection)
class ConnectionAdmin(ModelAdmin[Connection]):
    """Health and lease of each connection, to read; keys are changed on the connection's own page."""

    list_display = ("name", "team", "provider", "is_sandbox", "health", "synced_at", "failures", "removed_at")
    list_filter = ("provider", "is_sandbox", "health")
    list_select_related = ("team",)
    search_fields = ("name", "public_id")
    fields = readonly_fields = (
        *("public_id", "team", "provider", "name", "base_url", "is_sandbox", "hint", "by", "created_at", "removed_at"),
        *("credentials_version", "rotated_at", "check_state", "check_steps", "checked_at"),
        *("health", "health_text", "health_at", "last_success_at"),
        *("due_at", "lease_until", "synced_at", "failures", "breaker_until", "watched_until", "next_inventory_at"),
    )
