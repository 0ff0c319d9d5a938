"""Every field that any provider declares, with values at the edges of its limits and the first ones beyond them.

All is read from the JSON Schema of the specs, so that a new provider is taken up by itself.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from hypothesis import strategies as st

from gpuconsole.core.spec_forms.build import index
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider
from tests.contract.samples import sample

Schema = dict[str, Any]
FAR = 10**6
"""How far beyond a limit, or without one, numbers are drawn."""

GOOD_TEXT: dict[str, dict[str, list[str]]] = {"novita": {"minCudaVersion": ["12.4", "13.0"]}}
"""All that is tried, by slug and path, of texts that a rule in words limits more than their length does."""


@dataclass(frozen=True)
class Place:
    """One declared field: ``path`` is dotted, with ``[]`` behind a list; ``tags`` are the values, by path, that choose
    the member of a union in which it stands."""

    provider: Provider
    path: str
    schema: Schema
    members: tuple[Schema, ...]
    """What its value may be, without null."""
    is_nullable: bool
    tags: tuple[tuple[str, Any], ...] = field(default=())

    @property
    def name(self) -> str:
        """The path with the number of the first row put in, as errors have it."""
        return self.path.replace("[]", ".0")

    def spec(self, value: Any) -> dict[str, Any]:
        """The provider's sample with the value at this place, and around it what the place needs."""
        spec = sample(self.provider.slug)
        for path, tag in self.tags:
            put(self.provider, spec, path, tag)
        for place in (*self.above, self):
            for path in place.schema.get("x-excludes", ()):
                remove(spec, path)
        node = index(self.provider.spec).get(self.path.replace("[]", ""))
        for condition in node.conditions if node else ():
            accepted = condition.accepted[0]
            put(self.provider, spec, listed(self.provider, condition.path), {"true": True}.get(accepted, accepted))
        put(self.provider, spec, self.path, value)
        return spec

    def edges(self) -> list[Any]:
        """Values that are just inside of what is declared; the fields inside an object or a row have their own."""
        is_free = self.is_nullable and not self.schema.get("x-required-if")
        members = () if self.holds_others else self.members
        return [value for member in members for value in edges(member, self.texts)] + ([None] if is_free else [])

    def good(self) -> st.SearchStrategy[Any] | None:
        """Anything inside."""
        if self.holds_others:
            return None
        return st.one_of([inside(member, self.texts) for member in self.members])

    def beyond(self) -> list[Any]:
        """The first values outside: those that no member of a union takes."""
        found = [value for member in self.members for value in beyond(member)]
        only = [value for value in found if not any(fits(member, value) for member in self.members)]
        return only if self.is_nullable else [*only, None]

    @property
    def names(self) -> tuple[str, ...]:
        """Where its errors may stand: at the field, or at the row that it is in."""
        row = self.path.rpartition("[].")[0]
        return (self.name, f"{row}[]".replace("[]", ".0")) if row else (self.name,)

    @property
    def above(self) -> list[Place]:
        """The fields in which it stands, outermost first."""
        bare = self.path.replace("[]", "")
        return [one for one in places(self.provider.slug) if bare.startswith(f"{one.path.replace('[]', '')}.")]

    @property
    def texts(self) -> list[str]:
        """Texts that are known to be good: the declared examples, those of a list one by one, and a longest one."""
        declared = self.schema.get("examples", ())
        laid_flat = [text for one in declared for text in (one if isinstance(one, list) else [one])]
        texts = [text for text in laid_flat if isinstance(text, str)]
        most = next((member["maxLength"] for member in self.members if member.get("maxLength")), 0)
        longest = [(texts[0] + "a" * most)[:most]] if texts and most else []
        return GOOD_TEXT.get(self.provider.slug, {}).get(self.path) or [*texts, *longest]

    @property
    def holds_others(self) -> bool:
        """Whether it is an object or a list of objects."""
        inner = [member.get("items", member) for member in self.members]
        return any({"properties", "oneOf", "anyOf"} & set(one) for one in inner)

    @property
    def most_rows(self) -> int | None:
        """How many objects a list takes, where it says so."""
        return next((member["maxItems"] for member in self.members if self.holds_others and "maxItems" in member), None)


@cache
def places(slug: str) -> tuple[Place, ...]:
    """Every field of a provider but the one that names it."""
    provider = registry.get(slug)
    return tuple(
        place for place in _walk(provider, provider.spec.model_json_schema(), "", ()) if place.path != "provider"
    )


def everywhere() -> list[tuple[str, Place]]:
    """Every field of every provider, with a name for the test."""
    return [(f"{slug}:{_label(place)}", place) for slug in registry.SLUGS for place in places(slug)]


def put(provider: Provider, spec: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at a path; objects and first rows on the way are made, with what they require."""
    inside, way, keys = spec, "", path.split(".")
    for key in keys[:-1]:
        name, way = key.removesuffix("[]"), f"{way}.{key}" if way else key
        blank = minimal(_schema_at(provider, way))
        if key.endswith("[]"):
            rows = inside.get(name)
            inside[name] = rows if isinstance(rows, list) and rows else [blank]
            inside = inside[name][0]
        else:
            inside[name] = inside.get(name) if isinstance(inside.get(name), dict) else blank
            inside = inside[name]
    inside[keys[-1].removesuffix("[]")] = value


def remove(spec: dict[str, Any], path: str) -> None:
    """Take out what stands at a path, in the first row of lists."""
    inside: Any = spec
    *parents, last = path.split(".")
    for key in parents:
        inside = inside.get(key.removesuffix("[]")) if isinstance(inside, dict) else None
        inside = inside[0] if key.endswith("[]") and isinstance(inside, list) and inside else inside
    if isinstance(inside, dict):
        inside.pop(last, None)


def listed(provider: Provider, path: str) -> str:
    """A path without rows, such as a condition names it, with ``[]`` behind its lists."""
    return next((place.path for place in places(provider.slug) if place.path.replace("[]", "") == path), path)


def minimal(schema: Schema) -> Any:
    """The least that a schema asks for."""
    if schema.get("examples"):
        return copy.deepcopy(schema["examples"][0])
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: minimal(schema["properties"][name]) for name in schema.get("required", ())}
    if kind == "array":
        return [minimal(schema["items"])]
    return {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": False}.get(kind, "x")


def edges(schema: Schema, texts: list[str]) -> list[Any]:
    """Values just inside one schema."""
    if "const" in schema or schema.get("enum"):
        values = schema.get("enum") or [schema["const"]]
        return [values[0], values[-1]]
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return [value for value in (_least(schema), _most(schema)) if value is not None] or [0, FAR]
    if kind == "boolean":
        return [True, False]
    if kind == "string":
        return _texts_at_the_edge(schema, texts)
    if kind == "array":
        ones = edges(schema["items"], texts)
        return [ones[: max(1, schema.get("minItems", 0))], ones[: schema.get("maxItems")]]
    return [{}]


def inside(schema: Schema, texts: list[str]) -> st.SearchStrategy[Any]:
    """Anything that one schema allows."""
    if "const" in schema or schema.get("enum"):
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    kind = schema.get("type")
    least, most = _least(schema), _most(schema)
    if kind == "integer":
        low = least if least is not None else min(0, most or 0) - FAR
        return st.integers(low, most if most is not None else max(0, low) + FAR)
    if kind == "number":
        return st.integers(int(least or 0) + 1, int(most) - 1 if most is not None else FAR)
    if kind == "boolean":
        return st.booleans()
    if kind == "string" and schema.get("pattern") and not texts:
        return st.from_regex(schema["pattern"]).filter(lambda text: text.isprintable())
    if kind == "string" and not texts:
        letters = st.characters(min_codepoint=33, max_codepoint=126)
        return st.text(letters, min_size=max(1, schema.get("minLength", 0)), max_size=schema.get("maxLength", 40))
    return st.sampled_from(edges(schema, texts))


def beyond(schema: Schema) -> list[Any]:
    """The first values outside one schema, the wrong type last."""
    kind, found = schema.get("type"), list[Any]()
    if "const" in schema or schema.get("enum"):
        return [f"{(schema.get('enum') or [schema['const']])[0]}-x", 7]
    if kind in ("integer", "number"):
        found += [value - 1 for value in (_least(schema),) if value is not None]
        found += [value + 1 for value in (_most(schema),) if value is not None]
        return [*found, *([2.5] if kind == "integer" else []), "many"]
    if kind == "string":
        found += ["x" * (schema["minLength"] - 1)] if schema.get("minLength") else []
        found += ["x" * (schema["maxLength"] + 1)] if schema.get("maxLength") else []
        return [*found, 7]
    if kind == "array":
        one = minimal(schema["items"])
        found += [[one] * (schema["maxItems"] + 1)] if schema.get("maxItems") else []
        found += [[one] * (schema["minItems"] - 1)] if schema.get("minItems") else []
        return [*found, "wrong"]
    return ["yes"] if kind == "boolean" else ["wrong"]


def fits(schema: Schema, value: Any) -> bool:
    """Whether the type of a value, and the words of an enumeration, are those of a schema."""
    if "const" in schema or schema.get("enum"):
        return value in (schema.get("enum") or [schema["const"]])
    kinds: dict[str, Any] = {"string": str, "array": list, "object": dict, "boolean": bool, "integer": int}
    right = kinds.get(str(schema.get("type")), (int, float))
    if isinstance(value, bool) != (right is bool) or not isinstance(value, right):
        return False
    return value not in beyond(schema)


def _texts_at_the_edge(schema: Schema, texts: list[str]) -> list[str]:
    least, most = schema.get("minLength") or 1, schema.get("maxLength")
    if texts:
        return texts
    if schema.get("pattern"):
        return []
    return ["x" * least, *(["x" * most] if most else [])]


def _least(schema: Schema) -> Any:
    if "exclusiveMinimum" in schema:
        return schema["exclusiveMinimum"] + 1
    return schema.get("minimum")


def _most(schema: Schema) -> Any:
    return schema["exclusiveMaximum"] - 1 if "exclusiveMaximum" in schema else schema.get("maximum")


def _walk(provider: Provider, schema: Schema, path: str, tags: tuple[tuple[str, Any], ...]) -> Iterator[Place]:
    definitions = _definitions(provider.slug)
    for name, declared in schema.get("properties", {}).items():
        at = f"{path}.{name}" if path else name
        members, is_nullable = _members(declared, definitions)
        yield Place(provider, at, declared, members, is_nullable, tags)
        for member in members:
            inner, below = (
                (_plain(member["items"], definitions), f"{at}[]") if member.get("type") == "array" else (member, at)
            )
            for one in _members(inner, definitions)[0]:
                tag = tuple(
                    (f"{below}.{key}", part["const"])
                    for key, part in one.get("properties", {}).items()
                    if "const" in part
                )
                yield from _walk(provider, one, below, (*tags, *tag))


@cache
def _definitions(slug: str) -> Schema:
    found: Schema = registry.get(slug).spec.model_json_schema().get("$defs", {})
    return found


def _members(schema: Schema, definitions: Schema) -> tuple[tuple[Schema, ...], bool]:
    branches = [_plain(one, definitions) for one in schema.get("anyOf") or schema.get("oneOf") or [schema]]
    kept = tuple(one for one in branches if one.get("type") != "null")
    return kept, len(kept) < len(branches)


def _plain(schema: Schema, definitions: Schema) -> Schema:
    found = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if found.get("type") == "array" and "$ref" in found.get("items", {}):
        found = found | {"items": _plain(found["items"], definitions)}
    if "properties" in found:
        properties = {name: _whole(part, definitions) for name, part in found["properties"].items()}
        return found | {"properties": properties}
    return found


def _whole(schema: Schema, definitions: Schema) -> Schema:
    """A property with its reference followed, where it is a single one."""
    return (
        _plain(schema, definitions) | {k: v for k, v in schema.items() if k != "$ref"} if "$ref" in schema else schema
    )


def _schema_at(provider: Provider, path: str) -> Schema:
    bare = path.removesuffix("[]")
    found = next(place for place in places(provider.slug) if place.path == bare)
    member = next((one for one in found.members if one.get("properties")), found.members[0])
    return _plain(member["items"], _definitions(provider.slug)) if path.endswith("[]") and "items" in member else member


def _label(place: Place) -> str:
    chosen = ",".join(str(value) for _, value in place.tags)
    return f"{place.path}({chosen})" if chosen else place.path
