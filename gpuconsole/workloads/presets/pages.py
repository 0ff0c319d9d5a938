"""What the pages of presets show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.core.spec_forms import Layout, SpecForm
from gpuconsole.core.spec_forms.said import ABSENT, value_at
from gpuconsole.projects.access import may_act_as
from gpuconsole.projects.models import Project, ProjectRole
from gpuconsole.providers import registry
from gpuconsole.workloads import guarding, guards
from gpuconsole.workloads.forms import LaunchForm
from gpuconsole.workloads.models import Preset
from gpuconsole.workloads.presets import access, locks
from gpuconsole.workloads.presets.services import Content

KEPT_GUARDS = ("name", "stop_after_s", "labels", *guarding.KEYS)


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a preset, with what it says and whether it is locked."""

    path: str
    title: str
    value: Any
    is_said: bool
    is_locked: bool
    is_covered: bool = False
    """Locked with the object around it."""


@dataclass(frozen=True, slots=True)
class Part:
    """The fields of one section."""

    name: str
    lines: Sequence[Line]


def content_of(form: LaunchForm) -> Content:
    """What a launch form says, as far as a preset keeps it."""
    said = form.guards_form.wire.get("guards", {})
    ours = {key: said[key] for key in KEPT_GUARDS if said.get(key)}
    return Content(spec=form.spec_form.wire, guards=ours, connection=form.connection)


def may_share_in(viewer: Viewer, project: Project | None) -> bool:
    """Whether the person may save presets of the project."""
    return project is not None and may_act_as(viewer, project, ProjectRole.ADMIN)


def launch_url(preset: Preset) -> str:
    """Where the launch form is opened from it."""
    kind = registry.get(preset.provider).kind
    return f"{reverse('launch:form', args=(preset.provider, kind))}?preset={preset.public_id}"


def row(viewer: Viewer, preset: Preset) -> dict[str, Any]:
    """A preset as lists show it."""
    return {
        "preset": preset,
        "provider": registry.get(preset.provider),
        "launch_url": launch_url(preset),
        "may_change": access.may_change(viewer, preset),
    }


def rows(viewer: Viewer, project: Project | None = None) -> list[dict[str, Any]]:
    """Every preset that the person sees, or those of one project; of providers that are there."""
    found = access.visible(viewer)
    if project is not None:
        found = found.filter(project=project)
    return [row(viewer, preset) for preset in found if preset.provider in registry.SLUGS]


def detail(viewer: Viewer, preset: Preset) -> dict[str, Any]:
    """One preset with all its fields; those that can be locked are marked for whoever may."""
    may_change = access.may_change(viewer, preset)
    found = parts(preset)
    return row(viewer, preset) | {
        "may_lock": may_change and preset.project is not None,
        "parts": found,
        "locked_count": len(preset.locked),
        "said_count": sum(line.is_said for part in found for line in part.lines),
    }


def parts(preset: Preset) -> list[Part]:
    """The preset's fields in the sections of the launch form, ours last; locks of whole objects in front."""
    spec = SpecForm.from_wire(registry.get(preset.provider).spec, preset.spec, fixed={"provider": preset.provider})
    ours = SpecForm.from_wire(guards.rails(preset.provider), {"guards": preset.guards})
    layouts = (Layout(spec), Layout(ours, guards.sections(preset.provider)))
    sections = [section for layout in layouts for section in layout.sections]
    found = [Part(section.title, _lines(preset, [item.path for item in section.items])) for section in sections]
    found.append(Part(_("Where it runs"), _lines(preset, [locks.CONNECTION])))
    drawn = {line.path for part in found for line in part.lines}
    objects = Part(_("Whole objects"), _lines(preset, [path for path in preset.locked if path not in drawn]))
    return [part for part in (objects, *found) if part.lines]


def _lines(preset: Preset, paths: Sequence[str]) -> list[Line]:
    said, known = locks.said(preset), locks.lockable(preset.provider)
    return [_line(preset, said, path, known[path]) for path in paths if path in known]


def _line(preset: Preset, said: dict[str, Any], path: str, title: str) -> Line:
    value = value_at(said, path)
    if path == locks.CONNECTION and preset.connection:
        value = preset.connection.name
    is_locked = path in preset.locked
    is_covered = not is_locked and locks.covers(preset.locked, path)
    return Line(path, _(title), None if value is ABSENT else value, value is not ABSENT, is_locked, is_covered)
