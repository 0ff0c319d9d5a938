"""The tree that a form is drawn from: one node a field, in the nesting of the request itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from gpuconsole.providers.specs import Way
from gpuconsole.providers.ui import Ui


class Control(StrEnum):
    """How one value is asked for; each has a codec in ``codecs`` and a template of its name."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    STEPPER = "stepper"
    SWITCH = "switch"
    SELECT = "select"
    RADIO = "radio"
    CARDS = "cards"
    TABLE = "table"
    MANY = "many"
    LINES = "lines"
    WORDS = "words"
    QUANTITY = "quantity"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Condition:
    """A field is shown and sent only while the field at ``path`` stands at one of ``accepted``."""

    path: str
    accepted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every node has. ``path`` is dotted and names no rows; input names put the row's number in."""

    key: str
    path: str
    title: str
    help: str = ""
    ui: Ui
    section: str
    is_required: bool
    conditions: tuple[Condition, ...] = ()
    stays: bool = False
    """It is kept in sight, greyed, where its conditions do not hold."""
    head_of: str = ""
    """Path of the pick that makes this field required when it picks the field's way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf(Node):
    """One value. ``default`` is the provider's own, None where it is unknown or a rule."""

    control: Control
    default: Any = None
    number: type | None = None
    """int or float where the value is a number."""
    items: type = str
    """What one line or one tick of a list is: str or int."""
    values: tuple[str, ...] = ()
    """The values of an enumeration."""
    minimum: Any = None
    maximum: Any = None
    is_above: bool = False
    """Whether the minimum itself is too little."""
    max_length: int | None = None
    ways: tuple[Way, ...] = ()
    """On a pick: the ways to choose from. It is no field of the request, and only shows the fields of one way."""
    copies: tuple[str, ...] = ()
    """On a copy, which is no field of the request either: the fields that are taken over from earlier work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Node):
    """An object. ``has_switch``: it is sent only while its own switch is on."""

    children: tuple[AnyNode, ...]
    has_switch: bool = False

    def child(self, key: str) -> AnyNode | None:
        return next((child for child in self.children if child.key == key), None)

    @property
    def picks(self) -> Iterator[Leaf]:
        """The choices between ways that this object leaves."""
        return (child for child in self.children if isinstance(child, Leaf) and child.ways)

    @property
    def fields(self) -> Iterator[AnyNode]:
        """The children that the request has."""
        return (child for child in self.children if not (is_pick(child) or is_copy(child)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Node):
    """A list of objects, one row each; with ``joins`` a text whose rows and cells these stand between."""

    item: Group
    max_rows: int | None = None
    joins: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs(Node):
    """A map with free keys. ``secret_key`` is the key of the object that names a secret in place of a value.

    ``item_keys``: it is a list of objects, and these are the names of their two fields.
    """

    secret_key: str = ""
    item_keys: tuple[str, str] | None = None


AnyNode = Leaf | Group | Rows | Pairs


def is_pick(node: Node) -> bool:
    """Whether a node only asks which way to go."""
    return isinstance(node, Leaf) and bool(node.ways)


def is_copy(node: Node) -> bool:
    """Whether a node only asks which earlier work to take fields over from."""
    return isinstance(node, Leaf) and bool(node.copies)


def only_when(node: AnyNode, condition: Condition) -> AnyNode:
    """The node with one more condition, which the fields inside an object share."""
    node = replace(node, conditions=(*node.conditions, condition))
    if isinstance(node, Group):
        return replace(node, children=tuple(only_when(child, condition) for child in node.children))
    return node


def walk(nodes: Sequence[AnyNode]) -> Iterator[AnyNode]:
    """Every node below, parents first; the items of rows too."""
    for node in nodes:
        yield node
        if isinstance(node, Group):
            yield from walk(node.children)
        elif isinstance(node, Rows):
            yield from walk(node.item.children)
