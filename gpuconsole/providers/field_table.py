"""Every field of a spec as one row of a table, read from its JSON Schema: what `manage.py provider_fields` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gpuconsole.providers.specs import SpecPart

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One field; ``path`` is its dotted wire path, items of a list as ``name[]``, values of a map as ``name.*``."""

    path: str
    type: str
    required: str
    """yes, no, or when."""
    limits: str
    default: str
    """As JSON, or the provider's rule in words; empty where none is known."""
    unit: str
    title: str


def rows(spec: type[SpecPart]) -> list[Row]:
    """The fields in the order of their declaration; a field of several variants once."""
    schema = spec.model_json_schema()
    found: dict[str, Row] = {}
    for row in _below(schema, schema.get("$defs", {}), ""):
        found.setdefault(row.path, row)
    found.pop("provider", None)  # ours: it says whose spec it is
    return list(found.values())


def _below(schema: Schema, known: Schema, prefix: str) -> Iterator[Row]:
    for name, field in schema.get("properties", {}).items():
        path = f"{prefix}.{name}" if prefix else name
        branches = _branches(field, known)
        yield Row(
            path,
            _type(branches, known),
            _required(field, is_required=name in schema.get("required", ())),
            "; ".join(dict.fromkeys(_all_limits(field, branches, known))),
            _default(field),
            str(field.get("x-unit", "")),
            str(field.get("title", "")),
        )
        for branch in branches:
            yield from _inside(branch, known, path)


def _inside(branch: Schema, known: Schema, path: str) -> Iterator[Row]:
    """The fields of an object, of the items of a list and of the values of a map."""
    yield from _below(branch, known, path)
    for key, mark in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(inner := branch.get(key), Mapping):
            for one in _branches(inner, known):
                yield from _inside(one, known, f"{path}{mark}")


def _branches(schema: Schema, known: Schema) -> list[Schema]:
    """The schema's alternatives with references followed; null is left out."""
    if "$ref" in schema:
        schema = {**known[str(schema["$ref"]).rpartition("/")[2]], **{k: v for k, v in schema.items() if k != "$ref"}}
    options = schema.get("anyOf") or schema.get("oneOf")
    if not options:
        return [] if schema.get("type") == "null" else [schema]
    return [branch for option in options for branch in _branches(option, known)]


def _type(branches: Sequence[Schema], known: Schema) -> str:
    return " or ".join(dict.fromkeys(_plain_type(branch, known) for branch in branches)) or "any"


def _plain_type(schema: Schema, known: Schema) -> str:
    if schema.get("type") == "array":
        return f"list of {_type(_branches(schema.get('items', {}), known), known)}"
    if schema.get("type") == "object" and "properties" not in schema:
        inner = schema.get("additionalProperties")
        return f"map of {_type(_branches(inner, known), known)}" if isinstance(inner, Mapping) else "object"
    if "enum" in schema or "const" in schema:
        return "enum"
    return str(schema.get("type", "any"))


def _required(field: Schema, *, is_required: bool) -> str:
    when = field.get("x-required-if")
    return "yes" if is_required else f"if {when}" if when else "no"


def _all_limits(field: Schema, branches: Sequence[Schema], known: Schema) -> Iterator[str]:
    for branch in branches:
        yield from _limits(branch, known)
    if excluded := field.get("x-excludes"):
        yield f"not with {', '.join(excluded)}"


def _limits(schema: Schema, known: Schema) -> Iterator[str]:
    yield from _range(schema, "minimum", "maximum", "")
    yield from _range(schema, "exclusiveMinimum", "exclusiveMaximum", "", wide=False)
    yield from _range(schema, "minLength", "maxLength", "length ")
    yield from _range(schema, "minItems", "maxItems", "items ")
    yield from _range(schema, "minProperties", "maxProperties", "entries ")
    if "pattern" in schema:
        yield f"pattern {schema['pattern']}"
    if values := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
        yield f"one of {', '.join(str(value) for value in values)}"
    if isinstance(items := schema.get("items"), Mapping):
        for branch in _branches(items, known):
            yield from (f"each {limit}" for limit in _limits(branch, known) if branch.get("type") != "object")


def _range(schema: Schema, low: str, high: str, of: str, *, wide: bool = True) -> Iterator[str]:
    least, most = schema.get(low), schema.get(high)
    if least is not None and most is not None and wide:
        yield f"{of}{least} to {most}"
    elif least is not None:
        yield f"{of}{'at least' if wide else 'more than'} {least}"
    elif most is not None:
        yield f"{of}{'at most' if wide else 'less than'} {most}"


def _default(field: Schema) -> str:
    if words := field.get("x-default"):
        return str(words)
    value = field.get("default")
    return "" if value is None else json.dumps(value, ensure_ascii=False)
