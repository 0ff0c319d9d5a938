"""Accounts for installation staff in the Django admin; hashes of tokens are not shown."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import ApiToken, Invitation, Membership, Team, User
from gpuconsole.core.admin import ModelAdmin, TabularInline


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    """People, who sign in with an address instead of a user name."""

    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "name")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "time_zone")}),
        (
            gettext_lazy("Installation"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),)


class MembershipInline(TabularInline[Membership, Team]):
    """Who is in a team."""

    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Team)
class TeamAdmin(ModelAdmin[Team]):
    """Teams with their members."""

    list_display = ("name", "slug", "currency", "time_zone", "created_at")
    search_fields = ("name", "slug")
    inlines = (MembershipInline,)


@admin.register(Invitation)
class InvitationAdmin(ModelAdmin[Invitation]):
    """Links that were given out; made and taken back on the team's page."""

    list_display = ("public_id", "team", "email", "role", "expires_at", "accepted_at", "revoked_at")
    list_select_related = ("team",)
    fields = readonly_fields = (
        *("public_id", "team", "email", "role", "project", "project_role", "by"),
        *("created_at", "expires_at", "accepted_at", "revoked_at"),
    )


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin[ApiToken]):
    """Tokens by prefix; their text is kept nowhere."""

    list_display = ("name", "prefix", "team", "project", "user", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("team", "project", "user")
    search_fields = ("name", "prefix")
    fields = (
        *("public_id", "team", "project", "user", "name", "prefix", "scopes"),
        *("created_at", "expires_at", "last_used_at", "revoked_at"),
    )
    readonly_fields = ("public_id", "team", "project", "user", "prefix", "created_at", "last_used_at")
