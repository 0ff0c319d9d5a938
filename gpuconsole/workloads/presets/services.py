"""Saving, changing and removing presets. Whether the person may is for the caller to have asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from gpuconsole.accounts.models import Team, User
from gpuconsole.audit import services as audit
from gpuconsole.connections.models import Connection
from gpuconsole.core.errors import Refused
from gpuconsole.core.ids import new_id
from gpuconsole.core.spec_forms.build import index
from gpuconsole.core.spec_forms.nodes import Leaf
from gpuconsole.core.spec_forms.said import ABSENT, value_at, without
from gpuconsole.core.translated import translated
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.providers.problems import problems, refuse_unstorable
from gpuconsole.workloads import unstored
from gpuconsole.workloads.guards import rails
from gpuconsole.workloads.models import Preset
from gpuconsole.workloads.presets import locks, then


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a preset says: the provider's fields (``spec["provider"]`` names it), ours, and the connection."""

    spec: Mapping[str, Any]
    guards: Mapping[str, Any] = field(default_factory=dict)
    connection: Connection | None = None

    @property
    def provider(self) -> str:
        return str(self.spec.get("provider", ""))


def left_out(spec: Mapping[str, Any], names: Collection[str]) -> list[str]:
    """Paths of what a preset of this spec would not keep."""
    return [one.path for one in unstored.places(spec, names)]


def kept(content: Content, names: Collection[str]) -> Content:
    """The content without what may be a secret's value."""
    places = [one.parts for one in unstored.places(content.spec, names)]
    return replace(content, spec=without(content.spec, places))


@transaction.atomic
def save(
    *,
    team: Team,
    project: Project | None,
    name: str,
    content: Content,
    by: User,
    secret_names: Collection[str],
    description: str = "",
    locked: Sequence[str] = (),
    lock_reason: str = "",
) -> Preset:
    """A new preset, the project's or (without one) the person's own. ``secret_names``: what secret fields may hold."""
    if project is not None and project.archived_at is not None:
        text = _("The project is archived: nothing is launched in it any more.")
        raise Refused(text, code="archived", field="project")
    _check(content)
    _check_spec(content.spec, secret_names)
    preset = Preset(
        public_id=new_id("pre"),
        team=team,
        project=project,
        owner=None if project else by,
        by=by,
        provider=content.provider,
        name=_name(name),
        description=description.strip(),
        spec=dict(content.spec),
        guards=dict(content.guards),
        connection=content.connection,
        lock_reason=lock_reason.strip(),
        changed_at=timezone.now(),
    )
    preset.locked = _locked(preset, locked)
    then.remember(preset)
    _write(preset)
    audit.record("preset.create", by=by, team=team, project=project, target=preset, after=_facts(preset))
    return preset


@transaction.atomic
def update(
    *,
    preset: Preset,
    by: User,
    secret_names: Collection[str],
    name: str | None = None,
    description: str | None = None,
    content: Content | None = None,
    locked: Sequence[str] | None = None,
    lock_reason: str | None = None,
) -> Preset:
    """Change what is given and leave what is None."""
    row = Preset.objects.select_for_update(of=("self",)).select_related("project", "team").filter(pk=preset.pk).first()
    if row is None:
        raise Refused(_("The preset was removed meanwhile."), code="gone")
    before = _facts(row)
    if content is not None:
        _check(content)
        if content.spec != row.spec:
            _check_spec(content.spec, secret_names)
        if content.provider != row.provider:
            text = _("This preset is one for {provider}.").format(provider=row.provider)
            raise Refused(text, code="other_provider", field="spec.provider")
        row.spec, row.guards, row.connection = dict(content.spec), dict(content.guards), content.connection
        then.remember(row)
    row.name = row.name if name is None else _name(name)
    row.description = row.description if description is None else description.strip()
    row.lock_reason = row.lock_reason if lock_reason is None else lock_reason.strip()
    if locked is not None or content is not None:
        row.locked = _locked(row, row.locked if locked is None else locked)
    row.changed_at = timezone.now()
    _write(row)
    after = {key: value for key, value in _facts(row).items() if value != before[key]}
    if content is not None:
        after["spec"] = "changed"
    before = {key: before[key] for key in after if key in before}
    audit.record("preset.update", by=by, team=row.team, project=row.project, target=row, before=before, after=after)
    return row


@transaction.atomic
def remove(*, preset: Preset, by: User) -> None:
    """Forget it; work that was launched from it stays as it is."""
    audit.record("preset.remove", by=by, team=preset.team, project=preset.project, target=preset, before=_facts(preset))
    preset.delete()


def _check(content: Content) -> None:
    if content.provider not in registry.SLUGS:
        text = _("Must be the slug of a provider: {known}.").format(known=", ".join(registry.SLUGS))
        raise Refused(text, code="invalid", field="spec.provider")
    if content.connection is not None and content.connection.provider != content.provider:
        text = _("{connection} is a connection to {provider}.")
        text = text.format(connection=content.connection.name, provider=content.connection.provider)
        raise Refused(text, code="other_provider", field="connection")


def _check_spec(spec: Mapping[str, Any], secret_names: Collection[str]) -> None:
    try:
        refuse_unstorable(dict(spec))
    except ValidationError as exc:
        found = problems(exc)[0]
        raise Refused(translated(found.message), code="invalid", field=f"spec.{found.path}".rstrip(".")) from exc
    plain = unstored.places(spec, secret_names)
    if plain:
        text = _("Must be the name of a stored secret: a preset keeps no secret's value.")
        raise Refused(text, code="no_such_secret", field=f"spec.{plain[0].path}")


def _name(name: str) -> str:
    if not name.strip():
        raise Refused(_("Name it."), code="invalid", field="name")
    return name.strip()


def _locked(preset: Preset, wanted: Sequence[str]) -> list[str]:
    """The paths to lock in the order of the form, none inside another. Raises Refused for one that can't be locked."""
    known = locks.lockable(preset.provider)
    if wanted and preset.project is None:
        raise Refused(_("Only a project's preset can lock fields."), code="not_lockable", field="locked")
    for path in wanted:
        if path not in known:
            text = _("{field} is no field that can be locked.").format(field=path)
            raise Refused(text, code="not_lockable", field="locked")
        if _is_missing(preset, path):
            text = _("{field} is required and has no value in this preset: nothing could be launched.")
            text = text.format(field=_(known[path]))
            raise Refused(text, code="not_lockable", field="locked")
    return [path for path in known if path in wanted and not locks.covers([w for w in wanted if w != path], path)]


def _is_missing(preset: Preset, path: str) -> bool:
    """Whether a field that its object needs is not there, though the object is."""
    nodes = index(registry.get(preset.provider).spec) | index(rails(preset.provider))
    node, wire, parent = nodes.get(path), locks.said(preset), path.rpartition(".")[0]
    is_needed = path == locks.CONNECTION or (isinstance(node, Leaf) and node.is_required)
    return is_needed and (not parent or value_at(wire, parent) is not ABSENT) and value_at(wire, path) is ABSENT


def _write(preset: Preset) -> None:
    try:
        with transaction.atomic():
            preset.save()
    except IntegrityError as exc:
        text = _("You have a preset called {name} already.")
        if preset.project_id:
            text = _("The project has a preset called {name} already.")
        raise Refused(text.format(name=preset.name), code="name_taken", field="name") from exc


def _facts(preset: Preset) -> dict[str, Any]:
    """What the audit log shows; the spec stays out of it."""
    return {
        "name": preset.name,
        "description": preset.description,
        "provider": preset.provider,
        "connection": preset.connection.public_id if preset.connection else None,
        "locked": list(preset.locked),
        "lock_reason": preset.lock_reason,
    }
