"""Workloads in the JSON API: launch, preview, list, watch, and what may be done with one."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Header, Query, Router, Status

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.api import require_scope
from gpuconsole.connections.access import find_connection_for
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
from gpuconsole.projects.access import find_project, launchable_projects
from gpuconsole.projects.models import Project, ProjectRole
from gpuconsole.workloads import access, previews, queries, services
from gpuconsole.workloads.estimate_schemas import EstimateOut, shape_estimate
from gpuconsole.workloads.estimates import estimate
from gpuconsole.workloads.input_schemas import (
    EditIn,
    ExtendIn,
    GuardsChange,
    LaunchIn,
    ProjectChange,
    RecordEnd,
    WayIn,
    WorkloadPatch,
)
from gpuconsole.workloads.models import Preset, Workload
from gpuconsole.workloads.presets import filling, locks
from gpuconsole.workloads.presets.locks import Terms
from gpuconsole.workloads.requests.schemas import LaunchRequestDetail, shape_request_detail
from gpuconsole.workloads.requests.services import launch_or_ask
from gpuconsole.workloads.schemas import (
    Events,
    PreviewOut,
    RequestOut,
    WayOut,
    WorkloadDetail,
    Workloads,
    shape,
    shape_detail,
    shape_event,
)
from gpuconsole.workloads.states import Kind, ReasonCode, State, Verb

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


@router.post(
    "/projects/{slug}/workloads",
    response={201: WorkloadDetail, 200: WorkloadDetail, 202: LaunchRequestDetail, **WRITE_PROBLEMS},
    operation_id="launch_workload",
)
def launch(
    request: HttpRequest,
    slug: Text,
    payload: LaunchIn,
    idempotency_key: Annotated[Text | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)] = None,
) -> Status[WorkloadDetail] | Status[LaunchRequestDetail]:
    """Launch a job or an instance. An Idempotency-Key that was used before answers the first workload (200).

    Where only limits stand in the way that an admin may waive, the answer (202) is a launch request that waits for one.
    """
    asked = _may_launch(request, slug, payload)
    terms = asked.terms
    done = launch_or_ask(
        project=asked.project,
        connection=terms.connection,
        spec=terms.spec,
        name=terms.name,
        by=asked.viewer.user,
        api_token=asked.viewer.token,
        stop_after_s=terms.stop_after_s,
        guards=terms.guards,
        idempotency_key=idempotency_key,
        labels=terms.labels,
        preset=asked.preset,
        why=payload.why,
    )
    now = timezone.now()
    if isinstance(done, Workload):
        return Status(200 if done.is_repeat else 201, shape_detail(_whole(done), now))
    if done.workload is not None:
        return Status(200, shape_detail(_whole(done.workload), now))
    return Status(202, shape_request_detail(done, now))


@router.post(
    "/projects/{slug}/workloads/preview",
    response={200: PreviewOut, **WRITE_PROBLEMS},
    operation_id="preview_workload",
)
def preview(request: HttpRequest, slug: Text, payload: LaunchIn) -> PreviewOut:
    """The exact request that a launch would send, secrets masked, and its estimate. Nothing is sent."""
    asked = _may_launch(request, slug, payload)
    project, terms = asked.project, asked.terms
    if asked.preset is not None:
        locks.check(asked.preset, project, terms)
    shown = previews.preview(project=project, connection=terms.connection, spec=terms.spec)
    requests = [RequestOut(method=sent.method, path=sent.path, body=sent.body, why=sent.why) for sent in shown.requests]
    return PreviewOut(
        request=requests[-1],
        requests=requests,
        url=shown.url,
        curl=shown.curl,
        python=shown.python,
        estimate=_estimate(asked),
    )


@router.post(
    "/projects/{slug}/workloads/estimate",
    response={200: EstimateOut, **WRITE_PROBLEMS},
    operation_id="estimate_workload",
)
def estimate_workload(request: HttpRequest, slug: Text, payload: LaunchIn) -> EstimateOut:
    """What a launch would cost: per hour, usually, and at most; and what stands in its way. Nothing is sent."""
    return _estimate(_may_launch(request, slug, payload))


@router.get("/workloads", response={200: Workloads, **COMMON_PROBLEMS}, operation_id="list_workloads")
def list_workloads(request: HttpRequest, asked: Query[WorkloadQuery]) -> Workloads:
    """Jobs and instances that the token reaches, newest first."""
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
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
    return shape_detail(_find(request, id), timezone.now())


@router.patch("/workloads/{id}", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="change_workload")
def change_workload(request: HttpRequest, id: Text, payload: WorkloadPatch) -> WorkloadDetail:
    """Another name and other labels, in any state; nothing of it goes to the provider. What is left out stays."""
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    require_scope(viewer, "launch")
    workload = _find(request, id)
    access.require(viewer, workload)
    if "labels" in payload.model_fields_set:
        workload = services.label(workload=workload, labels=payload.labels, by=viewer.user)
    if "name" in payload.model_fields_set:
        workload = services.rename(workload=workload, name=payload.name, by=viewer.user)
    return shape_detail(_whole(workload), timezone.now())


@router.post(
    "/workloads/{id}/project", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="change_workload_project"
)
def change_project(request: HttpRequest, id: Text, payload: ProjectChange) -> WorkloadDetail:
    """Charge another project of the team from now on, whose quotas and budget have to take what has not ended; what it
    has cost so far stays with the former one."""
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    require_scope(viewer, "launch")
    workload = _find(request, id)
    access.require(viewer, workload)
    target = launchable_projects(viewer).filter(slug=payload.project).first()
    if target is None:
        text = _("There is no such project that you may launch in. GET /projects lists them.")
        raise Refused(text, code="unknown_project", field="project")
    done = services.change_project(workload=workload, project=target, by=viewer.user)
    return shape_detail(_whole(done), timezone.now())


@router.post(
    "/workloads/{id}/delete-record", response={204: None, **WRITE_PROBLEMS}, operation_id="delete_workload_record"
)
def delete_record(request: HttpRequest, id: Text, payload: RecordEnd) -> Status[None]:
    """Delete the record of what has ended for good, with its log, metrics, events and spec. What it cost stays in the
    costs of its project; at its provider nothing is deleted by this."""
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    require_scope(viewer, "launch")
    workload = _find(request, id)
    access.require(viewer, workload)
    if payload.name.strip() != workload.name:
        text = _("The name of this work is {name}.").format(name=workload.name)
        raise Refused(text, code="other_name", field="name")
    services.delete_record(workload=workload, by=viewer.user)
    return Status(204, None)


@router.get("/workloads/{id}/events", response={200: Events, **COMMON_PROBLEMS}, operation_id="list_events")
def list_events(request: HttpRequest, id: Text, asked: Query[PageQuery]) -> Events:
    """The timeline of one workload, newest first."""
    events = _find(request, id).events.select_related("by")
    found = asked_page(events, asked)
    return Events(items=[shape_event(event) for event in found.items], newer=found.newer, older=found.older)


@router.post("/workloads/{id}/ways", response={200: WayOut, **WRITE_PROBLEMS}, operation_id="show_way")
def show_way(request: HttpRequest, response: HttpResponse, id: Text, payload: WayIn) -> WayOut:
    """The value of one way in that ``connect`` shows as null; that it was asked for stands in the audit log."""
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    require_scope(viewer, "launch")
    workload = _find(request, id)
    access.require(viewer, workload)
    response["Cache-Control"] = "no-store"
    return WayOut(way=payload.way, value=services.show_way(workload=workload, way=payload.way, by=viewer.user))


@router.post("/workloads/{id}/look", response={202: ConnectionOut, **WRITE_PROBLEMS}, operation_id="look_at_workload")
def look(request: HttpRequest, id: Text) -> Status[ConnectionOut]:
    """Ask the provider at once how it stands, with all else on its connection; the answer tells of that connection."""
    connection = _find(request, id).connection
    ask_look(connection=connection)
    connection.refresh_from_db()
    return Status(202, shape_connections([connection])[0])


@router.post("/workloads/{id}/extend", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="extend_workload")
def extend(request: HttpRequest, id: Text, payload: ExtendIn) -> WorkloadDetail:
    """Move the latest end. For a later one quotas and budgets are asked again; what ends sooner gives money back."""
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    require_scope(viewer, "launch")
    workload = _find(request, id)
    access.require(viewer, workload)
    done = services.extend(workload=workload, by=viewer.user, ends_by=payload.ends_by)
    return shape_detail(_whole(done), timezone.now())


@router.post("/workloads/{id}/guards", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="guard_workload")
def guard(request: HttpRequest, id: Text, payload: GuardsChange) -> WorkloadDetail:
    """Change what ends it: at a cost, when idle, when queued too long. A higher cost asks quotas and budgets again."""
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    require_scope(viewer, "launch")
    workload = _find(request, id)
    access.require(viewer, workload)
    done = services.guard(workload=workload, by=viewer.user, **payload.said)
    return shape_detail(_whole(done), timezone.now())


@router.post("/workloads/{id}/edit", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="edit_workload")
def edit_workload(
    request: HttpRequest,
    id: Text,
    payload: EditIn,
    idempotency_key: Annotated[Text | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)] = None,
) -> WorkloadDetail:
    """Change what runs; ``edit`` of the answer tells of it until the provider has taken it. The Idempotency-Key of the
    last edit changes nothing again."""
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    require_scope(viewer, "launch")
    workload = _find(request, id)
    access.require(viewer, workload)
    done = services.edit(workload=workload, changes=payload.changes, by=viewer.user, key=idempotency_key or "")
    return shape_detail(_whole(done), timezone.now())


@router.post("/workloads/{id}/retry", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="retry_workload")
def retry(
    request: HttpRequest,
    id: Text,
    idempotency_key: Annotated[Text | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)] = None,
) -> WorkloadDetail:
    """Run what failed or was cancelled again: another attempt where its provider has that, else another workload, which
    is the answer then (see ``retry_of``). Where something should be changed first, ``warnings`` say what. The same
    Idempotency-Key retries once."""
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    require_scope(viewer, "launch")
    workload = _find(request, id)
    access.require(viewer, workload)
    done = services.retry(workload=workload, by=viewer.user, key=idempotency_key or "")
    return shape_detail(_whole(done), timezone.now())


def _act(verb: Verb) -> Any:
    """The operation that does one verb; the answer shows the workload with the intent written down."""

    def act(request: HttpRequest, id: Text) -> WorkloadDetail:
        viewer: Viewer = request.auth  # type: ignore[attr-defined]
        require_scope(viewer, "launch")
        workload = _find(request, id)
        access.require(viewer, workload)
        done: Workload = services.VERBS[verb](workload=workload, by=viewer.user)
        return shape_detail(_whole(done), timezone.now())

    act.__doc__ = f"{verb.capitalize()} one workload; it shows the new state once the provider has confirmed it."
    return act


for _verb in (Verb.STOP, Verb.START, Verb.RESTART, Verb.TERMINATE, Verb.DELETE):
    router.post(
        f"/workloads/{{id}}/{_verb.value}",
        response={200: WorkloadDetail, **WRITE_PROBLEMS},
        operation_id=f"{_verb.value}_workload",
        summary=_verb.capitalize(),
    )(_act(_verb))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A launch that the caller may ask for, with what a preset adds to it."""

    viewer: Viewer
    project: Project
    preset: Preset | None
    terms: Terms


def _may_launch(request: HttpRequest, slug: Text, payload: LaunchIn) -> _Asked:
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    require_scope(viewer, "launch")
    project = find_project(viewer, slug, role=ProjectRole.MEMBER)
    preset = filling.find(viewer, payload.preset) if payload.preset is not None else None
    wanted = filling.connection_of(payload, preset)
    connection = find_connection_for(project, wanted)
    if connection is None:
        text = _("There is no such connection that this project may use. GET /connections lists them.")
        raise Refused(text, code="unknown_connection", field="connection")
    spec = filling.spec_of(payload, preset)
    if connection.provider != spec.provider:
        text = _("This connection is one to {provider}, the spec is for {other}.")
        text = text.format(provider=connection.provider, other=spec.provider)
        raise Refused(text, code="other_provider", field="connection")
    return _Asked(viewer, project, preset, filling.terms(payload, preset, spec, connection))


def _estimate(asked: _Asked) -> EstimateOut:
    terms = asked.terms
    figures = estimate(
        project=asked.project,
        connection=terms.connection,
        spec=terms.spec,
        owner=asked.viewer.user,
        stop_after_s=terms.stop_after_s,
        guards=terms.guards,
    )
    return shape_estimate(figures, terms.spec.provider)


def _find(request: HttpRequest, public_id: Text) -> Workload:
    return access.find_workload(request.auth, public_id)  # type: ignore[attr-defined]


def _whole(workload: Workload) -> Workload:
    """The row read again, so that the answer shows what was written."""
    row = Workload.objects.select_related("project", "connection", "owner").get(pk=workload.pk)
    row.warnings = workload.warnings
    return row


def _one(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)
