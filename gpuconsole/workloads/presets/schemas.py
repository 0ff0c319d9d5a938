"""Shapes of presets in the JSON API."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Field
from pydantic import JsonValue

from gpuconsole.accounts.access import Viewer
from gpuconsole.core.api import ApiInput, ApiSchema, PageInfo, PageQuery, QueryText, Text
from gpuconsole.workloads.guard_schemas import GuardsOut, shape_guards
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.input_schemas import GuardsIn, Labels, Name
from gpuconsole.workloads.models import Preset
from gpuconsole.workloads.presets import access

PresetName = Annotated[Text, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]*[^\x00-\x20][^\x00-\x1f]*$")]
Line = Annotated[Text, Field(max_length=300)]
Path = Annotated[Text, Field(min_length=1, max_length=200)]
Reason = Annotated[Text, Field(max_length=200)]
Fields = dict[str, JsonValue]


class PresetIn(ApiInput):
    """A launch to be kept. The spec may be incomplete; secret fields hold names of stored secrets."""

    name: PresetName
    description: Line = ""
    project: Text | None = None
    """Slug: everybody in the project launches from it. Null: it is yours alone."""
    connection: Text | None = None
    spec: Fields
    """With ``provider``, as in a launch."""
    launch_name: Name = ""
    guards: GuardsIn = GuardsIn()
    labels: Labels = Field(default_factory=list)
    locked: list[Path] = Field(default_factory=list, max_length=200)
    """Dotted paths (``training_job.compute``, ``guards.stop_after_s``, ``connection``); a project's preset only."""
    lock_reason: Reason = ""


class PresetPatch(ApiInput):
    """What is to change; what is left out stays. ``spec`` replaces the whole spec."""

    name: PresetName = ""
    description: Line = ""
    connection: Text | None = None
    spec: Fields = Field(default_factory=dict)
    launch_name: Name = ""
    guards: GuardsIn = GuardsIn()
    labels: Labels = Field(default_factory=list)
    locked: list[Path] = Field(default_factory=list, max_length=200)
    lock_reason: Reason = ""


class PresetQuery(PageQuery):
    """What the list is narrowed to."""

    provider: QueryText | None = None
    project: QueryText | None = None


class PresetOut(ApiSchema):
    """A preset; its locked fields must stay as they are here in a launch from it."""

    id: str
    name: str
    description: str
    provider: str
    project: str | None
    """Null: it is the caller's own."""
    by: str | None
    connection: str | None
    spec: Fields
    launch_name: str
    guards: GuardsOut
    labels: list[str]
    locked: list[str]
    lock_reason: str
    may_change: bool
    created_at: datetime
    changed_at: datetime


class Presets(PageInfo):
    items: list[PresetOut]


def shape(viewer: Viewer, preset: Preset) -> PresetOut:
    """A preset as the viewer sees it."""
    guards: dict[str, Any] = preset.guards
    return PresetOut(
        id=preset.public_id,
        name=preset.name,
        description=preset.description,
        provider=preset.provider,
        project=preset.project.slug if preset.project else None,
        by=preset.by.email if preset.by else None,
        connection=preset.connection.public_id if preset.connection else None,
        spec=preset.spec,
        launch_name=str(guards.get("name") or ""),
        guards=shape_guards(whole(guards.get("stop_after_s")), Guards.read(guards)),
        labels=texts(guards.get("labels")),
        locked=preset.locked,
        lock_reason=preset.lock_reason,
        may_change=access.may_change(viewer, preset),
        created_at=preset.created_at,
        changed_at=preset.changed_at,
    )


def whole(value: Any) -> int | None:
    """A number of seconds; a form may have kept something that is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def texts(value: Any) -> list[str]:
    """Labels; a form may have kept something that is none."""
    return [str(text) for text in value] if isinstance(value, list) else []
