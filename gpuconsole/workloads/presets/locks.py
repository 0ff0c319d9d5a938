"""Locked fields of a preset: which can be, and what a launch from it says otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.connections.models import Connection
from gpuconsole.core.errors import Refused
from gpuconsole.core.spec_forms.build import build
from gpuconsole.core.spec_forms.codecs import same
from gpuconsole.core.spec_forms.nodes import AnyNode, Group
from gpuconsole.core.spec_forms.said import ABSENT, value_at
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads import guarding
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.guards import rails
from gpuconsole.workloads.models import Preset

CONNECTION = "connection"
_NOT_LOCKED = frozenset({"guards", "guards.project"})  # a project's preset charges that project anyway
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Terms:
    """What a launch asks for."""

    spec: Spec
    connection: Connection
    name: str = ""
    stop_after_s: int | None = None
    labels: Sequence[str] = ()
    guards: Guards = guarding.NONE

    @property
    def whole(self) -> dict[str, Any]:
        ours = {"name": self.name, "stop_after_s": self.stop_after_s, "labels": list(self.labels), **self.guards.said}
        return whole(self.spec.wire(), ours, self.connection)


@cache
def lockable(slug: str) -> Mapping[str, str]:
    """Title by path of each field that can be locked: objects and lists as a whole, no single rows of a list."""
    found = {CONNECTION: gettext_noop("Connection")}
    for spec in (registry.get(slug).spec, rails(slug)):
        found |= {node.path: node.title for node in _fields(build(spec)) if node.path not in _NOT_LOCKED}
    return found


def covers(locked: Sequence[str], path: str) -> bool:
    """Whether a path is locked, by itself or with the object around it."""
    return any(path == lock or path.startswith(f"{lock}.") for lock in locked)


def why(preset: Preset) -> str:
    """The sentence that stands under a locked field."""
    if preset.project and preset.lock_reason:
        text = _("Locked by the preset {preset} of {project}: {reason}")
    elif preset.project:
        text = _("Locked by the preset {preset} of {project}.")
    elif preset.lock_reason:
        text = _("Locked by the preset {preset}: {reason}")
    else:
        text = _("Locked by the preset {preset}.")
    return text.format(preset=preset.name, project=preset.project, reason=preset.lock_reason)


def changed(preset: Preset, asked: Mapping[str, Any]) -> dict[str, str]:
    """A sentence by path for each locked field that ``asked`` (see ``whole``) says otherwise than the preset."""
    wanted = said(preset)
    differing = [path for path in preset.locked if not same(value_at(wanted, path), value_at(asked, path))]
    text = _("{why} It must stay {value}.")
    sentence = f"{why(preset).rstrip('.')}."
    return {path: text.format(why=sentence, value=_shown(preset, path, wanted)) for path in differing}


def said(preset: Preset) -> dict[str, Any]:
    """All that the preset says, in the nesting that ``whole`` gives a launch."""
    return whole(preset.spec, preset.guards, preset.connection)


def whole(spec: Mapping[str, Any], guards: Mapping[str, Any], connection: Connection | None) -> dict[str, Any]:
    """A launch as one object: the provider's fields, ours below ``guards``, and the connection's id."""
    kept = {key: value for key, value in guards.items() if value not in (None, "", [])}
    ours = {CONNECTION: connection.public_id} if connection else {}
    return {**spec, "guards": kept, **ours}


def check(preset: Preset, project: Project, terms: Terms) -> None:
    """Raises Refused where the launch is not one that the preset, as it stands in the database now, allows."""
    fresh = Preset.objects.select_related("project", "connection").filter(pk=preset.pk).first()
    if fresh is None:
        raise Refused(_("There is no such preset."), code="unknown_preset", field="preset")
    if fresh.provider != terms.spec.provider:
        text = _("{preset} is a preset for {provider}.").format(preset=fresh.name, provider=fresh.provider)
        raise Refused(text, code="other_provider", field="preset")
    if fresh.project is not None and fresh.project.pk != project.pk:
        text = _("{preset} is a preset of {project}: launch from it there.")
        text = text.format(preset=fresh.name, project=fresh.project.name)
        raise Refused(text, code="other_project", field="preset")
    found = changed(fresh, terms.whole)
    if found:
        (path, text), *others = found.items()
        is_ours = path == CONNECTION or path.startswith("guards.")
        details = [f"{at}: {also}" for at, also in others]
        raise Refused(text, code="locked", field=path if is_ours else f"spec.{path}", details=details)


def _fields(group: Group) -> list[AnyNode]:
    """All nodes that stand in no row of a list, objects before what is in them."""
    found: list[AnyNode] = []
    for child in group.children:
        found.append(child)
        if isinstance(child, Group):
            found += _fields(child)
    return found


def _shown(preset: Preset, path: str, wanted: Mapping[str, Any]) -> str:
    value = value_at(wanted, path)
    if path == CONNECTION and preset.connection:
        return preset.connection.name
    if value is ABSENT:
        return _("unset")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
