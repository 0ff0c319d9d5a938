"""Presets in the JSON API: list, save, read, change, remove."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.api import require_scope
from gpuconsole.connections.access import find_connection_for, visible_connections
from gpuconsole.connections.models import Connection
from gpuconsole.core.api import COMMON_PROBLEMS, WRITE_PROBLEMS, Text, asked_page
from gpuconsole.core.errors import Refused
from gpuconsole.projects.access import find_project
from gpuconsole.projects.models import Project, ProjectRole
from gpuconsole.workloads import guarding
from gpuconsole.workloads.models import Preset
from gpuconsole.workloads.presets import access, services
from gpuconsole.workloads.presets.schemas import PresetIn, PresetOut, PresetPatch, PresetQuery, Presets, shape
from gpuconsole.workloads.presets.services import Content

router = Router(tags=["Presets"])

_CONTENT = frozenset({"spec", "connection", "launch_name", "guards", "labels"})


@router.get("/presets", response={200: Presets, **COMMON_PROBLEMS}, operation_id="list_presets")
def list_presets(request: HttpRequest, asked: Query[PresetQuery]) -> Presets:
    """Your own presets, and those of your projects, newest first."""
    viewer = _viewer(request)
    found = access.visible(viewer)
    if asked.provider is not None:
        found = found.filter(provider=asked.provider)
    if asked.project is not None:
        found = found.filter(project__slug=asked.project)
    page = asked_page(found, asked)
    return Presets(items=[shape(viewer, preset) for preset in page.items], newer=page.newer, older=page.older)


@router.post("/presets", response={201: PresetOut, **WRITE_PROBLEMS}, operation_id="create_preset")
def create_preset(request: HttpRequest, payload: PresetIn) -> Status[PresetOut]:
    """Keep a launch to start from again: for yourself, or as an admin for a project."""
    viewer = _viewer(request)
    require_scope(viewer, "launch")
    assert viewer.team is not None  # a token is one of a team
    project = _settled_project(viewer, payload.project)
    preset = services.save(
        team=viewer.team,
        project=project,
        name=payload.name,
        description=payload.description,
        content=_content(viewer, project, payload),
        by=viewer.user,
        secret_names=access.known_secrets(viewer, project),
        locked=payload.locked,
        lock_reason=payload.lock_reason,
    )
    return Status(201, shape(viewer, preset))


@router.get("/presets/{id}", response={200: PresetOut, **COMMON_PROBLEMS}, operation_id="get_preset")
def get_preset(request: HttpRequest, id: Text) -> PresetOut:
    """One preset."""
    viewer = _viewer(request)
    return shape(viewer, access.find(viewer, id))


@router.patch("/presets/{id}", response={200: PresetOut, **WRITE_PROBLEMS}, operation_id="update_preset")
def update_preset(request: HttpRequest, id: Text, payload: PresetPatch) -> PresetOut:
    """Change what is given: name, text, values, and of a project's preset the locks."""
    viewer = _viewer(request)
    preset = _own(viewer, id)
    given = payload.model_fields_set
    plain = {name: getattr(payload, name) for name in given - _CONTENT}
    changed = services.update(
        preset=preset,
        by=viewer.user,
        secret_names=access.known_secrets(viewer, preset.project),
        content=_patched(viewer, preset, payload) if given & _CONTENT else None,
        **plain,
    )
    return shape(viewer, changed)


@router.delete("/presets/{id}", response={204: None, **WRITE_PROBLEMS}, operation_id="remove_preset")
def remove_preset(request: HttpRequest, id: Text) -> Status[None]:
    """Remove one preset; work that was launched from it stays as it is."""
    viewer = _viewer(request)
    services.remove(preset=_own(viewer, id), by=viewer.user)
    return Status(204, None)


def _viewer(request: HttpRequest) -> Viewer:
    return request.auth  # type: ignore[attr-defined,no-any-return]


def _own(viewer: Viewer, public_id: str) -> Preset:
    """The preset, to be changed. Raises Http404 where it is not seen, PermissionDenied where it is not theirs."""
    preset = access.find(viewer, public_id)
    require_scope(viewer, "launch")
    access.require_change(viewer, preset)
    return preset


def _settled_project(viewer: Viewer, slug: str | None) -> Project | None:
    if slug is not None:
        return find_project(viewer, slug, role=ProjectRole.ADMIN)
    if viewer.token is not None and viewer.token.project_id is not None:
        raise Refused(_("This token reaches one project: name it."), code="needs_project", field="project")
    return None


def _content(viewer: Viewer, project: Project | None, payload: PresetIn) -> Content:
    guards = _guards(payload)
    return Content(spec=_spec(payload.spec), guards=guards, connection=_connection(viewer, project, payload.connection))


def _patched(viewer: Viewer, preset: Preset, payload: PresetPatch) -> Content:
    given = payload.model_fields_set
    names = {"launch_name": ("name",), "labels": ("labels",), "guards": ("stop_after_s", *guarding.KEYS)}
    told = {key for name in given for key in names.get(name, ())}
    guards = {key: value for key, value in preset.guards.items() if key not in told}
    connection = preset.connection
    if "connection" in given:
        connection = _connection(viewer, preset.project, payload.connection)
    spec = _spec(payload.spec) if "spec" in given else preset.spec
    return Content(spec=spec, guards=guards | _guards(payload), connection=connection)


def _guards(payload: PresetIn | PresetPatch) -> dict[str, Any]:
    """Ours, as far as they were given."""
    found = {"name": payload.launch_name, "stop_after_s": payload.guards.stop_after_s, "labels": payload.labels}
    found |= payload.guards.guards.said
    return {key: value for key, value in found.items() if value}


def _spec(fields: dict[str, Any]) -> dict[str, Any]:
    """The provider's word first, as a launch has it."""
    return {"provider": fields.get("provider", "")} | fields


def _connection(viewer: Viewer, project: Project | None, wanted: str | None) -> Connection | None:
    if wanted is None:
        return None
    if project is not None:
        found = find_connection_for(project, wanted)
    else:
        found = visible_connections(viewer).filter(public_id=wanted).first()
    if found is None:
        text = _("There is no such connection that launches from this preset may use. GET /connections lists them.")
        raise Refused(text, code="unknown_connection", field="connection")
    return found
