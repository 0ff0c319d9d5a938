"""Workloads in the JSON API: list, read, watch, and our own record of one."""

from decimal import Decimal
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Status

from gpuconsole.connections.api import ConnectionOut, shape_connections
from gpuconsole.connections.services import ask_look
from gpuconsole.core.api import (
    COMMON_PROBLEMS,
    WRITE_PROBLEMS,
    Moment,
    PageQuery,
    QueryText,
    Text,
    asked_page,
)
from gpuconsole.core.errors import Refused
from gpuconsole.projects.access import launchable_projects
from gpuconsole.workloads import access, queries, services
from gpuconsole.workloads.api_rows import find, to_act_on, viewer_of, whole
from gpuconsole.workloads.detail_schemas import WayOut, WorkloadDetail, shape_detail
from gpuconsole.workloads.event_schemas import Events, shape_event
from gpuconsole.workloads.input_schemas import (
    ProjectChange,
    RecordEnd,
    WayIn,
    WorkloadPatch,
)
from gpuconsole.workloads.schemas import Workloads, shape
from gpuconsole.workloads.states import Kind, ReasonCode, State

router = Router(tags=["Workloads"])


class WorkloadQuery(PageQuery):
    """What a list of workloads is narrowed to; all that are given must hold."""

    provider: QueryText | None = None
    project: QueryText | None = None
    kind: Kind | None = None
    state: State | None = None
    cause: ReasonCode | None = None
    """Why it ended, as ``failure.cause`` tells it."""
    owner: QueryText | None = None
    """E-mail address of the person who launched it."""
    label: QueryText | None = None
    name: QueryText | None = None
    """A part of the name, in any case."""
    created_from: Moment | None = None
    created_to: Moment | None = None
    """The first moment that is not in the range any more."""
    cost_from: Annotated[Decimal, Field(gt=0, lt=1_000_000_000, decimal_places=6)] | None = None
    """It has cost so much or more, in the currency that it is charged in."""


@router.get("/workloads", response={200: Workloads, **COMMON_PROBLEMS}, operation_id="list_workloads")
def list_workloads(request: HttpRequest, asked: Query[WorkloadQuery]) -> Workloads:
    """Jobs and instances that the token reaches, newest first."""
    viewer = viewer_of(request)
    narrowed = queries.Filters(
        providers=_one(asked.provider),
        projects=_one(asked.project),
        kind=asked.kind,
        states=_one(asked.state),
        causes=_one(asked.cause or None),
        owners=_one(asked.owner or None),
        labels=_one(asked.label or None),
        name=asked.name or "",
        created_from=asked.created_from,
        created_to=asked.created_to,
        cost_from=asked.cost_from,
    )
    rows = queries.listing(access.visible_workloads(viewer), narrowed)
    found = asked_page(rows, asked)
    now = timezone.now()
    return Workloads.model_construct(
        items=[shape(workload, now) for workload in found.items], newer=found.newer, older=found.older
    )


@router.get("/workloads/{id}", response={200: WorkloadDetail, **COMMON_PROBLEMS}, operation_id="get_workload")
def get_workload(request: HttpRequest, id: Text) -> WorkloadDetail:
    """One workload with its spec, timeline and ways in."""
    return shape_detail(find(request, id), timezone.now())


@router.patch("/workloads/{id}", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="change_workload")
def change_workload(request: HttpRequest, id: Text, payload: WorkloadPatch) -> WorkloadDetail:
    """Another name and other labels, in any state; nothing of it goes to the provider. What is left out stays."""
    viewer, workload = to_act_on(request, id)
    if "labels" in payload.model_fields_set:
        workload = services.label(workload=workload, labels=payload.labels, by=viewer.user)
    if "name" in payload.model_fields_set:
        workload = services.rename(workload=workload, name=payload.name, by=viewer.user)
    return whole(workload)


@router.post(
    "/workloads/{id}/project", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="change_workload_project"
)
def change_project(request: HttpRequest, id: Text, payload: ProjectChange) -> WorkloadDetail:
    """Charge another project of the team from now on, whose quotas and budget have to take what has not ended; what it
    has cost so far stays with the former one."""
    viewer, workload = to_act_on(request, id)
    target = launchable_projects(viewer).filter(slug=payload.project).first()
    if target is None:
        text = _("There is no such project that you may launch in. GET /projects lists them.")
        raise Refused(text, code="unknown_project", field="project")
    done = services.change_project(workload=workload, project=target, by=viewer.user)
    return whole(done)


@router.post(
    "/workloads/{id}/delete-record", response={204: None, **WRITE_PROBLEMS}, operation_id="delete_workload_record"
)
def delete_record(request: HttpRequest, id: Text, payload: RecordEnd) -> Status[None]:
    """Delete the record of what has ended for good, with its log, metrics, events and spec. What it cost stays in the
    costs of its project; at its provider nothing is deleted by this."""
    viewer, workload = to_act_on(request, id)
    if payload.name.strip() != workload.name:
        text = _("The name of this work is {name}.").format(name=workload.name)
        raise Refused(text, code="other_name", field="name")
    services.delete_record(workload=workload, by=viewer.user)
    return Status(204, None)


@router.get("/workloads/{id}/events", response={200: Events, **COMMON_PROBLEMS}, operation_id="list_events")
def list_events(request: HttpRequest, id: Text, asked: Query[PageQuery]) -> Events:
    """The timeline of one workload, newest first."""
    events = find(request, id).events.select_related("by")
    found = asked_page(events, asked)
    return Events(items=[shape_event(event) for event in found.items], newer=found.newer, older=found.older)


@router.post("/workloads/{id}/ways", response={200: WayOut, **WRITE_PROBLEMS}, operation_id="show_way")
def show_way(request: HttpRequest, response: HttpResponse, id: Text, payload: WayIn) -> WayOut:
    """The value of one way in that ``connect`` shows as null; that it was asked for stands in the audit log."""
    viewer, workload = to_act_on(request, id)
    response["Cache-Control"] = "no-store"
    return WayOut(way=payload.way, value=services.show_way(workload=workload, way=payload.way, by=viewer.user))


@router.post("/workloads/{id}/look", response={202: ConnectionOut, **WRITE_PROBLEMS}, operation_id="look_at_workload")
def look(request: HttpRequest, id: Text) -> Status[ConnectionOut]:
    """Ask the provider at once how it stands, with all else on its connection; the answer tells of that connection."""
    connection = find(request, id).connection
    ask_look(connection=connection)
    connection.refresh_from_db()
    return Status(202, shape_connections([connection])[0])


def _one(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)
