"""A launch by API that names a preset: what the request leaves out is the preset's."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _
from pydantic import ValidationError

from gpuconsole.accounts.access import Viewer
from gpuconsole.connections.models import Connection
from gpuconsole.core.errors import Refused
from gpuconsole.core.translated import translated
from gpuconsole.providers import registry
from gpuconsole.providers.problems import problems
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.input_schemas import LaunchIn
from gpuconsole.workloads.models import Preset
from gpuconsole.workloads.presets import access
from gpuconsole.workloads.presets.locks import Terms
from gpuconsole.workloads.presets.schemas import texts, whole


def find(viewer: Viewer, public_id: str) -> Preset:
    """The preset that a request names. Raises Refused where the viewer sees none of that id."""
    try:
        return access.find(viewer, public_id)
    except Http404 as exc:
        text = _("There is no such preset that you see. GET /presets lists them.")
        raise Refused(text, code="unknown_preset", field="preset") from exc


def connection_of(payload: LaunchIn, preset: Preset | None) -> str:
    """Id or name of the connection that is launched on; empty where nothing names one."""
    if "connection" in payload.model_fields_set or preset is None or preset.connection is None:
        return payload.connection
    return preset.connection.public_id


def spec_of(payload: LaunchIn, preset: Preset | None) -> Spec:
    """The request's spec, else the preset's. Raises Refused where the preset's is not complete."""
    if "spec" in payload.model_fields_set or preset is None:
        return payload.spec
    try:
        return registry.get(preset.provider).spec.read(preset.spec)
    except ValidationError as exc:
        first, *others = problems(exc)
        details = [f"{one.path}: {translated(one.message)}" for one in others]
        text = " ".join((_("The preset alone is no whole launch."), translated(first.message)))
        raise Refused(text, code="invalid", field=f"spec.{first.path}", details=details) from exc


def terms(payload: LaunchIn, preset: Preset | None, spec: Spec, connection: Connection) -> Terms:
    """What is asked for in the end."""
    given, kept = payload.model_fields_set, preset.guards if preset else {}
    is_said = "guards" in given
    return Terms(
        spec,
        connection,
        payload.name if "name" in given else str(kept.get("name") or ""),
        payload.guards.stop_after_s if is_said else whole(kept.get("stop_after_s")),
        payload.labels if "labels" in given else texts(kept.get("labels")),
        payload.guards.guards if is_said else Guards.read(kept),
    )
