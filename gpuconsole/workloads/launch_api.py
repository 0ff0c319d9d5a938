"""Launches in the JSON API: ask for work, see the exact request before, and what it would cost."""

from dataclasses import dataclass
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, Router, Status

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.api import require_scope
from gpuconsole.connections.access import find_connection_for
from gpuconsole.core.api import WRITE_PROBLEMS, Text
from gpuconsole.core.errors import Refused
from gpuconsole.projects.access import find_project
from gpuconsole.projects.models import Project, ProjectRole
from gpuconsole.workloads import previews
from gpuconsole.workloads.api_rows import viewer_of, whole
from gpuconsole.workloads.detail_schemas import WorkloadDetail
from gpuconsole.workloads.estimate_schemas import EstimateOut, shape_estimate
from gpuconsole.workloads.estimates import estimate
from gpuconsole.workloads.input_schemas import LaunchIn
from gpuconsole.workloads.models import Preset, Workload
from gpuconsole.workloads.presets import filling, locks
from gpuconsole.workloads.presets.locks import Terms
from gpuconsole.workloads.preview_schemas import PreviewOut, RequestOut
from gpuconsole.workloads.requests.asking import launch_or_ask
from gpuconsole.workloads.requests.schemas import LaunchRequestDetail, shape_request_detail

router = Router(tags=["Workloads"])


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
    if isinstance(done, Workload):
        return Status(200 if done.is_repeat else 201, whole(done))
    if done.workload is not None:
        return Status(200, whole(done.workload))
    return Status(202, shape_request_detail(done, timezone.now()))


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


@dataclass(frozen=True, slots=True)
class _Asked:
    """A launch that the caller may ask for, with what a preset adds to it."""

    viewer: Viewer
    project: Project
    preset: Preset | None
    terms: Terms


def _may_launch(request: HttpRequest, slug: Text, payload: LaunchIn) -> _Asked:
    viewer = viewer_of(request)
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
