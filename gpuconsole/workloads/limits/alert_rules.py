"""Switches of alerts: pages write them here, checked and audited; whoever sends asks here who is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import Team, TeamRole, User
from gpuconsole.audit import services as audit
from gpuconsole.core.errors import Refused
from gpuconsole.projects import rules
from gpuconsole.projects.models import OF_A_WORKLOAD, AlertAbout, AlertRule, Audience, Project, ProjectRole
from gpuconsole.workloads.limits.terms import MOST_MONEY

OF_BUDGETS = tuple(about for about in AlertAbout if about is not AlertAbout.WORKLOAD)
MOST_OF_A_PLACE = 20
_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTerms:
    """What one switch says, before it is a row."""

    is_on: bool = True
    audience: str = Audience.ADMINS
    amount: Decimal | None = None


def of(team: Team, project: Project | None) -> list[AlertRule]:
    """Every switch of the place, those of its budget first; what has no row yet is as it is taken to be."""
    rows = list(AlertRule.objects.filter(team=team, project=project).order_by("amount", "pk"))
    kept = {row.about: row for row in rows}
    budget = [kept.get(about.value) or usual(team, project, about) for about in OF_BUDGETS]
    return [*budget, *(row for row in rows if row.about == AlertAbout.WORKLOAD)]


def usual(team: Team, project: Project | None, about: AlertAbout) -> AlertRule:
    """A switch that nobody has touched."""
    return AlertRule(team=team, project=project, about=about, since=_ALWAYS)


@transaction.atomic
def put(*, team: Team, project: Project | None, about: AlertAbout, terms: AlertTerms, by: User) -> AlertRule:
    """Set a switch of the budget. Raises Refused."""
    _lock(team, project)
    terms = _check(about, terms)
    row = AlertRule.objects.filter(team=team, project=project, about=about).first() or usual(team, project, about)
    _write(row, terms, by)
    return row


@transaction.atomic
def add(*, team: Team, project: Project | None, terms: AlertTerms, by: User) -> AlertRule:
    """Tell when one workload costs more than an amount. Raises Refused, also where that is told already."""
    _lock(team, project)
    terms = _check(AlertAbout.WORKLOAD, terms)
    own = AlertRule.objects.filter(team=team, project=project, about=AlertAbout.WORKLOAD)
    if own.filter(amount=terms.amount).exists():
        raise Refused(_("There is an alert at this amount already."), code="exists", field="amount")
    if own.count() >= MOST_OF_A_PLACE:
        raise Refused(
            _("At most {most} such alerts. Remove one first.").format(most=MOST_OF_A_PLACE),
            code="too_many",
            field="amount",
        )
    row = AlertRule(team=team, project=project, about=AlertAbout.WORKLOAD, since=timezone.now())
    row.amount, row.audience, row.is_on = terms.amount, terms.audience, terms.is_on
    row.save()
    _record("alert.add", row, by, after=_facts(terms))
    return row


@transaction.atomic
def change(*, rule: AlertRule, terms: AlertTerms, by: User) -> None:
    """Change a switch that has a row. Raises Refused."""
    _lock(rule.team, rule.project)
    terms = _check(AlertAbout(rule.about), terms)
    same = AlertRule.objects.filter(team=rule.team, project=rule.project, about=rule.about, amount=terms.amount)
    if terms.amount is not None and same.exclude(pk=rule.pk).exists():
        raise Refused(_("There is an alert at this amount already."), code="exists", field="amount")
    _write(rule, terms, by)


@transaction.atomic
def remove(*, rule: AlertRule, by: User) -> None:
    """Take away an alert about workloads."""
    _lock(rule.team, rule.project)
    _record("alert.remove", rule, by, before={"amount": str(rule.amount), "audience": rule.audience})
    rule.delete()


def people(audience: str, team: Team, project: Project | None, owner: User | None = None) -> list[User]:
    """Who is told. Admins of a project are its own; where it has none, those of the team."""
    found: list[User] = []
    if audience in OF_A_WORKLOAD and owner is not None:
        found.append(owner)
    if audience == Audience.EVERYBODY:
        found += _everybody(team, project)
    elif audience != Audience.OWNER or owner is None:
        found += _admins(team, project)
    return list({user.pk: user for user in found if user.is_active}.values())


def _everybody(team: Team, project: Project | None) -> Sequence[User]:
    rows: Any = team.memberships if project is None else project.memberships
    return [row.user for row in rows.select_related("user").order_by("pk")]


def _admins(team: Team, project: Project | None) -> Sequence[User]:
    if project is not None:
        own = project.memberships.filter(role=ProjectRole.ADMIN).select_related("user").order_by("pk")
        if found := [row.user for row in own]:
            return found
    rows = team.memberships.filter(role__in=[TeamRole.OWNER, TeamRole.ADMIN]).select_related("user").order_by("pk")
    return [row.user for row in rows]


def _check(about: AlertAbout, terms: AlertTerms) -> AlertTerms:
    if terms.audience not in Audience.values:
        raise Refused(
            _("Nobody is called “{audience}”.").format(audience=terms.audience), code="invalid", field="audience"
        )
    if about is not AlertAbout.WORKLOAD:
        if terms.audience in OF_A_WORKLOAD:
            raise Refused(_("A budget has no owner: tell admins or everybody."), code="invalid", field="audience")
        return replace(terms, amount=None)
    amount = terms.amount
    if amount is None or not amount.is_finite() or amount <= 0:
        raise Refused(_("Say how much one workload may cost before it is told: more than zero."), field="amount")
    if amount > MOST_MONEY:
        raise Refused(
            _("At most {most}; this is too large.").format(most=f"{MOST_MONEY:,f}"),
            code="invalid",
            field="amount",
        )
    if amount != round(amount, 4):
        raise Refused(_("At most four digits after the point."), code="invalid", field="amount")
    return terms


def _write(row: AlertRule, terms: AlertTerms, by: User) -> None:
    before, after = audit.changes(row, _facts(terms) | {"amount": terms.amount})
    if not after:
        return
    if terms.is_on and not row.is_on:
        row.since = timezone.now()
    row.is_on, row.audience, row.amount = terms.is_on, terms.audience, terms.amount
    row.save()
    _record("alert.change", row, by, before=before, after=after)


def _facts(terms: AlertTerms) -> dict[str, Any]:
    amount = {} if terms.amount is None else {"amount": str(terms.amount)}
    return {"is_on": terms.is_on, "audience": str(terms.audience), **amount}


def _record(action: str, row: AlertRule, by: User, **values: Any) -> None:
    audit.record(action, by=by, team=row.team, project=row.project, target=row, **values)


def _lock(team: Team, project: Project | None) -> None:
    """Two people who add the same switch wait for each other."""
    rules.lock_all(team, project)
