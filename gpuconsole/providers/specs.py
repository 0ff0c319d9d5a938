"""Specs: the one declaration of each create field, from which form, schema, check, preview and docs are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Widget(StrEnum):
    """How a field is asked for where its type alone does not tell."""

    AUTO = "auto"
    TEXT = "text"
    LINES = "lines"
    """A list of strings, one a line."""
    SELECT = "select"
    RADIO = "radio"
    """Two to four choices side by side."""
    SWITCH = "switch"
    STEPPER = "stepper"
    TABLE = "table"
    """Choices as rows with facts and price."""
    ROWS = "rows"
    """Repeated rows of an object."""
    PAIRS = "pairs"
    """Repeated rows of key and value."""
    QUANTITY = "quantity"
    """A number with a unit that is joined into a string, such as 128Gi."""
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Ui:
    """How a field shows itself; stands beside pydantic's Field in an Annotated type.

    ``group`` names the form section; a nested model's fields stay in the section of the model unless they name one.
    ``choices`` names the source that ``Adapter.choices`` answers; ``secret`` marks a value that names a stored secret.
    ``show_when`` is (dotted wire path, accepted values): the field is only sent and asked for then.
    ``switch`` on an optional object or a bool inside one: the object is sent only when it is on.
    """

    group: str = ""
    unit: str = ""
    units: tuple[str, ...] = ()
    """Units to pick from, with Widget.QUANTITY."""
    widget: Widget = Widget.AUTO
    choices: str = ""
    show_when: tuple[str, tuple[str, ...]] | None = None
    secret: bool = False
    open_enum: bool = False
    """The listed values are suggestions: others are accepted."""
    width: int = 6
    """Columns of twelve in the form grid."""
    in_form: bool = True
    """False: only in the JSON view."""
    required_if: str = ""
    """In words, for the field table: when a field that is optional in general must be there."""
    location: str = "body"
    """body or path."""
    placeholder: str = ""
    default_text: str = ""
    """The provider's default in words, where it is a rule and not a value."""
    excludes: tuple[str, ...] = ()
    """Dotted wire paths that may not be sent together with this one."""
    source: str = ""
    """Where the fact comes from: seed, docs, client code, assumed."""


class SpecPart(BaseModel):
    """An object inside a spec. Keys that we do not know are kept as extra fields and sent as they are."""

    model_config = ConfigDict(extra="allow", frozen=True, str_strip_whitespace=False, validate_default=False)


class Spec(SpecPart):
    """All that a user chose for one launch, in the provider's own wire names and nesting. Never changed after launch."""

    provider: str

    @classmethod
    def read(cls, spec: Mapping[str, Any]) -> Self:
        """The checked spec; raises pydantic's ValidationError with wire paths."""
        return cls.model_validate(spec)

    def wire(self) -> dict[str, Any]:
        """What was chosen, and nothing that was not: defaults that nobody set are left to the provider."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def secret_names(self) -> frozenset[str]:
        """Names of stored secrets that the spec refers to; a provider with such fields overrides this."""
        return frozenset()
