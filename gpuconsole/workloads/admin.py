"""Workloads in the Django admin: to look at, never to change, since only moves may write a state."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from gpuconsole.workloads.limits import admin as limits
from gpuconsole.workloads.models import Event, LaunchRequest, LostLaunch, Preset, UsageInterval, Workload

__all__ = ["limits"]


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Shows rows; offers neither to add, nor to change, nor to delete."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Workload)
class WorkloadAdmin(ReadOnly):
    """Every team's work."""

    list_display = ("public_id", "name", "kind", "provider", "state", "team", "project", "created_at")
    list_filter = ("kind", "provider", "state", "is_sandbox")
    list_select_related = ("team", "project")
    search_fields = ("public_id", "remote_id", "token", "name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Event)
class EventAdmin(ReadOnly):
    """Every line of every timeline."""

    list_display = ("workload", "at", "kind", "state", "remote_status", "text", "by")
    list_filter = ("kind",)
    list_select_related = ("workload", "by")
    search_fields = ("workload__public_id",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(UsageInterval)
class UsageIntervalAdmin(ReadOnly):
    """Every billed stretch."""

    list_display = ("workload", "attempt", "started_at", "ended_at", "billed_s", "hourly_price", "currency", "cost")
    list_select_related = ("workload",)
    search_fields = ("workload__public_id",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Preset)
class PresetAdmin(ReadOnly):
    """Every saved launch form."""

    list_display = ("public_id", "name", "provider", "team", "project", "owner", "changed_at")
    list_filter = ("provider",)
    list_select_related = ("team", "project", "owner")
    search_fields = ("public_id", "name")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(LaunchRequest)
class LaunchRequestAdmin(ReadOnly):
    """Every team's launches that waited for an admin; they are decided by the project's own admins."""

    list_display = ("public_id", "name", "provider", "state", "team", "project", "by", "held", "currency", "expires_at")
    list_filter = ("state", "provider", "kind")
    list_select_related = ("team", "project", "by")
    search_fields = ("public_id", "name", "by__email")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(LostLaunch)
class LostLaunchAdmin(ReadOnly):
    """Every launch that nobody could confirm, and what was decided about it."""

    list_display = ("workload", "token", "sent_at", "settlement", "remote_id", "decided_by", "decided_at", "settled_at")
    list_filter = ("settlement",)
    list_select_related = ("workload", "decided_by")
    search_fields = ("token", "remote_id", "workload__public_id")
    ordering = ("-id",)
    show_full_result_count = False
