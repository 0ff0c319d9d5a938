"""What a request says, field by field, as the tree of its spec knows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from gpuconsole.core.spec_forms.codecs import MISSING
from gpuconsole.core.spec_forms.nodes import AnyNode, Group, Leaf, Pairs, Rows

Parts = tuple[str | int, ...]
ABSENT: Final = MISSING
"""The answer for a path that the request does not have."""


@dataclass(frozen=True, slots=True)
class Said:
    """One value at its place; ``is_secret``: it is to be the name of a stored secret."""

    node: AnyNode
    parts: Parts
    value: Any
    is_secret: bool = False

    @property
    def path(self) -> str:
        """Dotted, with row numbers."""
        return ".".join(str(part) for part in self.parts)


def said(node: AnyNode, wire: Any, parts: Parts = ()) -> Iterator[Said]:
    """Every value that the request gives to a field that is known, secrets in maps too; misshapen parts left out."""
    if isinstance(node, Leaf):
        yield from _leaf(node, wire, parts)
    elif isinstance(node, Group) and isinstance(wire, Mapping):
        for child in node.children:
            if child.key in wire:
                yield from said(child, wire[child.key], (*parts, child.key))
    elif isinstance(node, Rows) and isinstance(wire, list):
        for number, item in enumerate(wire):
            yield from said(node.item, item, (*parts, number))
    elif isinstance(node, Pairs) and node.secret_key:
        for key, value in _pairs(node, wire):
            if isinstance(value, Mapping) and node.secret_key in value:
                yield Said(node, (*parts, *key, node.secret_key), value[node.secret_key], is_secret=True)


def _pairs(pairs: Pairs, wire: Any) -> Iterator[tuple[Parts, Any]]:
    """Where each value of a map, or of a list of objects with key and value, stands in it."""
    if isinstance(wire, Mapping):
        yield from (((str(key),), value) for key, value in wire.items())
    elif isinstance(wire, list) and pairs.item_keys:
        name = pairs.item_keys[1]
        yield from (((n, name), one[name]) for n, one in enumerate(wire) if isinstance(one, Mapping) and name in one)


def _leaf(leaf: Leaf, wire: Any, parts: Parts) -> Iterator[Said]:
    """One value; of an object that names a secret, each value in it."""
    if leaf.ui.secret and isinstance(wire, Mapping):
        yield from (Said(leaf, (*parts, str(key)), value, is_secret=True) for key, value in wire.items())
    else:
        yield Said(leaf, parts, wire, is_secret=leaf.ui.secret)


def value_at(wire: Any, path: str) -> Any:
    """The value at a dotted path that crosses no rows; ABSENT where nothing is said there."""
    for key in path.split("."):
        if not isinstance(wire, Mapping) or key not in wire:
            return ABSENT
        wire = wire[key]
    return wire


def with_value(wire: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy that says ``value`` at a dotted path, or nothing there for ABSENT."""
    copied = deepcopy(dict(wire))
    *parents, last = path.split(".")
    place = copied
    for key in parents:
        inner = place.get(key)
        if not isinstance(inner, dict):
            if value is ABSENT:
                return copied
            inner = place[key] = {}
        place = inner
    if value is ABSENT:
        place.pop(last, None)
    else:
        place[last] = deepcopy(value)
    return copied


def without(wire: Mapping[str, Any], places: Sequence[Parts]) -> dict[str, Any]:
    """A copy in which nothing is said at the places."""
    copied = deepcopy(dict(wire))
    for parts in places:
        place: Any = copied
        for part in parts[:-1]:
            place = place[part]
        del place[parts[-1]]
    return copied
