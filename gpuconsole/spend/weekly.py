"""The weekly digest of a team's costs, for its owners and admins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from gpuconsole.accounts.mails import Mail
from gpuconsole.accounts.models import Team, TeamRole, User
from gpuconsole.core import formats, snapshot
from gpuconsole.core.days import Month
from gpuconsole.notify.services import Message
from gpuconsole.projects.models import Project
from gpuconsole.spend import budgets
from gpuconsole.spend.axes import By
from gpuconsole.spend.cells import Cell, Scope
from gpuconsole.spend.currencies import Rates, Total, rates_to
from gpuconsole.spend.figures import changed, told
from gpuconsole.spend.names import names_of
from gpuconsole.spend.reading import Reader
from gpuconsole.spend.sums import Period, Sums, added_up, period_of
from gpuconsole.spend.table import Line, line
from gpuconsole.workloads.models import Workload

_WEEK = timedelta(days=7)
_MOST = 5


@dataclass(frozen=True, slots=True)
class Share:
    """A line of the digest: who, how much, and the part of the week's whole."""

    name: str
    amount: str
    percent: str


def readers(team: Team) -> list[User]:
    """Owners and admins."""
    admins = team.memberships.filter(role__in=[TeamRole.OWNER, TeamRole.ADMIN]).select_related("user")
    return [membership.user for membership in admins.order_by("pk")]


def key(team: Team, monday: date) -> str:
    """The occasion: the week that ended before this Monday."""
    year, week, _day = (monday - _WEEK).isocalendar()
    return f"weekly:{team.pk}:{year}-W{week:02}"


def message(team: Team, monday: date, now: datetime) -> Message:
    """About the week that ended before this Monday."""
    context = _facts(team, monday, now)
    return Message(
        mail=Mail.WEEKLY,
        key=key(team, monday),
        subject=_("{name}: {spent} on GPUs last week").format(name=team.name, spent=context["spent"]),
        template="weekly",
        team=team,
        context=context,
    )


def _facts(team: Team, monday: date, now: datetime) -> dict[str, Any]:
    rates, projects = rates_to(team.currency), list(team.projects.order_by("name"))
    first, last = monday - _WEEK, monday - timedelta(days=1)
    period = period_of(Month.of(monday), team.time_zone, now)
    with snapshot.one_moment():
        reader = Reader(Scope(team), now)
        cells = reader.cells(reader.span(min(period.month.before.first, first - _WEEK), monday), By.PROJECT)
        week = reader.span(first, last)
        people = reader.cells(week, By.PERSON)
        odd = reader.odd(week)
        running = _running(team)
    this = [cell for cell in cells if first <= cell.day <= last]
    before = [cell for cell in cells if first - _WEEK <= cell.day < first]
    spent, earlier, failed = _total(this, rates), _total(before, rates), _failed(this, rates)
    return {
        "first": formats.day(first, today=monday),
        "last": formats.day(last, today=monday),
        "spent": told(spent, team.currency),
        "change": _change(spent, earlier),
        "gpu_hours": formats.count(round(sum((cell.gpu_s for cell in this), Decimal(0)) / 3600)),
        "failed": told(failed, team.currency) if failed.amount or failed.unconverted else "",
        "failed_runs": formats.plural(odd.failed, "run", "runs"),
        "unpriced": formats.plural(odd.unpriced, "workload", "workloads") if odd.unpriced else "",
        "missing_rates": ", ".join(sorted(own or _("no currency") for own in spent.unconverted)),
        "projects": _shares(By.PROJECT, this, projects, rates, spent, team.currency),
        "people": _shares(By.PERSON, people, projects, rates, spent, team.currency),
        "budgets": _budgets(cells, projects, rates, period),
        "month": period.month.name,
        "currency": team.currency,
        "running": running,
    }


def _total(cells: Sequence[Cell], rates: Rates) -> Total:
    found = Total()
    for cell in cells:
        found.add(cell.cost, cell.currency, cell.day, rates)
    return found


def _failed(cells: Sequence[Cell], rates: Rates) -> Total:
    found = Total()
    for cell in cells:
        found.add(cell.failed_cost, cell.currency, cell.day, rates)
    return found


def _change(spent: Total, earlier: Total) -> str:
    if not (spent.is_whole and earlier.is_whole and earlier.amount):
        return ""
    return changed((spent.amount - earlier.amount) / earlier.amount * 100)


def _shares(
    by: By, cells: Sequence[Cell], projects: Sequence[Project], rates: Rates, whole: Total, currency: str
) -> list[Share]:
    totals: dict[Any, Total] = {}
    for cell in cells:
        totals.setdefault(cell.key, Total()).add(cell.cost, cell.currency, cell.day, rates)
    ordered = sorted(totals, key=lambda key: (-totals[key].amount, str(key)))[:_MOST]
    names = names_of(by, ordered, projects)
    return [
        Share(
            names[key],
            told(totals[key], currency),
            formats.percent(totals[key].amount / whole.amount * 100) if whole.amount else "",
        )
        for key in ordered
        if totals[key].amount or totals[key].unconverted
    ]


def _budgets(cells: Sequence[Cell], projects: Sequence[Project], rates: Rates, period: Period) -> list[Line]:
    """Of projects with a budget, those in trouble first."""
    of_month = [cell for cell in cells if period.month.before.first <= cell.day]
    sums, found = added_up(of_month, period, rates), budgets.of(projects, rates, period.until)
    named = {project.pk: project.name for project in projects}
    lines = [line(named[pk], "", "", sums.get(pk, Sums()), amount, period) for pk, amount in found.each.items()]
    order = {"bad": 0, "warning": 1}
    return sorted(lines, key=lambda one: order.get(one.outlook.kind if one.outlook else "", 2))


def _running(team: Team) -> str:
    """What is billed just now, in words; empty for nothing."""
    billed = Workload.objects.filter(team=team, billed_since__isnull=False).order_by()
    count = billed.count()
    prices = billed.values_list("currency").annotate(Sum("hourly_price"))
    hourly = [formats.hourly(price, own) for own, price in prices if price is not None]
    if not count:
        return ""
    price = " + ".join(hourly) or _("price not known")
    return ", ".join((formats.plural(count, "workload", "workloads"), price))
