"""Projects for installation staff in the Django admin; values of secrets are never shown."""

from __future__ import annotations

from django.contrib import admin

from gpuconsole.core.admin import ModelAdmin, TabularInline
from gpuconsole.projects.models import ExchangeRate, Project, ProjectMember, Secret


class MemberInline(TabularInline[ProjectMember, Project]):
    """Who is in a project."""

    model = ProjectMember
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Project)
class ProjectAdmin(ModelAdmin[Project]):
    """Projects with their members."""

    list_display = ("name", "slug", "team", "default_stop_after_s", "archived_at")
    list_select_related = ("team",)
    search_fields = ("name", "slug")
    inlines = (MemberInline,)


@admin.register(Secret)
class SecretAdmin(ModelAdmin[Secret]):
    """Names and dates; values are stored on the project's page and readable nowhere."""

    list_display = ("name", "project", "last4", "by", "changed_at")
    list_select_related = ("project", "by")
    search_fields = ("name",)
    fields = readonly_fields = ("public_id", "project", "name", "last4", "by", "created_at", "changed_at")


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ModelAdmin[ExchangeRate]):
    """Kept by hand; each day's rate has its source."""

    list_display = ("on", "currency", "to_currency", "rate", "source")
    list_filter = ("currency", "to_currency")
    date_hierarchy = "on"
