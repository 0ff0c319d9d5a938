"""From posted inputs to the request's own nesting: only what was filled in, with the extra fields laid under it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from gpuconsole.core.spec_forms import codecs, dotenv, ways
from gpuconsole.core.spec_forms.codecs import MISSING
from gpuconsole.core.spec_forms.conditions import Place, extra, is_shown
from gpuconsole.core.spec_forms.nodes import AnyNode, Group, Leaf, Pairs, Rows
from gpuconsole.core.spec_forms.values import EXTRA, Values
from gpuconsole.core.translated import translated
from gpuconsole.providers.problems import explain

PASTE = "paste"
"""Last part of the input below a map into which lines are pasted."""


@dataclass(slots=True)
class Parsed:
    """What was read. ``rows`` and ``pairs`` lead from places in ``wire`` back to rows of the form."""

    wire: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    """By input name: what cannot be said in any request."""
    missing: dict[str, str] = field(default_factory=dict)
    """By input name: what the picked way needs, and no model would miss."""
    rows: dict[str, list[int]] = field(default_factory=dict)
    pairs: dict[str, dict[str, int]] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    """Where a pick stands without its answer: the input of the field that the picked way needs."""


@dataclass(frozen=True, slots=True)
class PairRow:
    """One row of a map, as posted."""

    number: int
    key: str
    value: str
    secret: str
    is_secret: bool

    @property
    def is_empty(self) -> bool:
        return not (self.key or self.value or self.secret)


def parse(root: Group, nodes: Mapping[str, AnyNode], values: Values) -> Parsed:
    """Read all posted inputs against a tree."""
    reader = _Reader(values, nodes, Parsed())
    wire = reader.group(root, Place(""))
    reader.parsed.wire = {} if wire is MISSING else wire
    return reader.parsed


def pair_rows(name: str, values: Values) -> list[PairRow]:
    """The rows of a map, those that came as pasted KEY=value lines last."""
    rows = [_pair_row(name, number, values) for number in values.row_numbers(name)]
    first = rows[-1].number + 1 if rows else 0
    lines = dotenv.read(values.last(f"{name}.{PASTE}")).pairs
    return rows + [PairRow(n, key, value, "", is_secret=False) for n, (key, value) in enumerate(lines, first)]


def unread_lines(name: str, values: Values) -> str:
    """What was pasted into a map and says no KEY=value."""
    return "\n".join(dotenv.read(values.last(f"{name}.{PASTE}")).left)


def _pair_row(name: str, number: int, values: Values) -> PairRow:
    row = f"{name}.{number}"
    return PairRow(
        number,
        values.last(f"{row}.key"),
        values.last(f"{row}.value").replace("\r\n", "\n"),
        values.last(f"{row}.secret"),
        is_secret=values.last(f"{row}.kind") == "secret",
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    values: Values
    nodes: Mapping[str, AnyNode]
    parsed: Parsed

    def node(self, node: AnyNode, place: Place) -> Any:
        if not node.ui.in_form or not is_shown(node, place, self.values, self.nodes):
            return MISSING
        if isinstance(node, Leaf):
            return self.leaf(node, place)
        if isinstance(node, Rows):
            return self.rows(node, place)
        return self.pairs(node, place) if isinstance(node, Pairs) else self.group(node, place)

    def leaf(self, leaf: Leaf, place: Place) -> Any:
        try:
            return codecs.read(leaf, place.name, self.values)
        except codecs.Unreadable as exc:
            self.parsed.problems[place.name] = str(exc)
            return MISSING

    def group(self, group: Group, place: Place) -> Any:
        if group.has_switch and self.values.last(place.name) != codecs.ON:
            return MISSING
        wire, is_said = self.fields(group, place)
        is_asked = group.is_required or group.has_switch or ways.is_asked(group, place, self.values)
        return wire if is_said or is_asked else MISSING

    def fields(self, group: Group, place: Place) -> tuple[dict[str, Any], bool]:
        """The object at a place, and whether anything in it was said by the user."""
        read = {child.key: self.node(child, place.below(child.key)) for child in group.fields}
        found = {key: value for key, value in read.items() if value is not MISSING}
        is_said = not all(_is_hollow(value) for value in found.values())
        for pick in group.picks:
            self.parsed.heads[place.below(pick.key).name] = ways.head_input(pick, place, self.values)
            head = ways.open_head(pick, place, self.values)
            if head and head not in found and head not in self._extra(place):
                self.parsed.missing[place.below(head).name] = _("Required: fill it in, or pick another way above.")
        return _silent(group) | self._extra(place) | found, is_said or self._has_extra(place)

    def rows(self, rows: Rows, place: Place) -> Any:
        numbers, items = [], []
        for number in self.values.row_numbers(place.name):
            item, is_said = self.fields(rows.item, place.row(rows.path, number))
            if is_said:
                numbers.append(number)
                items.append(item)
        self.parsed.rows[place.name] = numbers
        if rows.joins and items:
            for number, item in zip(numbers, items, strict=True):
                self.parsed.problems |= {f"{place.name}.{number}.{key}": text for key, text in _wrong_cells(rows, item)}
            return joined(rows, items)
        return items or MISSING

    def pairs(self, pairs: Pairs, place: Place) -> Any:
        if unread_lines(place.name, self.values):
            self.parsed.problems[f"{place.name}.{PASTE}"] = _("These lines are not KEY=value: change or empty them.")
        if pairs.item_keys:
            return self.pair_list(pairs, pairs.item_keys, place)
        wire, numbers = self._extra(place), {}
        for row in pair_rows(place.name, self.values):
            if row.is_empty:
                continue
            where = f"{place.name}.{row.number}"
            if not row.key:
                self.parsed.problems[f"{where}.key"] = _("Name it, or empty the row.")
            elif row.key in numbers:
                self.parsed.problems[f"{where}.key"] = _("{name} is set twice.").format(name=row.key)
            elif row.is_secret and not row.secret:
                self.parsed.problems[f"{where}.secret"] = _("Pick a secret.")
            wire[row.key] = {pairs.secret_key: row.secret} if row.is_secret and pairs.secret_key else row.value
            numbers[row.key] = row.number
        self.parsed.pairs[place.name] = numbers
        return wire if wire or self._has_extra(place) else MISSING

    def pair_list(self, pairs: Pairs, keys: tuple[str, str], place: Place) -> Any:
        """The objects of a list, whose own model says what is wrong with them."""
        items, numbers = [], []
        for row in pair_rows(place.name, self.values):
            if row.is_empty:
                continue
            if not row.key:
                self.parsed.problems[f"{place.name}.{row.number}.key"] = _("Name it, or empty the row.")
            elif row.is_secret and not row.secret:
                self.parsed.problems[f"{place.name}.{row.number}.secret"] = _("Pick a secret.")
            is_secret = row.is_secret and pairs.secret_key
            items.append({keys[0]: row.key, keys[1]: {pairs.secret_key: row.secret} if is_secret else row.value})
            numbers.append(row.number)
        self.parsed.rows[place.name] = numbers
        return items or MISSING

    def _extra(self, place: Place) -> dict[str, Any]:
        return extra(place.name, self.values)

    def _has_extra(self, place: Place) -> bool:
        """Whether extra fields, be they none, stand in this object or below: an empty object that was asked for."""
        return any(name.rpartition(".")[2] == EXTRA for name in self.values.below(place.name))


def joined(rows: Rows, items: Sequence[Mapping[str, Any]]) -> str:
    """The text that rows make."""
    between_rows, between_cells = rows.joins or ("", "")
    keys = [cell.key for cell in rows.item.children]
    return between_rows.join(between_cells.join(str(item.get(key, "")) for key in keys) for item in items)


def _wrong_cells(rows: Rows, item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with the cells of a row, which the text as a whole would only say of all of it."""
    try:
        if rows.ui.rows is not None:
            rows.ui.rows.model_validate(item)
    except ValidationError as exc:
        yield from ((str(error["loc"][0]), translated(explain(error))) for error in exc.errors(include_url=False))


def _silent(group: Group) -> dict[str, Any]:
    """What is sent for required fields that are left empty."""
    return {child.key: child.ui.sends for child in group.children if child.is_required and child.ui.sends is not None}


def _is_hollow(value: Any) -> bool:
    """Whether a value is an object that holds nothing but such objects: required ones that nobody filled in."""
    return isinstance(value, dict) and all(_is_hollow(item) for item in value.values())
