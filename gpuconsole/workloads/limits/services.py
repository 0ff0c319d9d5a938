"""Quotas, budgets and profiles: every page, the API and the Django admin write them here, checked and audited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import Team, User
from gpuconsole.audit import services as audit
from gpuconsole.core import versions
from gpuconsole.core.errors import Refused
from gpuconsole.core.ids import new_id
from gpuconsole.projects import rules
from gpuconsole.projects.models import Budget, Project, Quota, QuotaProfile
from gpuconsole.workloads.limits.terms import BudgetTerms, LimitTerms, check_person, checked, checked_money

_SCOPE = ("kind", "gpu_model", "each_member", "measure")


@transaction.atomic
def add_quota(
    *, team: Team, project: Project | None, terms: LimitTerms, by: User, member: User | None = None, why: str = ""
) -> Quota:
    """A new limit; it holds from the next launch on and ends nothing that runs.

    Raises Refused for terms that make no sense, and where the same thing is limited there already.
    """
    return _put(team, project, terms, by, member, why, may_replace=False)


@transaction.atomic
def put_quota(
    *, team: Team, project: Project | None, terms: LimitTerms, by: User, member: User | None = None, why: str = ""
) -> Quota:
    """The same, in place of the limit that is there."""
    return _put(team, project, terms, by, member, why, may_replace=True)


@transaction.atomic
def change_quota(*, quota: Quota, terms: LimitTerms, by: User, why: str = "") -> Quota:
    """Another number, list or consequence for a limit; what it limits stays."""
    rules.lock_all(quota.team, quota.project)
    row = Quota.objects.select_related("team", "project", "member").get(pk=quota.pk)
    terms = checked(terms)
    for name in _SCOPE:
        if getattr(row, name) != getattr(terms, name):
            text = _("What a quota limits stays as it is. Remove it and add another.")
            raise Refused(text, code="invalid", field=name)
    _write(row, {name: getattr(terms, name) for name in ("limit", "allowed", "consequence")}, "quota.change", by, why)
    return row


@transaction.atomic
def remove_quota(*, quota: Quota, by: User, why: str = "") -> None:
    """Lift a limit."""
    rules.lock_all(quota.team, quota.project)
    _remove(quota, _facts(asdict(LimitTerms.of(quota))), "quota.remove", by, why)


@transaction.atomic
def put_budget(*, team: Team, project: Project | None, money: BudgetTerms, by: User, why: str = "") -> Budget:
    """Set the month's budget of a team or a project, or change it; a lower one ends nothing by itself."""
    rules.lock_all(team, project)
    wanted = asdict(checked_money(money, team))
    row = Budget.objects.filter(team=team, project=project).first()
    if row is None:
        row = Budget.objects.create(team=team, project=project, **wanted)
        _record("budget.set", row, by, why, after=_facts(wanted))
    else:
        _write(row, wanted, "budget.change", by, why)
    return row


@transaction.atomic
def remove_budget(*, budget: Budget, by: User, why: str = "") -> None:
    """Lift a budget, with the alerts that it had raised."""
    rules.lock_all(budget.team, budget.project)
    before = _facts({"amount": budget.amount, "currency": budget.currency, "when_spent": budget.when_spent})
    _remove(budget, before, "budget.remove", by, why)


@transaction.atomic
def apply_profile(
    *, profile: QuotaProfile, teams: Iterable[Team], projects: Iterable[Project], by: User, why: str = ""
) -> int:
    """Give each team and project every limit of the profile, in place of what limits the same thing there.

    Other limits stay. Gives the number of limits set; all or none are.
    """
    lines = [LimitTerms.of(line) for line in profile.lines.order_by("pk")]
    places: list[tuple[Team, Project | None]] = [(team, None) for team in sorted(teams, key=lambda team: team.pk)]
    places += [(project.team, project) for project in sorted(projects, key=lambda one: (one.team_id, one.pk))]
    text = why or _("Profile {name}").format(name=profile.name)
    for team, project in places:
        for terms in lines:
            _put(team, project, terms, by, None, text, may_replace=True)
    return len(places) * len(lines)


def _put(
    team: Team,
    project: Project | None,
    terms: LimitTerms,
    by: User,
    member: User | None,
    why: str,
    *,
    may_replace: bool,
) -> Quota:
    rules.lock_all(team, project)
    terms = checked(terms)
    check_person(member, team, project, terms)
    scope = {name: getattr(terms, name) for name in _SCOPE}
    row = Quota.objects.filter(team=team, project=project, member=member, **scope).first()
    if row is not None and not may_replace:
        raise Refused(_("This is limited there already. Change that quota."), code="exists", field="measure")
    if row is None:
        row = Quota(public_id=new_id("quo"), team=team, project=project, member=member, **asdict(terms))
        row.save()
        _record("quota.add", row, by, why, after=_facts(asdict(terms)))
    else:
        wanted = {name: getattr(terms, name) for name in ("limit", "allowed", "consequence")}
        _write(row, wanted, "quota.change", by, why)
    return row


def _write(row: Quota | Budget, wanted: Mapping[str, Any], action: str, by: User, why: str) -> None:
    """Write what differs, with its audit record."""
    before, after = audit.changes(row, wanted)
    if not after:
        return
    for name in after:
        setattr(row, name, wanted[name])
    row.save(update_fields=list(after))
    _record(action, row, by, why, before=before, after=after)


def _remove(row: Quota | Budget, before: Mapping[str, Any], action: str, by: User, why: str) -> None:
    _record(action, row, by, why, before=before)
    row.delete()


def _record(action: str, row: Quota | Budget, by: User, why: str, **values: Any) -> None:
    audit.record(action, by=by, team=row.team, project=row.project, target=row, why=why, **values)
    topics = [f"team:{row.team_id}"] + ([f"project:{row.project_id}"] if row.project_id else [])
    versions.bump(*topics)


def _facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the audit log keeps them: what is empty is left out."""
    kept = {name: value for name, value in values.items() if value not in (None, "", False, [], ())}
    plain = (bool, int, str, list)
    return {
        name: value if isinstance(value, plain) and not isinstance(value, models.Choices) else str(value)
        for name, value in kept.items()
    }
