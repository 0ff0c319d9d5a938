"""Decisions about unconfirmed launches in the JSON API."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.api import require_scope
from gpuconsole.core.api import COMMON_PROBLEMS, WRITE_PROBLEMS, Text
from gpuconsole.workloads import access
from gpuconsole.workloads.decisions import services
from gpuconsole.workloads.decisions.schemas import AdoptIn, DecisionOut, shape_decision
from gpuconsole.workloads.detail_schemas import WorkloadDetail, shape_detail
from gpuconsole.workloads.models import Workload

router = Router(tags=["Workloads"])


@router.get("/workloads/{id}/decision", response={200: DecisionOut, **COMMON_PROBLEMS}, operation_id="get_decision")
def get_decision(request: HttpRequest, id: Text) -> DecisionOut:
    """Whether a launch waits for a decision, what it could be at the provider, and what each way out costs."""
    return shape_decision(access.find_workload(_viewer(request), id))


@router.post(
    "/workloads/{id}/decision/adopt", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="adopt_candidate"
)
def adopt(request: HttpRequest, id: Text, payload: AdoptIn) -> WorkloadDetail:
    """Tie the launch to one of its candidates. The same again has no other effect; another decision is refused."""
    viewer, workload = _acting(request, id)
    services.adopt(workload=workload, remote_id=payload.remote_id, by=viewer.user)
    return _shown(viewer, id)


@router.post(
    "/workloads/{id}/decision/send-again", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="send_again"
)
def send_again(request: HttpRequest, id: Text) -> WorkloadDetail:
    """Send the launch once more under a new token, after a last look for the first one."""
    viewer, workload = _acting(request, id)
    services.send_again(workload=workload, by=viewer.user)
    return _shown(viewer, id)


@router.post(
    "/workloads/{id}/decision/give-up", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="give_up_launch"
)
def give_up(request: HttpRequest, id: Text) -> WorkloadDetail:
    """Cancel the launch here; what it may have made at the provider runs on there."""
    viewer, workload = _acting(request, id)
    services.give_up(workload=workload, by=viewer.user)
    return _shown(viewer, id)


@router.post(
    "/workloads/{id}/decision/check", response={200: DecisionOut, **WRITE_PROBLEMS}, operation_id="check_decision"
)
def check(request: HttpRequest, id: Text) -> DecisionOut:
    """Have an unconfirmed launch looked for at once; what is found shows in the decision a moment later."""
    viewer, workload = _acting(request, id)
    services.check_now(workload=workload)
    return shape_decision(access.find_workload(viewer, id))


def _acting(request: HttpRequest, public_id: Text) -> tuple[Viewer, Workload]:
    viewer = _viewer(request)
    require_scope(viewer, "launch")
    workload = access.find_workload(viewer, public_id)
    access.require(viewer, workload)
    return viewer, workload


def _shown(viewer: Viewer, public_id: Text) -> WorkloadDetail:
    return shape_detail(access.find_workload(viewer, public_id), timezone.now())


def _viewer(request: HttpRequest) -> Viewer:
    found: Viewer = request.auth  # type: ignore[attr-defined]
    return found
