"""Stop everything in the JSON API: look, press, follow, ask again, release."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header, Query, Router, Status

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.api import require_scope
from gpuconsole.core.api import COMMON_PROBLEMS, WRITE_PROBLEMS, Text, asked_page
from gpuconsole.workloads.halts import access, progress, services
from gpuconsole.workloads.halts.outlook import look
from gpuconsole.workloads.halts.reach import Reach
from gpuconsole.workloads.halts.schemas import (
    EntryQuery,
    HaltDetail,
    HaltEntries,
    HaltIn,
    HaltQuery,
    Halts,
    ReachOut,
    ReachQuery,
    shape_detail,
    shape_entry,
    shape_halt,
    shape_reach,
)
from gpuconsole.workloads.models import Halt, HaltScope, Via

router = Router(tags=["Stop everything"])


@router.get("/halts/reach", response={200: ReachOut, **COMMON_PROBLEMS}, operation_id="look_at_reach")
def look_at_reach(request: HttpRequest, asked: Query[ReachQuery]) -> ReachOut:
    """What would end, what would rest, and what it costs, as of now. Nothing is stopped."""
    reach = _reach(_viewer(request), asked.scope, asked.project, asked.connection)
    return shape_reach(look(reach, timezone.now()))


@router.post("/halts", response={201: HaltDetail, **WRITE_PROBLEMS}, operation_id="stop_everything")
def stop_everything(
    request: HttpRequest,
    payload: HaltIn,
    idempotency_key: Annotated[Text | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)] = None,
) -> Status[HaltDetail]:
    """End everything in the scope: all of it is written down when this answers, and providers are asked at once.

    Follow it with `GET /halts/{id}` until `is_all_confirmed`. Your own work takes the scope `launch` of the token,
    all else `admin`. Sent again with the same `Idempotency-Key` it gives the first halt.
    """
    viewer = _viewer(request)
    require_scope(viewer, "launch" if payload.scope is HaltScope.MINE else "admin")
    halt = services.stop_everything(
        reach=_reach(viewer, payload.scope, payload.project, payload.connection),
        by=viewer.user,
        instances=payload.instances,
        holds_launches=payload.hold_launches,
        api_token=viewer.token,
        via=Via.API,
        key=idempotency_key,
    )
    return Status(201, _detail(viewer, halt))


@router.get("/halts", response={200: Halts, **COMMON_PROBLEMS}, operation_id="list_halts")
def list_halts(request: HttpRequest, asked: Query[HaltQuery]) -> Halts:
    """Your own, those of projects that you see, and for the team's admins all; newest first."""
    found = access.visible(_viewer(request))
    if asked.scope is not None:
        found = found.filter(scope=asked.scope)
    page = asked_page(found, asked)
    return Halts(items=[shape_halt(halt) for halt in page.items], newer=page.newer, older=page.older)


@router.get("/halts/{id}", response={200: HaltDetail, **COMMON_PROBLEMS}, operation_id="get_halt")
def get_halt(request: HttpRequest, id: Text) -> HaltDetail:
    """One halt as far as it has come: how many are confirmed, what it cost and costs now."""
    viewer = _viewer(request)
    return _detail(viewer, access.find(viewer, id))


@router.get("/halts/{id}/entries", response={200: HaltEntries, **COMMON_PROBLEMS}, operation_id="list_halt_entries")
def list_entries(request: HttpRequest, id: Text, asked: Query[EntryQuery]) -> HaltEntries:
    """Its workloads and launch requests one by one, in the order in which they were asked for."""
    viewer = _viewer(request)
    found = access.entries(viewer, access.find(viewer, id))
    if asked.is_confirmed is not None:
        found = (progress.confirmed if asked.is_confirmed else progress.unconfirmed)(found)
    page = asked_page(progress.readable(found), asked, ("id",))
    return HaltEntries(items=[shape_entry(entry) for entry in page.items], newer=page.newer, older=page.older)


@router.post("/halts/{id}/again", response={200: HaltDetail, **WRITE_PROBLEMS}, operation_id="ask_halt_again")
def ask_again(request: HttpRequest, id: Text) -> HaltDetail:
    """Ask at once for all that is not confirmed, instead of at the end of each one's wait."""
    viewer, halt = _settling(request, id)
    services.ask_again(halt=halt, by=viewer.user)
    return _detail(viewer, access.find(viewer, id))


@router.post("/halts/{id}/release", response={200: HaltDetail, **WRITE_PROBLEMS}, operation_id="release_halt")
def release(request: HttpRequest, id: Text) -> HaltDetail:
    """Let launches, starts and retries be made there again."""
    viewer, halt = _settling(request, id)
    services.release(halt=halt, by=viewer.user)
    return _detail(viewer, access.find(viewer, id))


def _reach(viewer: Viewer, scope: HaltScope, project: str | None, connection: str | None) -> Reach:
    return access.find_reach(viewer, scope, project=project or "", connection=connection or "")


def _settling(request: HttpRequest, public_id: str) -> tuple[Viewer, Halt]:
    viewer = _viewer(request)
    require_scope(viewer, "launch")
    halt = access.find(viewer, public_id)
    access.require_settle(viewer, halt)
    return viewer, halt


def _detail(viewer: Viewer, halt: Halt) -> HaltDetail:
    return shape_detail(halt, progress.summary(halt, progress.readable(access.entries(viewer, halt))))


def _viewer(request: HttpRequest) -> Viewer:
    found: Viewer = request.auth  # type: ignore[attr-defined]
    return found
