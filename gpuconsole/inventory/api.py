"""Findings in the JSON API: list, look, adopt, terminate, ignore, mark as ended; and inventories on demand."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.api import require_scope
from gpuconsole.connections.access import find_connection, find_own_connection
from gpuconsole.core.api import COMMON_PROBLEMS, WRITE_PROBLEMS, Text, asked_page
from gpuconsole.core.errors import Refused
from gpuconsole.inventory import access, queries, services
from gpuconsole.inventory.models import Finding
from gpuconsole.inventory.schemas import (
    AdoptFindingIn,
    FindingDetail,
    FindingQuery,
    Findings,
    IgnoreIn,
    InventoryOut,
    MarkEndedIn,
    shape,
    shape_detail,
    shape_inventory,
)
from gpuconsole.inventory.services.adoption import joins
from gpuconsole.projects.access import launchable_projects
from gpuconsole.projects.models import Project

router = Router(tags=["Reconcile"])

_SETTLED = {200: FindingDetail, **WRITE_PROBLEMS}


@router.get("/findings", response={200: Findings, **COMMON_PROBLEMS}, operation_id="list_findings")
def list_findings(request: HttpRequest, asked: Query[FindingQuery]) -> Findings:
    """Strays, ghosts and drift, most costly first; those that are settled, newest first."""
    viewer, now = _viewer(request), timezone.now()
    found = queries.listing(viewer, asked.view, now)
    if asked.kind is not None:
        found = found.filter(kind=asked.kind)
    if asked.connection is not None:
        found = found.filter(connection__public_id=asked.connection)
    page = asked_page(found, asked, queries.order(asked.view))
    items = [shape(row, now) for row in page.items]
    return Findings.model_construct(items=items, newer=page.newer, older=page.older)


@router.get("/findings/{id}", response={200: FindingDetail, **COMMON_PROBLEMS}, operation_id="get_finding")
def get_finding(request: HttpRequest, id: Text) -> FindingDetail:
    """One finding with the provider's own answer and what happened to it."""
    return shape_detail(access.find(_viewer(request), id), timezone.now())


@router.post("/findings/{id}/adopt", response=_SETTLED, operation_id="adopt_finding")
def adopt(request: HttpRequest, id: Text, payload: AdoptFindingIn) -> FindingDetail:
    """Take a stray over; `workload` of the answer goes on with it. Sent again it has no other effect."""
    viewer, row = _settling(request, id)
    project = _project(viewer, payload.project) if payload.project is not None and joins(row) is None else None
    services.adopt(finding=row, project=project, by=viewer.user, name=payload.name, stop_after_s=payload.stop_after_s)
    return _fresh(row)


@router.post("/findings/{id}/terminate", response=_SETTLED, operation_id="terminate_finding")
def terminate(request: HttpRequest, id: Text) -> FindingDetail:
    """Have a stray ended for good; it is asked for until the provider's inventory confirms it. Sent again it asks at
    once."""
    viewer, row = _settling(request, id)
    services.terminate(finding=row, by=viewer.user)
    return _fresh(row)


@router.post("/findings/{id}/ignore", response=_SETTLED, operation_id="ignore_finding")
def ignore(request: HttpRequest, id: Text, payload: IgnoreIn) -> FindingDetail:
    """Put it aside until a moment; it comes back then, or when its price changes."""
    viewer, row = _settling(request, id)
    services.ignore(finding=row, by=viewer.user, reason=payload.reason, until=payload.until)
    return _fresh(row)


@router.post("/findings/{id}/take-back", response=_SETTLED, operation_id="stop_ignoring_finding")
def take_back(request: HttpRequest, id: Text) -> FindingDetail:
    """No longer ignore it."""
    viewer, row = _settling(request, id)
    services.take_back(finding=row, by=viewer.user)
    return _fresh(row)


@router.post("/findings/{id}/mark-ended", response=_SETTLED, operation_id="mark_finding_ended")
def mark_ended(request: HttpRequest, id: Text, payload: MarkEndedIn) -> FindingDetail:
    """Close lost work by your word, having looked at the provider; an admin of the team may."""
    viewer = _viewer(request)
    require_scope(viewer, "admin")
    row = access.find(viewer, id)
    access.require_team_admin_of(viewer, row)
    services.mark_ended(finding=row, by=viewer.user, until=payload.until, why=payload.why)
    return _fresh(row)


@router.get(
    "/connections/{id}/inventory", response={200: InventoryOut, **COMMON_PROBLEMS}, operation_id="get_inventory"
)
def get_inventory(request: HttpRequest, id: Text) -> InventoryOut:
    """When everything in the account was compared with the record last."""
    connection = find_connection(_viewer(request), id)
    return shape_inventory(connection.public_id, queries.by_connection([connection.pk], timezone.now())[connection.pk])


@router.post(
    "/connections/{id}/inventory", response={200: InventoryOut, **WRITE_PROBLEMS}, operation_id="take_inventory"
)
def take_inventory(request: HttpRequest, id: Text) -> InventoryOut:
    """Have a worker take it at once; `read_at` tells when it has."""
    viewer = _viewer(request)
    require_scope(viewer, "admin")
    connection = find_own_connection(viewer, id)
    services.check_now(connection=connection, by=viewer.user)
    return shape_inventory(connection.public_id, queries.by_connection([connection.pk], timezone.now())[connection.pk])


def _settling(request: HttpRequest, public_id: Text) -> tuple[Viewer, Finding]:
    viewer = _viewer(request)
    require_scope(viewer, "admin")
    row = access.find(viewer, public_id)
    access.require_settle(viewer, row)
    return viewer, row


def _project(viewer: Viewer, slug: str) -> Project:
    found = launchable_projects(viewer).select_related("team").filter(slug=slug).first()
    if found is None:
        text = _("There is no such project that you may launch in. GET /projects lists them.")
        raise Refused(text, code="unknown_project", field="project")
    return found


def _fresh(row: Finding) -> FindingDetail:
    """As it is now, whoever may see it then."""
    rows = Finding.objects.select_related("team", "connection", "workload", "asked_by")
    return shape_detail(rows.get(pk=row.pk), timezone.now())


def _viewer(request: HttpRequest) -> Viewer:
    found: Viewer = request.auth  # type: ignore[attr-defined]
    return found
