"""Whether a field is asked for just now: the show-when rules, read from the posted inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gpuconsole.core.spec_forms import codecs
from gpuconsole.core.spec_forms.codecs import MISSING
from gpuconsole.core.spec_forms.nodes import AnyNode, Condition, Group, Leaf
from gpuconsole.core.spec_forms.values import Values


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: its input name, and the input names of the rows around it by their paths."""

    name: str
    rows: Mapping[str, str] = field(default_factory=dict)

    def below(self, key: str) -> Place:
        return Place(f"{self.name}.{key}" if self.name else key, self.rows)

    def row(self, path: str, number: int) -> Place:
        name = f"{self.name}.{number}"
        return Place(name, {**self.rows, path: name})

    def name_of(self, path: str) -> str:
        """The input name of another node, in the same row where it is in one."""
        around = [rows for rows in self.rows if path.startswith(f"{rows}.")]
        if not around:
            return path
        nearest = max(around, key=len)
        return self.rows[nearest] + path[len(nearest) :]


def is_shown(node: AnyNode, place: Place, values: Values, nodes: Mapping[str, AnyNode]) -> bool:
    """Whether all the conditions of a node hold."""
    return all(holds(condition, place, values, nodes) for condition in node.conditions)


def holds(condition: Condition, place: Place, values: Values, nodes: Mapping[str, AnyNode]) -> bool:
    node = nodes.get(condition.path)
    if node is None:
        return False
    return standing(node, place.name_of(condition.path), values) in condition.accepted


def standing(node: AnyNode, name: str, values: Values) -> str:
    """What a field stands at, as text: what was chosen, else its default, else nothing."""
    if isinstance(node, Leaf) and node.ways:
        posted = values.last(name)
        return posted if posted in node.values else _text(node.default)
    if isinstance(node, Leaf):
        try:
            value = codecs.read(node, name, values)
        except codecs.Unreadable:
            value = MISSING
        if value is MISSING:
            value = _pinned(node, name, values)
        return _text(value)
    if isinstance(node, Group) and node.has_switch:
        return _text(values.last(name) == codecs.ON)
    return _text(any(values.below(name)))


def accepts_silence(condition: Condition, nodes: Mapping[str, AnyNode]) -> bool:
    """Whether a rule holds while nothing is chosen, because the default is among the accepted."""
    node = nodes.get(condition.path)
    return isinstance(node, Leaf) and node.default is not None and _text(node.default) in condition.accepted


def _pinned(leaf: Leaf, name: str, values: Values) -> Any:
    """The default, or what an extra field of the object says in its place."""
    pinned = extra(name.rpartition(".")[0], values)
    return pinned.get(leaf.key, leaf.default)


def extra(name: str, values: Values) -> dict[str, Any]:
    """The extra fields of the object at ``name``; empty where there are none or they are no object."""
    text = values.last(f"{name}.+" if name else "+")
    try:
        found = codecs.parse_json(text) if text else {}
    except codecs.Unreadable:
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    if value is None or value is MISSING:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
