"""Quotas and budgets in the JSON API: of a project for its admins, of the whole team for the team's."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status

from gpuconsole.accounts.access import Viewer, require_team_admin
from gpuconsole.accounts.api import require_scope
from gpuconsole.accounts.models import Team, User
from gpuconsole.core.api import COMMON_PROBLEMS, WRITE_PROBLEMS, Text
from gpuconsole.core.errors import Refused
from gpuconsole.projects.access import find_project
from gpuconsole.projects.models import Budget, Project, ProjectRole, Quota
from gpuconsole.workloads.limits import alerts, money, services, use
from gpuconsole.workloads.limits.schemas import (
    BudgetIn,
    BudgetPatch,
    BudgetStanding,
    QuotaIn,
    QuotaOut,
    QuotaPatch,
    Quotas,
    shape_budget,
    shape_quota,
)
from gpuconsole.workloads.limits.terms import BudgetTerms, LimitTerms

router = Router(tags=["Quotas and budgets"])
_WRITTEN = {200: QuotaOut, **WRITE_PROBLEMS}
_QUOTAS, _QUOTA = "/projects/{slug}/quotas", "/projects/{slug}/quotas/{id}"
_TEAM_QUOTAS, _TEAM_QUOTA = "/team/quotas", "/team/quotas/{id}"
_BUDGET, _TEAM_BUDGET = "/projects/{slug}/budget", "/team/budget"


@router.get(_QUOTAS, response={200: Quotas, **COMMON_PROBLEMS}, operation_id="list_quotas")
def list_quotas(request: HttpRequest, slug: Text) -> Quotas:
    """Every limit that holds in the project, those of the whole team too, with what is in use."""
    project = find_project(_viewer(request), slug)
    return _listed(Quota.objects.filter(Q(project=project) | Q(team=project.team_id, project=None)))


@router.post(_QUOTAS, response={201: QuotaOut, **WRITE_PROBLEMS}, operation_id="add_quota")
def add_quota(request: HttpRequest, slug: Text, payload: QuotaIn) -> Status[QuotaOut]:
    """Limit something in the project. It holds from the next launch on and ends nothing that runs."""
    project = _settled(request, slug)
    return Status(201, _add(request, project.team, project, payload))


@router.get(_QUOTA, response={200: QuotaOut, **COMMON_PROBLEMS}, operation_id="get_quota")
def get_quota(request: HttpRequest, slug: Text, id: Text) -> QuotaOut:
    """One limit of the project."""
    return _shown(_find(find_project(_viewer(request), slug).quotas, id))


@router.patch(_QUOTA, response=_WRITTEN, operation_id="change_quota")
def change_quota(request: HttpRequest, slug: Text, id: Text, payload: QuotaPatch) -> QuotaOut:
    """Another number, list or consequence."""
    return _change(request, _find(_settled(request, slug).quotas, id), payload)


@router.delete(_QUOTA, response={204: None, **WRITE_PROBLEMS}, operation_id="remove_quota")
def remove_quota(request: HttpRequest, slug: Text, id: Text) -> Status[None]:
    """Lift a limit."""
    services.remove_quota(quota=_find(_settled(request, slug).quotas, id), by=_viewer(request).user)
    return Status(204, None)


@router.get(_TEAM_QUOTAS, response={200: Quotas, **COMMON_PROBLEMS}, operation_id="list_team_quotas")
def list_team_quotas(request: HttpRequest) -> Quotas:
    """The limits of the whole team, with what is in use; for its admins."""
    return _listed(Quota.objects.filter(team=_settled_team(request), project=None))


@router.post(_TEAM_QUOTAS, response={201: QuotaOut, **WRITE_PROBLEMS}, operation_id="add_team_quota")
def add_team_quota(request: HttpRequest, payload: QuotaIn) -> Status[QuotaOut]:
    """Limit something in the whole team."""
    return Status(201, _add(request, _settled_team(request), None, payload))


@router.get(_TEAM_QUOTA, response={200: QuotaOut, **COMMON_PROBLEMS}, operation_id="get_team_quota")
def get_team_quota(request: HttpRequest, id: Text) -> QuotaOut:
    """One limit of the whole team."""
    return _shown(_find_wide(request, id))


@router.patch(_TEAM_QUOTA, response=_WRITTEN, operation_id="change_team_quota")
def change_team_quota(request: HttpRequest, id: Text, payload: QuotaPatch) -> QuotaOut:
    """Another number, list or consequence."""
    return _change(request, _find_wide(request, id), payload)


@router.delete(_TEAM_QUOTA, response={204: None, **WRITE_PROBLEMS}, operation_id="remove_team_quota")
def remove_team_quota(request: HttpRequest, id: Text) -> Status[None]:
    """Lift a limit."""
    services.remove_quota(quota=_find_wide(request, id), by=_viewer(request).user)
    return Status(204, None)


@router.get(_BUDGET, response={200: BudgetStanding, **COMMON_PROBLEMS}, operation_id="get_budget")
def get_budget(request: HttpRequest, slug: Text) -> BudgetStanding:
    """The project's budget and how it stands; 404 where there is none."""
    project = find_project(_viewer(request), slug)
    return _standing(_budget(project.team, project))


@router.post(_BUDGET, response={201: BudgetStanding, **WRITE_PROBLEMS}, operation_id="set_budget")
def set_budget(request: HttpRequest, slug: Text, payload: BudgetIn) -> Status[BudgetStanding]:
    """Give the project a budget, in place of the one that is there."""
    project = _settled(request, slug)
    return Status(201, _set(request, project.team, project, payload))


@router.patch(_BUDGET, response={200: BudgetStanding, **WRITE_PROBLEMS}, operation_id="change_budget")
def change_budget(request: HttpRequest, slug: Text, payload: BudgetPatch) -> BudgetStanding:
    """Change the project's budget."""
    project = _settled(request, slug)
    return _change_budget(request, _budget(project.team, project), payload)


@router.delete(_BUDGET, response={204: None, **WRITE_PROBLEMS}, operation_id="remove_budget")
def remove_budget(request: HttpRequest, slug: Text) -> Status[None]:
    """Lift the project's budget, with what it had told."""
    project = _settled(request, slug)
    services.remove_budget(budget=_budget(project.team, project), by=_viewer(request).user)
    return Status(204, None)


@router.get(_TEAM_BUDGET, response={200: BudgetStanding, **COMMON_PROBLEMS}, operation_id="get_team_budget")
def get_team_budget(request: HttpRequest) -> BudgetStanding:
    """The whole team's budget and how it stands; for its admins."""
    return _standing(_budget(_settled_team(request), None))


@router.post(_TEAM_BUDGET, response={201: BudgetStanding, **WRITE_PROBLEMS}, operation_id="set_team_budget")
def set_team_budget(request: HttpRequest, payload: BudgetIn) -> Status[BudgetStanding]:
    """Give the whole team a budget, in place of the one that is there."""
    return Status(201, _set(request, _settled_team(request), None, payload))


@router.patch(_TEAM_BUDGET, response={200: BudgetStanding, **WRITE_PROBLEMS}, operation_id="change_team_budget")
def change_team_budget(request: HttpRequest, payload: BudgetPatch) -> BudgetStanding:
    """Change the whole team's budget."""
    return _change_budget(request, _budget(_settled_team(request), None), payload)


@router.delete(_TEAM_BUDGET, response={204: None, **WRITE_PROBLEMS}, operation_id="remove_team_budget")
def remove_team_budget(request: HttpRequest) -> Status[None]:
    """Lift the whole team's budget, with what it had told."""
    services.remove_budget(budget=_budget(_settled_team(request), None), by=_viewer(request).user)
    return Status(204, None)


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    return viewer


def _settled(request: HttpRequest, slug: Text) -> Project:
    """The project, to be settled by its admins."""
    viewer = _viewer(request)
    project = find_project(viewer, slug, role=ProjectRole.ADMIN)
    require_scope(viewer, "admin")
    return project


def _settled_team(request: HttpRequest) -> Team:
    """The team, to be settled by its admins with a token for all of it."""
    return require_team_admin(_viewer(request))


def _find(rows: Any, public_id: Text) -> Quota:
    found: Quota | None = rows.select_related("team", "project", "member").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _find_wide(request: HttpRequest, public_id: Text) -> Quota:
    return _find(Quota.objects.filter(team=_settled_team(request), project=None), public_id)


def _listed(rows: Any) -> Quotas:
    listed: Sequence[Quota] = list(rows.select_related("team", "project", "member").order_by("project_id", "pk"))
    uses = use.used(listed, timezone.now())
    return Quotas(items=[shape_quota(row, uses.get(row.pk)) for row in listed])


def _shown(row: Quota) -> QuotaOut:
    return shape_quota(row, use.used([row], timezone.now()).get(row.pk))


def _add(request: HttpRequest, team: Team, project: Project | None, payload: QuotaIn) -> QuotaOut:
    said = payload.model_dump(exclude={"member", "why"})
    member = None if payload.member is None else _person(team, payload.member)
    row = services.add_quota(
        team=team, project=project, member=member, terms=LimitTerms(**said), by=_viewer(request).user, why=payload.why
    )
    return _shown(row)


def _person(team: Team, email: str) -> User:
    found = User.objects.filter(email__iexact=email, memberships__team=team).first()
    if found is None:
        raise Refused(_("Nobody with this address is in the team."), code="unknown_person", field="member")
    return found


def _change(request: HttpRequest, row: Quota, payload: QuotaPatch) -> QuotaOut:
    said = payload.model_dump(include=payload.model_fields_set - {"why"})
    terms = LimitTerms(**{**row.terms, **said})
    return _shown(services.change_quota(quota=row, terms=terms, by=_viewer(request).user, why=payload.why))


def _budget(team: Team, project: Project | None) -> Budget:
    found = Budget.objects.select_related("team", "project").filter(team=team, project=project).first()
    if found is None:
        raise Http404
    return found


def _set(request: HttpRequest, team: Team, project: Project | None, payload: BudgetIn) -> BudgetStanding:
    said = payload.model_dump(exclude={"why"}) | {"currency": payload.currency or team.currency}
    by = _viewer(request).user
    row = services.put_budget(team=team, project=project, money=BudgetTerms(**said), by=by, why=payload.why)
    return _standing(row)


def _change_budget(request: HttpRequest, row: Budget, payload: BudgetPatch) -> BudgetStanding:
    names = ("amount", "currency", "when_spent", "stops_at_120", "grace_s")
    said = {name: value for name in names if (value := getattr(payload, name)) is not None}
    terms = BudgetTerms(**{name: getattr(row, name) for name in names} | said)
    by = _viewer(request).user
    return _standing(services.put_budget(team=row.team, project=row.project, money=terms, by=by, why=payload.why))


def _standing(row: Budget) -> BudgetStanding:
    now = timezone.now()
    (standing,) = money.standings([row], now)
    told = row.alerts.filter(month=standing.month.first).order_by("at", "pk")
    return shape_budget(standing, alerts.outlook(standing, now), list(told))
