"""Lists to pick from that are known only when the form is drawn: choices of the provider, secrets of the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Column(NamedTuple):
    """The head of a table's column."""

    title: str
    is_number: bool = False


class Cell(NamedTuple):
    """One fact of an option in a table."""

    text: str
    is_number: bool = False
    is_refusal: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One value to pick. ``cells`` fill the columns of a table; ``refusal`` says why it cannot be picked."""

    value: str
    label: str
    help: str = ""
    group: str = ""
    cells: tuple[Cell, ...] = ()
    refusal: str = ""
    is_unlisted: bool = False
    """Chosen once and no longer on offer; kept so that it is not lost."""


@dataclass(frozen=True, slots=True)
class OptionList:
    """What may be picked for a field; ``note`` says how old the list is or why it is empty."""

    options: tuple[Option, ...] = ()
    columns: tuple[Column, ...] = ()
    note: str = ""


class Match(NamedTuple):
    """Something on offer that answers what the fields ask for; ``value`` is empty where they could not ask for it."""

    value: str
    title: str
    facts: Sequence[str]
    price: str
    is_taken: bool
    """It is the one that would be got."""


class Matches(NamedTuple):
    """What is on offer for what the fields ask for; ``note`` says what the prices are for, or that there is none."""

    rows: Sequence[Match]
    note: str


EARLIER = "earlier work"
"""The source of a question whose choice to take over."""
SECRETS = "secrets"
"""The source of fields that name a stored secret."""


class OptionGroup(NamedTuple):
    """Options under one heading; the heading is empty for those without."""

    label: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a form knows beyond its own declaration."""

    sources: Mapping[str, OptionList] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    """Sentences by wire path that stand in place of a field's help: what holds for the values chosen now."""
    placeholders: Mapping[str, str] = field(default_factory=dict)
    """By wire path."""
    units: Mapping[str, str] = field(default_factory=dict)
    """By wire path: the unit of a field whose unit is known only now, such as a currency."""
    matches: Mapping[str, Matches] = field(default_factory=dict)
    """By wire path of the field that they stand beside."""
    may_reset: bool = True
    """Whether an empty field means its default; not so where what stands there is changed."""
    may_store: bool = False
    """Whether the person may store secrets where the form is filled in."""
    locked: Mapping[str, str] = field(default_factory=dict)
    """By wire path: the sentence that says why a field, or all in an object, is shown and not asked for."""

    def lock_over(self, path: str) -> str:
        """The path that is locked where a field is: its own, or that of an object around it; empty where none is."""
        return next((lock for lock in self.locked if path == lock or path.startswith(f"{lock}.")), "")


def grouped(options: tuple[Option, ...]) -> list[OptionGroup]:
    """Options by their group, in order of first appearance."""
    found: dict[str, list[Option]] = {}
    for option in options:
        found.setdefault(option.group, []).append(option)
    return [OptionGroup(label, members) for label, members in found.items()]
