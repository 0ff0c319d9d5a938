"""Reading a pydantic field: its plain type, limits, enumeration and Ui."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from gpuconsole.providers.ui import Ui


@dataclass(frozen=True, slots=True)
class Shape:
    """A type without its wrappings, and what was found on the wrappings."""

    type: Any
    members: tuple[Any, ...]
    """The members of a union, None left out; one for a plain type."""
    marks: tuple[Any, ...]


def shape(annotation: Any, marks: tuple[Any, ...] = ()) -> Shape:
    """Take ``Annotated`` and ``| None`` off an annotation, keeping the marks that hung there."""
    if get_origin(annotation) is Annotated:
        inner, *found = get_args(annotation)
        return shape(inner, (*marks, *_flat(found)))
    if get_origin(annotation) in (Union, types.UnionType):
        members = tuple(arg for arg in get_args(annotation) if arg is not type(None))
        if len(members) == 1:
            return shape(members[0], marks)
        return Shape(annotation, members, marks)
    if isinstance(annotation, type) and hasattr(annotation, "__value__"):
        return shape(annotation.__value__, marks)
    return Shape(annotation, (annotation,), marks)


def field_shape(field: FieldInfo) -> Shape:
    return shape(field.annotation, tuple(field.metadata))


def ui_of(field: FieldInfo) -> Ui:
    """The field's Ui; an empty one where it has none."""
    found = [mark for mark in field_shape(field).marks if isinstance(mark, Ui)]
    return found[0] if found else Ui()


def models_in(members: tuple[Any, ...]) -> list[type[BaseModel]]:
    """The pydantic models among the members of a union."""
    plain = (shape(member).type for member in members)
    return [member for member in plain if isinstance(member, type) and issubclass(member, BaseModel)]


def limits(found: Shape) -> Mapping[str, Any]:
    """Bounds by the names that annotated_types and pydantic use: ge, gt, le, lt, max_length, …"""
    bounds: dict[str, Any] = {}
    for mark in found.marks:
        for name in ("ge", "gt", "le", "lt", "max_length", "min_length", "pattern"):
            value = getattr(mark, name, None)
            if value is not None:
                bounds[name] = value
    return bounds


def values_of(annotation: Any) -> tuple[str, ...]:
    """The values of a Literal or an Enum, as text; empty for anything else."""
    if get_origin(annotation) is Literal:
        return tuple(str(value) for value in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(member.value) for member in annotation)
    found = shape(annotation)
    if found.type is not annotation:
        return values_of(found.type)
    listed = [values_of(member) for member in found.members] if len(found.members) > 1 else []
    return tuple(value for values in listed for value in values)


def default_of(field: FieldInfo) -> Any:
    """The declared default in JSON terms; None where there is none or it is an empty container."""
    if field.default is PydanticUndefined:
        return None
    return field.default.value if isinstance(field.default, Enum) else field.default


def is_number(annotation: Any) -> type | None:
    """int or float for a number type; None for bool and all else."""
    if annotation is int:
        return int
    return float if annotation in (float, Decimal) else None


def _flat(marks: list[Any]) -> tuple[Any, ...]:
    """Marks with those inside a FieldInfo (``Field(ge=1)``) laid open."""
    flat: list[Any] = []
    for mark in marks:
        flat.extend((*mark.metadata, mark) if isinstance(mark, FieldInfo) else (mark,))
    return tuple(flat)
