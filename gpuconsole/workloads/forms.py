"""A launch form: the provider's fields and our guard rails over the same posted inputs, on one connection."""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.core.errors import Refused
from gpuconsole.core.spec_forms import Layout, SpecForm, Values, nearest
from gpuconsole.core.spec_forms.codecs import Unreadable
from gpuconsole.core.spec_forms.said import Said
from gpuconsole.core.translated import each_translated
from gpuconsole.providers.preview import Preview
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads import estimates, guards, pasted, previews, surroundings, unstored
from gpuconsole.workloads.chosen import CONNECTION, PROJECT, Chosen, is_ours
from gpuconsole.workloads.estimates import Estimate
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.presets import locks

JSON_TEXT = "json"
"""The input of the JSON view; where it was posted, it says the spec."""
_UNSTORED = gettext_noop(
    "The project has no secret of this name. Store the value under Secrets, and pick its name here."
)


@dataclass
class LaunchForm(Chosen):
    """Everything that one drawing or one sending of a launch form needs."""

    is_new: bool = False
    """Nothing was tried yet: what is merely not filled in is not shown as wrong."""
    left: frozenset[str] = frozenset()
    """Inputs that were left since the last answer."""
    key: str = field(default_factory=lambda: random.token_urlsafe(18))
    """The idempotency key that makes a second press harmless."""
    messages: list[str] = field(default_factory=list)
    """What was refused and belongs to no field."""
    json_error: str = ""
    json_text: str = ""
    """What was typed in the JSON view, where it could not be read."""
    refused: str = ""
    """The code of the service's no."""
    found: dict[str, str] = field(default_factory=dict)
    """Errors from elsewhere, by dotted wire path."""

    @cached_property
    def spec_form(self) -> SpecForm[Spec]:
        bare = SpecForm(self.provider.spec, self.values, fixed=self._fixed)
        form = SpecForm(
            self.provider.spec,
            self.values,
            fixed=self._fixed,
            around=surroundings.of_spec(self, bare.wire),
            found={path: text for path, text in (self._broken_locks | self.found).items() if not is_ours(path)},
            is_new=self.is_new,
        )
        form.add_errors({one.path: _(_UNSTORED) for one in self._unstored(form)})
        if form.draft_spec is not None:
            form.add_errors(each_translated(self.provider.adapter.check_choices(form.draft_spec, self.choices)))
        return form

    @cached_property
    def guards_form(self) -> SpecForm[guards.GuardRails]:
        if self.values.last(PROJECT) and self.project is None:
            self.found[PROJECT] = _("Pick a project that you may launch in.")
        around = surroundings.of_guards(self)
        found = {path: text for path, text in (self._broken_locks | self.found).items() if path.startswith("guards.")}
        return SpecForm(self._rails, self.values, around=around, found=found, is_new=self.is_new)

    @property
    def layouts(self) -> tuple[Layout, Layout]:
        return Layout(self.spec_form), Layout(self.guards_form, guards.sections(self.provider.slug))

    @property
    def spec(self) -> Spec | None:
        return self.spec_form.spec

    @property
    def stop_after_s(self) -> int | None:
        """As typed; None where it is not, or is no number of seconds."""
        wanted = self._guard("stop_after_s")
        return wanted if isinstance(wanted, int) and 0 < wanted <= guards.LONGEST_S else None

    @property
    def other_guards(self) -> Guards:
        """What ends it besides, as typed; what is no number is left out."""
        return Guards.read(self.guards_form.wire.get("guards", {}))

    @property
    def labels(self) -> list[str]:
        found: list[str] = self._guard("labels") or []
        return found

    @property
    def name(self) -> str:
        """The provider's own name field where it has one, else ours."""
        if not self.provider.name_path:
            return str(self._guard("name") or "")
        value: Any = self.spec_form.wire
        for key in self.provider.name_path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, str) else ""

    @cached_property
    def estimate(self) -> Estimate | None:
        """What it would cost as far as it is filled in; None while that says nothing."""
        if self.project is None or self.connection is None:
            return None
        spec = nearest(self.provider.spec, self.spec_form.wire)
        if spec is None:
            return None
        return estimates.estimate(
            project=self.project,
            connection=self.connection,
            spec=spec,
            owner=self.owner,
            stop_after_s=self.stop_after_s,
            guards=self.other_guards,
            request=self.request,
        )

    @cached_property
    def preview(self) -> Preview | None:
        """The request that would be sent; None while a field is wrong or missing."""
        spec = self.spec_form.draft_spec
        if spec is None or self.project is None or self.connection is None or self._unstored(self.spec_form):
            return None
        return previews.preview(project=self.project, connection=self.connection, spec=spec)

    @property
    def error_count(self) -> int:
        broken = bool(self.json_error) + bool(self.connection_error)
        return len(self.spec_form.located) + len(self.guards_form.located) + broken

    @property
    def connection_error(self) -> str:
        """Why the connection is not the one that the preset wants; empty where it may be."""
        return self._broken_locks.get(CONNECTION, "")

    @property
    def is_connection_locked(self) -> bool:
        return CONNECTION in self.locked

    @property
    def is_ready(self) -> bool:
        """Whether it may be handed to the launch service."""
        is_told = bool(self.messages)
        return not self.error_count and not is_told and self.project is not None and self.connection is not None

    def refuse(self, no: Refused) -> None:
        """Put the service's no where it belongs; what belongs to no field goes above the form."""
        self.refused, path = no.code, no.field.removeprefix("spec.")
        if path.startswith("guards."):
            self.guards_form.add_errors({path: no.message})
        elif no.field.startswith("spec."):
            self.spec_form.add_errors({path: no.message})
        else:
            self.messages.append(no.message)
        self.messages.extend(no.details)

    def take_json(self, text: str) -> None:
        """Let the text of the JSON view say the spec: a spec of ours or the provider's documented body."""
        try:
            self.take_spec(pasted.read(self.provider, text))
        except Unreadable as exc:
            self.json_error, self.json_text = str(exc), text

    def take_spec(self, wire: Mapping[str, Any]) -> None:
        """Fill the provider's fields from a spec; the guard rails stay."""
        kept = {name: value for name, value in self.values.items() if is_ours(name)}
        self.values = Values(SpecForm.from_wire(self.provider.spec, wire, fixed=self._fixed).values | kept)

    def _unstored(self, form: SpecForm[Spec]) -> Sequence[Said]:
        """Where a name that is not stored stands in place of a secret's; it may be the secret itself."""
        return unstored.places(form.wire, self.secret_names) if self.project is not None else ()

    @cached_property
    def locked(self) -> dict[str, str]:
        """Why, by path, of each field that the preset locks; a project's preset is charged to the project."""
        if self.preset is None:
            return {}
        own = {}
        if self.preset.project:
            text = _("Work from a preset of {project} is charged there.")
            own[PROJECT] = text.format(project=self.preset.project)
        return own | dict.fromkeys(self.preset.locked, locks.why(self.preset))

    @cached_property
    def _broken_locks(self) -> dict[str, str]:
        """Locked fields that stand otherwise than the preset has them."""
        if self.preset is None:
            return {}
        spec = SpecForm(self.provider.spec, self.values, fixed=self._fixed).wire
        ours = SpecForm(self._rails, self.values).wire.get("guards", {})
        found = locks.changed(self.preset, locks.whole(spec, ours, self.connection)) if self.preset.locked else {}
        if self.preset.project and self.values.last(PROJECT) != self.preset.project.slug:
            text = _("{preset} is a preset of {project}: launch from it there.")
            found[PROJECT] = text.format(preset=self.preset, project=self.preset.project)
        return found

    @property
    def _fixed(self) -> dict[str, str]:
        return {"provider": self.provider.slug}

    @property
    def _rails(self) -> type[guards.GuardRails]:
        may_never_end = self.project is not None and self.project.may_never_end
        return guards.rails(self.provider.slug, may_never_end=may_never_end)

    def _guard(self, key: str) -> Any:
        return self.guards_form.wire.get("guards", {}).get(key)
