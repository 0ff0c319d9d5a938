"""Launch requests in the JSON API: list, look, approve, trim, decline, withdraw."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.api import require_scope
from gpuconsole.core.api import COMMON_PROBLEMS, WRITE_PROBLEMS, Text, asked_page
from gpuconsole.core.errors import Refused
from gpuconsole.workloads.models import Decision, LaunchRequest, Via
from gpuconsole.workloads.requests import access, services
from gpuconsole.workloads.requests.schemas import (
    ApproveIn,
    DeclineIn,
    LaunchRequestDetail,
    LaunchRequestQuery,
    LaunchRequests,
    TrimIn,
    shape_request,
    shape_request_detail,
)
from gpuconsole.workloads.requests.trims import Trim

router = Router(tags=["Launch requests"])

_DECIDED = {200: LaunchRequestDetail, **WRITE_PROBLEMS}


@router.get("/requests", response={200: LaunchRequests, **COMMON_PROBLEMS}, operation_id="list_requests")
def list_requests(request: HttpRequest, asked: Query[LaunchRequestQuery]) -> LaunchRequests:
    """Launches that wait for an admin, or waited, in the projects that the token reaches; newest first."""
    viewer, now = _viewer(request), timezone.now()
    found = access.waiting_for(viewer, now) if asked.is_mine_to_decide else access.visible(viewer)
    if asked.project is not None:
        found = found.filter(project__slug=asked.project)
    if asked.state is Decision.WAITING:
        found = found.waiting(now)
    elif asked.state is Decision.EXPIRED:
        found = found.overdue(now) | found.filter(state=Decision.EXPIRED)
    elif asked.state is not None:
        found = found.filter(state=asked.state)
    page = asked_page(found, asked)
    return LaunchRequests.model_construct(
        items=[shape_request(row, now) for row in page.items], newer=page.newer, older=page.older
    )


@router.get("/requests/{id}", response={200: LaunchRequestDetail, **COMMON_PROBLEMS}, operation_id="get_request")
def get_request(request: HttpRequest, id: Text) -> LaunchRequestDetail:
    """One request with its price, its limits and what the budgets have left, as of now."""
    return shape_request_detail(access.find(_viewer(request), id), timezone.now())


@router.post("/requests/{id}/approve", response=_DECIDED, operation_id="approve_request")
def approve(request: HttpRequest, id: Text, payload: ApproveIn) -> LaunchRequestDetail:
    """Launch it, with all checks done anew but the limits that you waive. Sent again it has no other effect."""
    viewer, row = _deciding(request, id)
    allowed = _allowed(viewer, row, payload.limits)
    services.approve(request=row, by=viewer.user, via=Via.API, allowed=allowed, reason=payload.reason)
    return _fresh(viewer, id)


@router.post("/requests/{id}/trim", response=_DECIDED, operation_id="trim_request")
def trim(request: HttpRequest, id: Text, payload: TrimIn) -> LaunchRequestDetail:
    """Launch less of it: another spec, a shorter run, or both; checked as a launch is."""
    viewer, row = _deciding(request, id)
    given = payload.model_fields_set
    said = payload.guards.model_fields_set - {"stop_after_s"}
    guards = payload.guards.guards if said else None
    less = Trim(payload.spec if "spec" in given else None, payload.guards.stop_after_s, guards)
    if less == Trim():
        raise Refused(_("Say what is trimmed: the spec, the guards, or both."), code="invalid", field="spec")
    allowed = _allowed(viewer, row, payload.limits)
    services.approve(request=row, by=viewer.user, via=Via.API, allowed=allowed, reason=payload.reason, trim=less)
    return _fresh(viewer, id)


@router.post("/requests/{id}/decline", response=_DECIDED, operation_id="decline_request")
def decline(request: HttpRequest, id: Text, payload: DeclineIn) -> LaunchRequestDetail:
    """Say no; what it held is free at once."""
    viewer = _viewer(request)
    require_scope(viewer, "admin")
    row = access.find(viewer, id)
    access.require_decline(viewer, row)
    services.decline(request=row, by=viewer.user, via=Via.API, reason=payload.reason)
    return _fresh(viewer, id)


@router.post("/requests/{id}/withdraw", response=_DECIDED, operation_id="withdraw_request")
def withdraw(request: HttpRequest, id: Text) -> LaunchRequestDetail:
    """Take your own back; what it held is free at once."""
    viewer = _viewer(request)
    require_scope(viewer, "launch")
    row = access.find(viewer, id)
    access.require_withdraw(viewer, row)
    services.withdraw(request=row, by=viewer.user, via=Via.API)
    return _fresh(viewer, id)


def _deciding(request: HttpRequest, public_id: Text) -> tuple[Viewer, LaunchRequest]:
    viewer = _viewer(request)
    require_scope(viewer, "admin")
    row = access.find(viewer, public_id)
    access.require_approve(viewer, row)
    return viewer, row


def _allowed(viewer: Viewer, row: LaunchRequest, limits: Sequence[str] | None) -> frozenset[str]:
    return access.allowable(viewer, row.project, row.limits if limits is None else limits)


def _fresh(viewer: Viewer, public_id: Text) -> LaunchRequestDetail:
    return shape_request_detail(access.find(viewer, public_id), timezone.now())


def _viewer(request: HttpRequest) -> Viewer:
    found: Viewer = request.auth  # type: ignore[attr-defined]
    return found
