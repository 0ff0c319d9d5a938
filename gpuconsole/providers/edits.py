"""Edits: the one declaration of what can be changed of a remote that is there already."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import ConfigDict, ValidationInfo, model_validator
from pydantic.fields import FieldInfo

from gpuconsole.providers.problems import refuse_unstorable
from gpuconsole.providers.specs import SpecPart
from gpuconsole.providers.ui import Section, Ui


class Edits(SpecPart):
    """What a user changes of one remote, in the provider's own wire names; what is left out stays as it is.

    A subclass declares each field once, as a spec does, with a default. None may be a secret: what is asked for is kept
    as it is, and told on the timeline.
    """

    model_config = ConfigDict(extra="forbid")

    sections: ClassVar[tuple[Section, ...]] = ()
    """The sections of the form, top to bottom."""
    statuses: ClassVar[frozenset[str]] = frozenset()
    """The provider's status words in which it takes an edit; empty: whatever the word."""
    when: ClassVar[str] = ""
    """The sentence for any other word."""
    adding: ClassVar[frozenset[str]] = frozenset()
    """Fields whose value is added to what is there: such an edit must never be sent twice."""
    name_field: ClassVar[str] = ""
    """The field that names the work, where the provider lets it be renamed."""

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, changes: Any, info: ValidationInfo) -> Any:
        refuse_unstorable(changes)
        return changes

    @classmethod
    def current(cls, raw: Mapping[str, Any]) -> dict[str, Any]:
        """What the fields are now, as the provider's last answer has it; a field that it does not tell is left out."""
        return {name: raw[name] for name in cls.model_fields if raw.get(name) is not None}

    @classmethod
    def notes(cls, raw: Mapping[str, Any]) -> Mapping[str, str]:
        """Sentences by wire path that stand in place of a field's help, for what the provider's last answer tells."""
        return {}

    def misfits(self, spec: Mapping[str, Any], raw: Mapping[str, Any]) -> Mapping[str, str]:
        """Errors by wire path that only the spec and the provider's last answer reveal."""
        return {}

    def changed(self, raw: Mapping[str, Any]) -> Self:
        """The same without what is so already."""
        now = self.current(raw)
        wire = {name: value for name, value in self.wire().items() if name not in now or now[name] != value}
        return type(self).model_validate(wire)

    @property
    def is_repeatable(self) -> bool:
        """Whether asking twice does no more than asking once."""
        return not self.adding & self.model_fields_set

    @property
    def said(self) -> str:
        """What changes, in words: ``ports 22/tcp, 8080/http; root disk grows by 20 GB``."""
        fields = type(self).model_fields
        return "; ".join(_said(fields[name], value) for name, value in self.wire().items())


def _said(field: FieldInfo, value: Any) -> str:
    unit = next((mark.unit for mark in field.metadata if isinstance(mark, Ui) and mark.unit), "")
    title = field.title or ""
    return f"{title[:1].lower()}{title[1:]} {_words(value)}{f' {unit}' if unit else ''}"


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(_words(item) for item in value) or "none"
    if isinstance(value, dict):
        return "/".join(str(item) for item in value.values())
    return str(value)
