"""Specs: the one declaration of each create field, from which form, schema, check, preview and docs are made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails, to_jsonable_python

from gpuconsole.providers.envelopes import laid_right
from gpuconsole.providers.problems import problem, refuse, refuse_unstorable
from gpuconsole.providers.ui import Section
from gpuconsole.providers.words import Sentence

NEAREST = "is_nearest"
"""A key of the validation context: the spec is only to be priced, so rules between its fields may stay broken."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A path in the container, and what is found there: a name, or words of ours."""

    path: str
    what: str
    choices: str = ""
    """The source of choices of which ``what`` is a value."""


@dataclass(frozen=True, slots=True)
class Way:
    """One of several ways to say a thing: the fields that belong to it, the first of them required with it."""

    name: str
    fields: tuple[str, ...]
    help: str = ""


@dataclass(frozen=True, slots=True)
class Choose:
    """Fields of one object that make up ways of which exactly one is sent.

    The form asks for the way first, so that it cannot say two; the wire tells it by the fields that are there.
    """

    title: str
    ways: tuple[Way, ...]
    stays: bool = False
    """The form keeps the fields of the other ways in sight, greyed, with what was typed there."""
    copies: Way | None = None
    """A further card of the form: what earlier work said here is put in its place; it has no fields of its own."""

    @property
    def is_optional(self) -> bool:
        """Whether the first way is to say nothing."""
        return not self.ways[0].fields

    def schema(self) -> JsonSchemaValue:
        """The rule as JSON Schema; null is as good as left out."""
        heads = [way.fields[0] for way in self.ways if way.fields]
        said = [{"required": [head], "properties": {head: {"not": {"type": "null"}}}} for head in heads]
        return {"oneOf": [*said, {"not": {"anyOf": said}}] if self.is_optional else said}

    def problems(self, sent: Callable[[str], bool]) -> Iterator[InitErrorDetails]:
        """What is wrong with the fields that are sent."""
        ways = [way for way in self.ways if way.fields]
        heads = [way.fields[0] for way in ways]
        said = [[name for name in way.fields if sent(name)] for way in ways]
        begun = [(head, names) for head, names in zip(heads, said, strict=True) if names]
        if not begun and not self.is_optional:
            text = Sentence("Required: {listed} or {last}.", listed=", ".join(heads[:-1]), last=heads[-1])
            yield problem(text, heads[0], asks=self.title)
        for head, names in begun[:1]:
            if head not in names:
                yield problem(Sentence("Required with {field}.", field=names[0]), head)
        for _, names in begun[1:]:
            text = Sentence("Not together with {field}.", field=begun[0][1][0])
            yield from (problem(text, name) for name in names)


class SpecPart(BaseModel):
    """An object inside a spec. Keys that we do not know are kept as extra fields and sent as they are.

    Types are strict: ``"2"`` is no number and ``true`` is none either.
    """

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    wire_order: ClassVar[tuple[str, ...]] = ()
    """Keys in the order of the provider's own reference, where the form shows them in another one."""
    choose: ClassVar[tuple[Choose, ...]] = ()
    """Where one of several ways is to be picked."""

    @model_validator(mode="after")
    def _one_way_each(self, info: ValidationInfo) -> Self:
        if not (info.context or {}).get(NEAREST):
            refuse(type(self).__name__, [found for one in type(self).choose for found in one.problems(self._is_sent)])
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Says in the schema too that exactly one way is sent."""
        schema = handler(core)
        if cls.choose:
            handler.resolve_ref_schema(schema)["allOf"] = [one.schema() for one in cls.choose]
        return schema

    def _is_sent(self, name: str) -> bool:
        return getattr(self, name) is not None

    def wire(self) -> dict[str, Any]:
        """What was chosen, and nothing that was not: defaults that nobody set are left to the provider."""
        chosen = [name for name in type(self).model_fields if name in self.model_fields_set]
        names = [name for name in self.wire_order if name in chosen]
        names += [name for name in chosen if name not in names]
        wire = {name: _wire(getattr(self, name)) for name in names}
        wire.update(to_jsonable_python(self.model_extra or {}))
        return wire


class Spec(SpecPart):
    """All that a user chose for one launch, in the provider's own wire names and nesting. Never changed after launch.

    A subclass declares ``provider`` as a Literal of its slug.
    """

    sections: ClassVar[tuple[Section, ...]] = ()
    """The sections of the form, top to bottom."""

    provider: str

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, spec: Any) -> Any:
        refuse_unstorable(spec)
        return spec

    @classmethod
    def read(cls, spec: Mapping[str, Any]) -> Self:
        """The checked spec; raises pydantic's ValidationError with wire paths (see ``problems``)."""
        return cls.model_validate(spec)

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> dict[str, Any]:
        """The spec, unchecked, that a body of the provider's own create call says."""
        return dict(body)

    @property
    def is_endless(self) -> bool:
        """Whether a job of this spec runs until somebody ends it; a provider with such jobs overrides this."""
        return False

    def mounts(self) -> Sequence[Mount]:
        """What is mounted into the container; a provider with such fields overrides this."""
        return ()

    def secret_names(self) -> frozenset[str]:
        """Names of stored secrets that the spec refers to; a provider with such fields overrides this."""
        return frozenset()


class HasSpec(Protocol):
    """A provider, as far as reading a spec needs one."""

    @property
    def slug(self) -> str: ...

    @property
    def spec(self) -> type[Spec]: ...


def read_pasted(provider: HasSpec, pasted: Mapping[str, Any]) -> dict[str, Any]:
    """The spec, unchecked, that pasted JSON says: a spec of ours, or the provider's documented body in any wrapping."""
    return provider.spec.from_body(laid_right(provider.spec, pasted)) | {"provider": provider.slug}


def _wire(value: Any) -> Any:
    if isinstance(value, SpecPart):
        return value.wire()
    if isinstance(value, list):
        return [_wire(item) for item in value]
    if isinstance(value, dict):
        return {key: _wire(item) for key, item in value.items()}
    return value
