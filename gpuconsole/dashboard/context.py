"""What the shell around every signed-in page shows: scope, navigation with counts, the month's money, the theme."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gpuconsole.accounts.access import Viewer, teams_of, viewer
from gpuconsole.accounts.models import Team, User
from gpuconsole.core import briefly, formats
from gpuconsole.core.money import Money
from gpuconsole.inventory import queries as inventory
from gpuconsole.projects import budgets, rates
from gpuconsole.projects.access import focused_project, visible_projects
from gpuconsole.projects.models import Budget, Project
from gpuconsole.spend import months
from gpuconsole.workloads import queries, stale
from gpuconsole.workloads.requests import access as requests
from gpuconsole.workloads.states import Kind

THEMES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class NavItem:
    """One line of the side bar; a disabled one says in its hint why."""

    label: str
    url: str
    icon: str
    group: str = ""
    count: int | None = None
    current: bool = False
    disabled: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class MonthMoney:
    """The month of the scope in focus; ``percent`` and ``pace_percent`` are out of 100, None without a budget."""

    label: str
    spend: Decimal | None
    budget: Decimal | None
    currency: str
    percent: Decimal | None
    pace_percent: Decimal | None
    forecast: Decimal | None = None
    """Where the month ends at this pace."""
    url: str = "/costs/"

    @property
    def forecast_percent(self) -> Decimal | None:
        """Of the budget; it may pass 100."""
        return self.forecast / self.budget * 100 if self.forecast is not None and self.budget else None

    @property
    def margin(self) -> str:
        """What the forecast leaves of the budget, in words."""
        if self.forecast is None or self.budget is None:
            return ""
        left = self.budget - self.forecast
        text = _("{amount} under") if left >= 0 else _("{amount} over")
        return text.format(amount=formats.money(abs(left), self.currency, summary=True))


@dataclass(frozen=True, slots=True)
class Shell:
    """Read by base.html and the templates below shell/."""

    user: User
    teams: Sequence[Team]
    team: Team | None
    projects: Sequence[Project]
    project: Project | None
    nav: Sequence[NavItem]
    month: MonthMoney | None
    theme: str
    silent: Sequence[stale.Silent] = ()
    """Accounts of which there is no news, though work runs there."""


@dataclass(frozen=True, slots=True)
class _Need:
    """How many launch requests wait for this person, in how many things providers and the record differ, and which
    accounts are silent."""

    waiting: int = 0
    differing: int = 0
    silent: Sequence[stale.Silent] = ()


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor; nothing is asked of the database before a template looks."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"shell": {"theme": _theme(request)}}
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: HttpRequest) -> Shell:
    person = viewer(request)
    projects = list(_with_budgets(visible_projects(person)).filter(archived_at=None).order_by("name"))
    project = focused_project(request, person)
    scope = [project] if project else projects
    need = _need(person, person.team) if person.team is not None else _Need()
    return Shell(
        user=person.user,
        teams=teams_of(person),
        team=person.team,
        projects=projects,
        project=project,
        nav=_nav(request, person, project, person.memo.get(queries.OPEN_COUNTS) or queries.open_counts(scope), need),
        month=_month(person, project, projects),
        theme=_theme(request),
        silent=need.silent,
    )


def _theme(request: HttpRequest) -> str:
    theme = request.COOKIES.get("theme", "system")
    return theme if theme in THEMES else "system"


def _nav(
    request: HttpRequest, person: Viewer, project: Project | None, counts: dict[str, int], need: _Need
) -> list[NavItem]:
    items = [
        NavItem(_("Overview"), "/", "layout-dashboard"),
        NavItem(_("Launch"), "/launch/", "rocket"),
        NavItem(_("Jobs"), "/jobs/", "list-video", count=counts.get(Kind.JOB)),
        NavItem(_("Instances"), "/instances/", "server", count=counts.get(Kind.INSTANCE)),
        NavItem(_("Catalogue"), "/catalogue/", "table-2"),
        NavItem(_("Costs"), "/costs/", "chart-column"),
    ]
    if person.team is not None:
        hint = _waiting(need.waiting) if need.waiting else ""
        items += [NavItem(_("Requests"), "/requests/", "hand", count=need.waiting, hint=hint)]
    settings = f"/projects/{project.slug}/settings/" if project else ""
    of_project, of_team = _("Project"), _("Team")
    hint = "" if project else _("Choose a project above first.")
    items += [
        NavItem(_("Members"), f"{settings}members/", "users", of_project, disabled=not project, hint=hint),
        NavItem(_("Quotas and budgets"), f"{settings}quotas/", "gauge", of_project, disabled=not project, hint=hint),
        NavItem(_("Secrets"), f"{settings}secrets/", "lock", of_project, disabled=not project, hint=hint),
    ]
    if person.team is not None:
        items += [NavItem(_("Connections"), "/connections/", "plug", of_team)]
        hint = _differing(need.differing) if need.differing else ""
        items += [NavItem(_("Reconcile"), "/reconcile/", "scale", of_team, count=need.differing, hint=hint)]
        items += [NavItem(_("API tokens"), "/account/tokens/", "key-round", of_team)]
        if person.may_administer:
            items += [
                NavItem(_("People"), "/team/", "users", of_team),
                NavItem(_("Audit log"), "/audit/", "scroll-text", of_team),
            ]
    chosen = max((item.url for item in items if _is_below(request.path, item.url)), key=len, default=None)
    return [_marked(item, item.url == chosen and not item.disabled) for item in items]


def _waiting(number: int) -> str:
    text = ngettext("{number} launch request waiting for you", "{number} launch requests waiting for you", number)
    return text.format(number=formats.count(number))


def _differing(number: int) -> str:
    text = ngettext(
        "{number} difference between providers and the record",
        "{number} differences between providers and the record",
        number,
    )
    return text.format(number=formats.count(number))


def _need(person: Viewer, team: Team) -> _Need:
    """One query."""
    now = timezone.now()
    counts = [_count(requests.waiting_for(person, now)), _count(inventory.alarming(person, now))]
    found = Team.objects.filter(pk=team.pk).values_list(*counts, stale.silent_accounts(person, now))
    waiting, differing, silent = found.get()
    return _Need(waiting, differing, stale.told(silent))


def _count(rows: QuerySet[Any]) -> Coalesce:
    """The rows counted within another query."""
    each = rows.order_by().annotate(of_all=Value(1)).values("of_all")
    return Coalesce(Subquery(each.annotate(count=Count("pk")).values("count")), 0)


def _is_below(path: str, url: str) -> bool:
    return path == "/" if url == "/" else path.startswith(url)


def _marked(item: NavItem, is_current: bool) -> NavItem:
    return NavItem(item.label, item.url, item.icon, item.group, item.count, is_current, item.disabled, item.hint)


def _month(person: Viewer, project: Project | None, projects: Sequence[Project]) -> MonthMoney | None:
    if person.team is None:
        return None
    now = timezone.now()
    month = budgets.month_of(now, person.team.time_zone)
    spend, ahead = _spent(person.team, [project] if project else projects, now)
    budget = _budget(person, person.team, project, projects)
    percent = None
    if budget and spend is not None:
        percent = min(spend / budget * 100, Decimal(100))
    pace = month.share_gone(now) * 100 if budget else None
    return MonthMoney(month.name, spend, budget, person.team.currency, percent, pace, ahead)


def _spent(team: Team, projects: Sequence[Project], now: datetime) -> tuple[Decimal | None, Decimal | None]:
    """The month's spend and its forecast, some seconds old on every page but that of the costs."""
    facts = (team.pk, team.currency, team.time_zone, sorted(project.pk for project in projects))
    key = f"month:{sha256(repr(facts).encode()).hexdigest()[:32]}"
    kept = briefly.recall(key)
    if kept is None:
        running = months.running(team, projects, now)
        found = (running.spent, running.forecast.total if running.forecast else None)
        told = json.dumps([None if one is None else str(one) for one in found])
        briefly.keep(key, told, settings.MONTH_KEPT_S)
        return found
    spend, ahead = (None if one is None else Decimal(one) for one in json.loads(kept))
    return spend, ahead


def _with_budgets(projects: QuerySet[Project]) -> QuerySet[Project]:
    """The projects with ``own_budget`` and ``team_budget``: [amount as text, currency], or None."""

    def one(**scope: Any) -> Subquery:
        told = JSONObject(amount=Cast("amount", TextField()), currency="currency")
        return Subquery(Budget.objects.filter(**scope).values(told=told))

    own, wide = one(project=OuterRef("pk")), one(team=OuterRef("team"), project=None)
    return projects.annotate(own_budget=own, team_budget=wide)


def _budget(person: Viewer, team: Team, project: Project | None, projects: Sequence[Any]) -> Decimal | None:
    """The budget of the project in focus, in the team's currency. For all projects it is the team's own, where the
    person sees all that counts against it, else those of the projects together; None where one of them has none, or
    no rate is known."""
    scope = [one for one in projects if project is None or one.pk == project.pk]
    if not scope:
        return None
    if project is None and scope[0].team_budget is not None and person.may_administer:
        return _amount(scope[0].team_budget, team)
    found = [_amount(one.own_budget, team) for one in scope]
    known = [amount for amount in found if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(found) else None


def _amount(told: Mapping[str, str] | None, team: Team) -> Decimal | None:
    found = told and rates.convert(Money(Decimal(told["amount"]), told["currency"]), team.currency)
    return found.amount if found else None
