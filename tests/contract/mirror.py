"""A spec's JSON Schema laid flat, in the notation of the field references."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True)
class Fact:
    """What the schema says of one field."""

    type: str
    is_required: bool
    is_nullable: bool
    schema: dict[str, Any]
    item: dict[str, Any]
    """The schema without null and references."""

    @property
    def one(self) -> dict[str, Any]:
        """The schema of one value: of the items, where it is a list."""
        return dict(self.item["items"]) if self.item.get("type") == "array" else self.item

    @property
    def values(self) -> list[Any]:
        """The enumeration; one value alone is written as ``const``."""
        return list(self.one.get("enum", [self.one["const"]] if "const" in self.one else []))


def laid_flat(spec: type[BaseModel]) -> dict[str, Fact]:
    """Every field by its path, list items as ``name[]``."""
    schema = spec.model_json_schema()
    found: dict[str, Fact] = {}
    _walk(schema, schema.get("$defs", {}), "", found)
    return found


def _walk(schema: dict[str, Any], definitions: dict[str, Any], prefix: str, found: dict[str, Fact]) -> None:
    for name, field in schema.get("properties", {}).items():
        path = f"{prefix}.{name}" if prefix else name
        branches = [_plain(branch, definitions) for branch in field.get("anyOf", [field])]
        kept = [branch for branch in branches if branch.get("type") != "null"]
        item = kept[0]
        found[path] = Fact(
            _type(kept, definitions), name in schema.get("required", ()), len(kept) < len(branches), field, item
        )
        if item.get("type") == "array":
            _walk(_plain(item["items"], definitions), definitions, f"{path}[]", found)
        elif item.get("type") == "object":
            _walk(item, definitions, path, found)


def _plain(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return definitions[schema["$ref"].rpartition("/")[2]]
    return schema


def _type(branches: list[dict[str, Any]], definitions: dict[str, Any]) -> str:
    first = branches[0]
    if first.get("type") == "array":
        return f"array<{_plain(first['items'], definitions)['type']}>"
    if first.get("type") == "object" and "additionalProperties" in first and "properties" not in first:
        values = first["additionalProperties"]
        return "map" if isinstance(values, dict) else "object"
    if "enum" in first or "const" in first:
        return "enum" if len(branches) == 1 else "string"
    return {"integer": "int", "boolean": "bool"}.get(str(first.get("type")), str(first.get("type")))
