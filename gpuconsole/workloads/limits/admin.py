"""The installation's panel for limits of all teams: use beside each, edited in place, profiles for many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.admin import TeamAdmin
from gpuconsole.accounts.models import Team, User
from gpuconsole.audit import services as audit
from gpuconsole.core.admin import ModelAdmin, ReadOnlyAdmin, TabularInline
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal
from gpuconsole.projects import quota_words
from gpuconsole.projects.admin import ProjectAdmin
from gpuconsole.projects.models import AlertRule, Budget, BudgetAlert, Project, Quota, QuotaProfile, QuotaProfileLine
from gpuconsole.workloads.limits import bars, money, services, use
from gpuconsole.workloads.limits.admin_forms import BudgetForm, LineForm, ProfileChoice, QuotaForm
from gpuconsole.workloads.limits.bars import Bar
from gpuconsole.workloads.models import WorkloadAlert


class _WithBars(ChangeList):
    """A list whose rows of one page get their bars together, in a constant number of queries."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.model_admin.set_bars(list(self.result_list))  # type: ignore[attr-defined]  # the rows stay in the queryset


class _LimitAdmin(ModelAdmin[Any]):
    """What the lists of quotas and of budgets share."""

    list_per_page = 100
    ordering = ("team__name", "project__name", "pk")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _WithBars

    def set_bars(self, rows: list[Any]) -> None:
        """Give each row its ``bar``."""
        raise NotImplementedError

    @admin.display(description=gettext_lazy("in use"))
    def in_use(self, row: Any) -> str:
        bar: Bar = row.bar
        if bar.percent is None:
            return bar.used or "–"
        return format_html(
            '<meter min="0" max="100" high="80" optimum="0" value="{}" aria-label="{}"></meter> {}',
            bar.percent,
            bar.sentence,
            bar.used,
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What it is a limit of stays; another one is another row."""
        return () if obj is None else self.scope

    scope: tuple[str, ...] = ()


@admin.register(Quota)
class QuotaAdmin(_LimitAdmin):
    """Every limit of every team, project and person."""

    form = QuotaForm
    list_display = ("what", "team", "project", "person", "in_use", "limit", "consequence", "allows")
    list_editable = ("limit", "consequence")
    list_select_related = ("team", "project", "member")
    list_filter = ("measure", "consequence", "kind", "each_member", "team", "project")
    search_fields = ("team__name", "project__name", "project__slug", "member__email", "member__name", "gpu_model")
    autocomplete_fields = ("team", "project", "member")
    scope = ("team", "project", "member", "each_member", "measure", "kind", "gpu_model")

    @admin.display(description=gettext_lazy("limit on"), ordering="measure")
    def what(self, row: Quota) -> str:
        return quota_words.label(row)

    @admin.display(description=gettext_lazy("person"), ordering="member__name")
    def person(self, row: Quota) -> str:
        return _("each") if row.each_member else row.member.display_name if row.member else ""

    @admin.display(description=gettext_lazy("allows"))
    def allows(self, row: Quota) -> str:
        return bars.limit_words(row, row.team.currency)

    def set_bars(self, rows: list[Any]) -> None:
        uses = use.used(rows, timezone.now())
        for row in rows:
            row.bar = bars.of_quota(row, uses.get(row.pk), row.team.currency)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return QuotaForm

    def save_model(self, request: HttpRequest, obj: Quota, form: Any, change: bool) -> None:
        """As every change of a limit: checked, locked, audited."""
        by, why = _staff(request), form.cleaned_data.get("why", "")
        if change:
            services.change_quota(quota=obj, terms=form.terms, by=by, why=why)
            return
        made = services.add_quota(
            team=obj.team, project=obj.project, member=obj.member, terms=form.terms, by=by, why=why
        )
        obj.pk, obj.public_id = made.pk, made.public_id

    def delete_model(self, request: HttpRequest, obj: Quota) -> None:
        services.remove_quota(quota=obj, by=_staff(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Quota]) -> None:
        for row in queryset.select_related("team", "project"):
            services.remove_quota(quota=row, by=_staff(request))


@admin.register(Budget)
class BudgetAdmin(_LimitAdmin):
    """The month's money of every team and project."""

    form = BudgetForm
    list_display = ("__str__", "team", "project", "in_use", "amount", "currency", "when_spent", "stops_at_120")
    list_editable = ("amount", "when_spent", "stops_at_120")
    list_select_related = ("team", "project")
    list_filter = ("when_spent", "stops_at_120", "team")
    search_fields = ("team__name", "project__name", "project__slug")
    autocomplete_fields = ("team", "project")
    scope = ("team", "project")

    def set_bars(self, rows: list[Any]) -> None:
        for row, standing in zip(rows, money.standings(rows, timezone.now()), strict=True):
            row.bar = bars.of_budget(standing)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return BudgetForm

    def save_model(self, request: HttpRequest, obj: Budget, form: Any, change: bool) -> None:
        """As every change of a budget: checked, locked, audited."""
        why = form.cleaned_data.get("why", "")
        made = services.put_budget(team=obj.team, project=obj.project, money=form.money, by=_staff(request), why=why)
        obj.pk = made.pk

    def delete_model(self, request: HttpRequest, obj: Budget) -> None:
        services.remove_budget(budget=obj, by=_staff(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Budget]) -> None:
        for row in queryset.select_related("team", "project"):
            services.remove_budget(budget=row, by=_staff(request))


@admin.register(BudgetAlert)
class BudgetAlertAdmin(ReadOnlyAdmin[BudgetAlert]):
    """What budgets had to tell."""

    list_display = ("budget", "month", "kind", "spent", "at", "sent_at")
    list_select_related = ("budget",)
    list_filter = ("kind", "month")
    ordering = ("-id",)


@admin.register(AlertRule)
class AlertRuleAdmin(ReadOnlyAdmin[AlertRule]):
    """What teams and projects want to be told; they switch it on their own pages."""

    list_display = ("about", "team", "project", "is_on", "audience", "amount", "since")
    list_select_related = ("team", "project")
    list_filter = ("about", "is_on")


@admin.register(WorkloadAlert)
class WorkloadAlertAdmin(ReadOnlyAdmin[WorkloadAlert]):
    """Work that came to cost more than somebody wanted to hear of."""

    list_display = ("workload", "rule", "cost", "at", "sent_at")
    list_select_related = ("workload", "rule")
    ordering = ("-id",)


class LineInline(TabularInline[QuotaProfileLine, QuotaProfile]):
    """The limits of a profile."""

    model = QuotaProfileLine
    form = LineForm
    extra = 1


@admin.register(QuotaProfile)
class QuotaProfileAdmin(ModelAdmin[QuotaProfile]):
    """Named sets of limits; they are given to teams and projects from the lists of those."""

    list_display = ("name", "description")
    search_fields = ("name",)
    inlines = (LineInline,)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        lines = [str(quota_words.label_of(line)) for line in form.instance.lines.order_by("pk")]
        audit.record("profile.save", by=_staff(request), team=None, target=form.instance, after={"limits": lines})

    def delete_model(self, request: HttpRequest, obj: QuotaProfile) -> None:
        audit.record("profile.remove", by=_staff(request), team=None, target=obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[QuotaProfile]) -> None:
        for row in queryset:
            self.delete_model(request, row)


class _TakesProfiles(ModelAdmin[Any]):
    """Rows that a profile can be given to."""

    actions = ("apply_profile",)

    def has_settle_permission(self, request: HttpRequest) -> bool:
        """Whoever may change quotas."""
        return request.user.has_perms(("projects.add_quota", "projects.change_quota"))

    @admin.action(description=gettext_lazy("Apply a quota profile…"), permissions=["settle"])
    def apply_profile(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        """Ask which, then set its limits on all rows, or on none where one is refused."""
        form = ProfileChoice(request.POST if "profile" in request.POST else None)
        if form.is_valid() and self._apply(request, form, list(rows)):
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Apply a quota profile"),
            "opts": self.model._meta,
            "rows": rows,
            "form": form,
            "lines": {one: [quota_words.label_of(line) for line in one.lines.all()] for one in _profiles()},
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return render(request, "admin/apply_profile.html", context, status=422 if form.errors else 200)

    def _apply(self, request: HttpRequest, form: ProfileChoice, rows: list[Any]) -> bool:
        given = {"teams": rows, "projects": []} if self.model is Team else {"teams": [], "projects": rows}
        profile = form.cleaned_data["profile"]
        try:
            count = services.apply_profile(profile=profile, by=_staff(request), why=form.cleaned_data["why"], **given)
        except Refused as refused:
            add_refusal(form, refused)
            return False
        noun = self.model._meta.verbose_name_plural if len(rows) > 1 else self.model._meta.verbose_name
        messages.success(
            request,
            _("{name}: {count} limits were set on {number} {noun}.").format(
                name=profile.name, count=count, number=len(rows), noun=noun
            ),
        )
        return True


class LimitedProjectAdmin(_TakesProfiles, ProjectAdmin):
    """Projects, which profiles can be given to."""

    list_select_related = ("team",)


class LimitedTeamAdmin(_TakesProfiles, TeamAdmin):
    """Teams, which profiles can be given to."""


for _model, _shown in ((Project, LimitedProjectAdmin), (Team, LimitedTeamAdmin)):
    admin.site.unregister(_model)
    admin.site.register(_model, _shown)


def _profiles() -> QuerySet[QuotaProfile]:
    return QuotaProfile.objects.prefetch_related("lines").order_by("name")


def _staff(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
