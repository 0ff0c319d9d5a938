"""What has to be told about money and was not yet: to whom, and in which words. Who sends it says here that it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.models import Team, User
from gpuconsole.core import formats
from gpuconsole.core.days import Month
from gpuconsole.projects.models import AlertAbout, AlertKind, AlertRule, Budget, BudgetAlert, Consequence, Project
from gpuconsole.workloads.limits import alert_rules
from gpuconsole.workloads.models import WorkloadAlert
from gpuconsole.workloads.states import Kind

STALE = timedelta(days=3)
"""What could not be sent for so long is news no more."""
_MARKS = (AlertKind.HALF, AlertKind.MOST, AlertKind.SPENT)
_THEN = {
    Consequence.BLOCK: (
        gettext_noop("Now new launches are refused."),
        gettext_noop("Once it is spent, new launches are refused."),
    ),
    Consequence.ASK: (
        gettext_noop("Now new launches wait for an admin."),
        gettext_noop("Once it is spent, new launches wait for an admin."),
    ),
    Consequence.WARN: (
        gettext_noop("Now new launches get a warning."),
        gettext_noop("Once it is spent, new launches get a warning."),
    ),
}
"""What follows from a budget that is spent, and from one that will be."""

Rules = Mapping[tuple[int, int | None, str], AlertRule]


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell. ``key`` names the occasion; ``template`` and ``context`` make the letter."""

    key: str
    subject: str
    template: str
    context: Mapping[str, Any]
    team: Team
    project: Project | None
    people: Sequence[User]
    row: BudgetAlert | WorkloadAlert

    def mark_sent(self, now: datetime) -> None:
        """It was sent; the first to say so is believed."""
        type(self.row)._default_manager.filter(pk=self.row.pk, sent_at=None).update(sent_at=now)


def due(now: datetime) -> Iterator[Telling]:
    """Everything that somebody wants to hear of; what nobody does stays unsent."""
    yield from _of_budgets(now)
    yield from _of_work(now)


def _of_budgets(now: datetime) -> Iterator[Telling]:
    rows = BudgetAlert.objects.filter(sent_at=None, at__gte=now - STALE)
    found = list(rows.select_related("budget__team", "budget__project").order_by("at", "pk"))
    rules = _rules({alert.budget.team_id for alert in found})
    wanted = [(alert, rule) for alert in found if (rule := _rule(alert, rules)) is not None]
    higher = _highest(found, rules) if wanted else {}
    for alert, rule in wanted:
        if AlertKind(alert.kind) in _MARKS and higher[alert.budget_id, alert.month] != alert.kind:
            continue  # told together with a higher mark, which says it too
        budget = alert.budget
        yield Telling(
            key=f"budget:{budget.pk}:{alert.month:%Y-%m}:{alert.kind}",
            subject=_subject(alert),
            template="budget",
            context=_facts(alert),
            team=budget.team,
            project=budget.project,
            people=alert_rules.people(rule.audience, budget.team, budget.project),
            row=alert,
        )


def _rules(teams: set[int]) -> Rules:
    rows = AlertRule.objects.filter(team__in=teams).exclude(about=AlertAbout.WORKLOAD)
    return {(row.team_id, row.project_id, row.about): row for row in rows}


def _rule(alert: BudgetAlert, rules: Rules) -> AlertRule | None:
    """The switch that lets it through; None: it is off, or was when this came to be so. An end is always told."""
    budget = alert.budget
    if alert.kind == AlertKind.STOP:
        return alert_rules.usual(budget.team, budget.project, AlertAbout.SPENT)
    row = rules.get((budget.team_id, budget.project_id, alert.kind))
    row = row or alert_rules.usual(budget.team, budget.project, AlertAbout(alert.kind))
    return row if row.is_on and alert.at >= row.since else None


def _highest(found: Sequence[BudgetAlert], rules: Rules) -> dict[tuple[int, Any], str]:
    """The highest mark that was told or is to be, by budget and month: what was passed at once is told once."""
    of_months = BudgetAlert.objects.filter(
        budget__in={alert.budget_id for alert in found}, month__in={alert.month for alert in found}, kind__in=_MARKS
    )
    known = of_months.select_related("budget__team", "budget__project")
    marks = [alert for alert in known if alert.sent_at is not None or _rule(alert, rules) is not None]
    marks.sort(key=lambda alert: _MARKS.index(AlertKind(alert.kind)))
    return {(alert.budget_id, alert.month): alert.kind for alert in marks}


def _subject(alert: BudgetAlert) -> str:
    words = {"name": _name(alert.budget), "month": Month.of(alert.month).name}
    if alert.kind == AlertKind.STOP:
        return _("{name}: work is being stopped, 120 % of the budget for {month} are spent").format(**words)
    if alert.kind == AlertKind.FORECAST and alert.forecast_on is not None:
        day = formats.day(alert.forecast_on, today=alert.month)
        return _("{name}: the budget for {month} will be spent on {day}").format(day=day, **words)
    if alert.kind == AlertKind.SPENT:
        return _("{name}: the budget for {month} is spent").format(**words)
    return _("{name}: {percent} % of the budget for {month} are spent").format(percent=alert.kind, **words)


def _facts(alert: BudgetAlert) -> dict[str, Any]:
    budget = alert.budget
    whole, spent = (formats.money(amount, budget.currency) for amount in (budget.amount, alert.spent))
    taken = _("{spent} of {whole}").format(spent=spent, whole=whole)
    percent = formats.percent(alert.spent / budget.amount * 100) if budget.amount else ""
    path = f"/projects/{budget.project.slug}/settings/quotas/" if budget.project else "/team/quotas/"
    return {
        "headline": f"{_subject(alert)}.",
        "spent": f"{taken}, {percent}" if percent else taken,
        "at": f"{alert.at:%d %b %Y, %H:%M} UTC",
        "then": _then(alert, budget),
        "path": path,
    }


def _then(alert: BudgetAlert, budget: Budget) -> str:
    if alert.kind == AlertKind.STOP:
        return _("Running work is stopped {time} after this, unless the budget is raised.").format(
            time=formats.duration_words(budget.grace_s)
        )
    now, later = _THEN[Consequence(budget.when_spent)]
    stops = _("Work is stopped at 120 %.") if budget.stops_at_120 else _("Running work keeps running.")
    return f"{_(now if alert.kind == AlertKind.SPENT else later)} {stops}"


def _name(budget: Budget) -> str:
    return budget.project.name if budget.project else budget.team.name


def _of_work(now: datetime) -> Iterator[Telling]:
    rows = WorkloadAlert.objects.filter(sent_at=None, at__gte=now - STALE, rule__is_on=True)
    needed = ("rule__team", "rule__project", "workload__owner", "workload__project")
    for alert in rows.select_related(*needed).order_by("at", "pk"):
        rule, work = alert.rule, alert.workload
        amount = formats.money(rule.amount, rule.team.currency)
        cost = formats.money(alert.cost, work.currency)
        yield Telling(
            key=f"workload:{rule.pk}:{work.pk}",
            subject=_("{name} has cost more than {amount}").format(name=work.name, amount=amount),
            template="workload",
            context={
                "headline": _("{name} has cost {cost}, more than {amount}.").format(
                    name=work.name, cost=cost, amount=amount
                ),
                "what": _("{kind} of {person} in {project}").format(
                    kind=Kind(work.kind).label,
                    person=work.owner.display_name if work.owner else _("nobody"),
                    project=work.project.name,
                ),
                "at": f"{alert.at:%d %b %Y, %H:%M} UTC",
                "rate": formats.hourly(work.hourly_price, work.currency),
                "end": f"{work.ends_by:%d %b %Y, %H:%M} UTC" if work.ends_by else _("no limit"),
                "is_final": work.is_final,
                "path": work.get_absolute_url(),
            },
            team=rule.team,
            project=work.project,
            people=alert_rules.people(rule.audience, rule.team, rule.project, work.owner),
            row=alert,
        )
