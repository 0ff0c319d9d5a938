"""Budgets that need a person: nine tenths are spent, or will be all before the month is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats
from gpuconsole.dashboard.attention_items import Attention
from gpuconsole.projects.access import visible_projects
from gpuconsole.projects.models import AlertKind, Budget, BudgetAlert, Project
from gpuconsole.workloads.limits import money
from gpuconsole.workloads.limits.money import Standing

SOON = Decimal("0.9")
_TELLING = (AlertKind.MOST, AlertKind.SPENT, AlertKind.FORECAST, AlertKind.STOP)
_LOOK_BACK = timedelta(days=32)


def found(viewer: Viewer, project: Project | None, now: datetime) -> list[Attention]:
    """Those that this person sees; only budgets that had something to tell this month are counted up."""
    if viewer.team is None:
        return []
    seen = Q(budget__project__in=[project] if project else visible_projects(viewer))
    if project is None and viewer.may_administer:
        seen |= Q(budget__team=viewer.team, budget__project=None)
    rows = BudgetAlert.objects.filter(seen, kind__in=_TELLING, month__gte=(now - _LOOK_BACK).date())
    told: dict[int, list[BudgetAlert]] = {}
    for row in rows.order_by("pk"):
        told.setdefault(row.budget_id, []).append(row)
    if not told:
        return []
    budgets = Budget.objects.filter(pk__in=told).select_related("team", "project")
    items = (_of(one, told[one.budget.pk], now) for one in money.standings(list(budgets), now))
    return [item for item in items if item is not None]


def _of(standing: Standing, told: Sequence[BudgetAlert], now: datetime) -> Attention | None:
    budget, balance = standing.budget, standing.balance
    mine = [row for row in told if row.month == standing.month.first]
    if balance is None or not mine or not budget.amount:
        return None
    share, forecast = balance.spent.amount / budget.amount, next((row for row in mine if row.forecast_on), None)
    if share < SOON and forecast is None:
        return None
    text = _("is over budget") if share >= 1 else _("will be over budget soon")
    why = _("{spent} of {budget} for {month} are spent, {percent}.").format(
        spent=balance.spent, budget=balance.budget, month=standing.month.name, percent=formats.percent(share * 100)
    )
    if share < 1 and forecast is not None and forecast.forecast_on is not None:
        day = formats.day(forecast.forecast_on, today=now.date())
        why = f"{why} {_('At this pace the rest lasts until {day}.').format(day=day)}"
    url = f"/projects/{budget.project.slug}/settings/quotas/" if budget.project else "/team/quotas/"
    name = budget.project.name if budget.project else budget.team.name
    pace = standing.month.share_gone(now) * 100
    item = Attention("wallet", "warning-text", name, text, why, mine[-1].at, url, _("Review"))
    return replace(item, percent=min(share * 100, Decimal(100)), pace=pace)
