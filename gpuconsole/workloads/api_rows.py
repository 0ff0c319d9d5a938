"""What the operations on workloads share: the row that a token may act on, and the row as it stands after that."""

from django.http import HttpRequest
from django.utils import timezone

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.api import require_scope
from gpuconsole.core.api import Text
from gpuconsole.workloads import access
from gpuconsole.workloads.detail_schemas import WorkloadDetail, shape_detail
from gpuconsole.workloads.models import Workload


def viewer_of(request: HttpRequest) -> Viewer:
    """The person of the token."""
    return request.auth  # type: ignore[attr-defined,no-any-return]


def find(request: HttpRequest, public_id: Text) -> Workload:
    """A workload that the token reaches. Raises Http404."""
    return access.find_workload(viewer_of(request), public_id)


def to_act_on(request: HttpRequest, public_id: Text) -> tuple[Viewer, Workload]:
    """The same, with whoever may act on it. Raises PermissionDenied for a token or a role that is too small."""
    viewer = viewer_of(request)
    require_scope(viewer, "launch")
    workload = find(request, public_id)
    access.require(viewer, workload)
    return viewer, workload


def whole(workload: Workload) -> WorkloadDetail:
    """The row read again, so that the answer shows what was written."""
    row = Workload.objects.select_related("project", "connection", "owner").get(pk=workload.pk)
    row.warnings = workload.warnings
    return shape_detail(row, timezone.now())
