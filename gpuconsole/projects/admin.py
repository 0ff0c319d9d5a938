"""Projects for installation staff in the Django admin; values of secrets are never shown."""

from __future__ import annotations

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.core.admin import ModelAdmin, TabularInline
from gpuconsole.projects.models import ExchangeRate, Project, ProjectMember, Secret
from gpuconsole.projects.rate_forms import RateForm


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
    """Kept by hand; each day's rate has its source. Every change stands in the audit log."""

    form = RateForm
    list_display = ("on", "currency", "to_currency", "rate", "source")
    list_filter = ("currency", "to_currency")
    date_hierarchy = "on"
    ordering = ("-on", "currency", "to_currency")

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: ExchangeRate, form: RateForm, change: bool) -> None:
        """Written together with its record."""
        kept = ExchangeRate.objects.filter(pk=obj.pk).first()
        super().save_model(request, obj, form, change)
        _record(request, "rate.set", obj, before=_facts(kept), after=_facts(obj))

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: ExchangeRate) -> None:
        """Taken away together with its record."""
        _record(request, "rate.remove", obj, before=_facts(obj), after={})
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ExchangeRate]) -> None:
        """Several at once, each with its record."""
        for rate in queryset:
            self.delete_model(request, rate)


def _record(
    request: HttpRequest, action: str, rate: ExchangeRate, *, before: dict[str, str], after: dict[str, str]
) -> None:
    by = request.user if isinstance(request.user, User) else None
    audit.record(action, by=by, team=None, target=rate, before=before, after=after)


def _facts(rate: ExchangeRate | None) -> dict[str, str]:
    return {} if rate is None else {"rate": str(rate), "on": str(rate.on), "source": rate.source}
