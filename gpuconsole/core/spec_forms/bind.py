"""Rows and switched objects as templates draw them, and the way from an object's nodes to what is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.core.spec_forms.bound import NEW_ROW, Bound
from gpuconsole.core.spec_forms.codecs import ON
from gpuconsole.core.spec_forms.conditions import Place
from gpuconsole.core.spec_forms.field import BoundField
from gpuconsole.core.spec_forms.form import SpecForm
from gpuconsole.core.spec_forms.nodes import AnyNode, Control, Group, Leaf, Pairs, Rows, is_copy, is_pick
from gpuconsole.core.spec_forms.pairs import BoundPairs
from gpuconsole.core.spec_forms.said import ABSENT, value_at
from gpuconsole.core.spec_forms.values import EXTRA

PLAIN = frozenset({Control.TEXT, Control.INTEGER, Control.NUMBER, Control.SELECT, Control.QUANTITY})
"""Controls that fit into a cell of a row."""


@dataclass(frozen=True)
class BoundCopy(BoundField):
    """The question which earlier work to take fields over from, with the button that does it."""

    template: str = "spec_forms/_copy.html"

    @property
    def wire(self) -> str:
        return ""

    @property
    def is_set(self) -> bool:
        return False

    @property
    def control(self) -> str:
        return str(Control.SELECT)

    @property
    def error(self) -> str:
        return _("Pick a job, then take its choice over.") if super().error else ""


@dataclass(frozen=True)
class BoundSwitch(Bound):
    """An object with a switch of its own, and the fields inside it."""

    node: Group
    template: str = "spec_forms/_switch_group.html"

    @property
    def is_on(self) -> bool:
        return self.form.values.last(self.name) == ON

    @property
    def items(self) -> list[Bound]:
        return list(bind_children(self.form, self.node, self.place, is_required=self.is_on))


@dataclass(frozen=True)
class BoundLocked(Bound):
    """A field, list or object that is shown as it stands and not asked for; its inputs travel along unseen."""

    template: str = "spec_forms/_locked.html"

    @property
    def note(self) -> str:
        return self.form.around.locked[self.lock]

    @property
    def lock(self) -> str:
        """The path that is locked: the field's own, or that of an object around it."""
        return self.form.around.lock_over(self.path)

    @property
    def fix(self) -> str:
        return ""

    @property
    def inputs(self) -> list[tuple[str, str]]:
        """Name and value of every input below, but for those that the form carries through anyway."""
        values = self.form.values
        own = [name for name in values.below(self.name) if not is_carried(name)]
        return [(name, value) for name in own for value in values[name]]

    @property
    def value(self) -> Any:
        """What is said, in JSON terms; None where nothing is."""
        found = value_at(self.form.wire, self.name)
        return None if found is ABSENT else found

    @property
    def unit(self) -> str:
        """The unit of the value as it is sent; empty where the value names its own."""
        is_number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        return _(self.node.ui.unit) if is_number else ""

    @property
    def is_said(self) -> bool:
        return value_at(self.form.wire, self.name) is not ABSENT

    @property
    def is_plain(self) -> bool:
        """Whether the value is one line of text or a number."""
        return not isinstance(self.value, dict | list)


@dataclass(frozen=True)
class BoundRow:
    """One row: cells side by side, and further fields below them."""

    name: str
    number: str
    cells: Sequence[Bound]
    more: Sequence[Bound]
    extra: str

    @property
    def errors(self) -> list[Bound]:
        return [cell for cell in self.cells if cell.error]

    @property
    def is_open(self) -> bool:
        """Whether the further fields are to be seen: one is set, wrong or needed."""
        return any(item.is_set or item.error or item.is_required for item in self.more)

    @property
    def more_titles(self) -> str:
        titles = [item.title for item in self.more[:3]]
        return ", ".join(titles[:1] + [title.lower() for title in titles[1:]])


@dataclass(frozen=True)
class BoundRows(Bound):
    """A list of objects."""

    node: Rows
    template: str = "spec_forms/_rows.html"

    @property
    def head(self) -> Sequence[Bound]:
        return self.blank.cells

    @property
    def rows(self) -> list[BoundRow]:
        return [self._row(str(number)) for number in self.form.values.row_numbers(self.name)]

    @property
    def blank(self) -> BoundRow:
        """The row that the script copies for a new one."""
        return self._row(NEW_ROW)

    @property
    def note(self) -> str:
        """The help; under rows that make a text, the text that they send."""
        text = self.form.wire.get(self.name) if self.node.joins and self.is_set else None
        return _("Sends {value}").format(value=text) if isinstance(text, str) and text else super().note

    @property
    def count(self) -> int:
        return len(self.form.values.row_numbers(self.name))

    @property
    def count_pattern(self) -> str:
        """The words for how many rows there are; the script puts the number in, too."""
        most = self.node.max_rows
        return _("{number} of {most}").replace("{most}", str(most)) if most else _("{number} set")

    @property
    def count_text(self) -> str:
        return self.count_pattern.replace("{number}", str(self.count))

    @property
    def next_number(self) -> int:
        return max(self.form.values.row_numbers(self.name), default=-1) + 1

    def _row(self, number: str) -> BoundRow:
        name = f"{self.name}.{number}"
        place = Place(name, {**self.place.rows, self.node.path: name})
        items = list(bind_children(self.form, self.node.item, place, is_required=True))
        is_cell = [isinstance(i, BoundField) and i.node.control in PLAIN and _is_direct(i.node, self) for i in items]
        cells = [item for item, fits in zip(items, is_cell, strict=True) if fits][:4]
        more = [item for item in items if item not in cells]
        return BoundRow(name, number, cells, more, self.form.values.last(f"{name}.{EXTRA}"))


def bind_children(form: SpecForm[Any], group: Group, place: Place, *, is_required: bool) -> Iterator[Bound]:
    """The fields of an object in order, those of plain objects inside it laid flat."""
    for child in group.children:
        if child.ui.in_form or is_pick(child) or is_copy(child):
            is_needed = is_required and (child.is_required or bool(child.head_of))
            yield from _bind(form, child, place.below(child.key), is_required=is_needed)


def _bind(form: SpecForm[Any], node: AnyNode, place: Place, *, is_required: bool) -> Iterator[Bound]:
    if form.around.locked and form.around.lock_over(node.path) and not _is_plain_group(node):
        yield BoundLocked(form, node, place, is_required)
    elif isinstance(node, Leaf) and is_copy(node):
        yield BoundCopy(form, node, place, is_required)
    elif isinstance(node, Leaf):
        yield BoundField(form, node, place, is_required or node.ui.needed_when_shown)
    elif isinstance(node, Rows):
        yield BoundRows(form, node, place, is_required)
    elif isinstance(node, Pairs):
        yield BoundPairs(form, node, place, is_required)
    elif node.has_switch:
        yield BoundSwitch(form, node, place, is_required)
    else:
        is_begun = is_required or form.values.says(place.name)
        yield from bind_children(form, node, place, is_required=is_begun)


def is_carried(name: str) -> bool:
    """Whether an input holds extra fields that stand in no row: the form itself carries it, unseen."""
    parts = name.split(".")
    return parts[-1] == EXTRA and not any(part.isdecimal() for part in parts)


def _is_plain_group(node: AnyNode) -> bool:
    """Whether it is drawn as its fields alone, which may stand in several sections."""
    return isinstance(node, Group) and not node.has_switch


def _is_direct(leaf: Leaf, rows: BoundRows) -> bool:
    """Whether a field stands in the row's own object and is always asked for there."""
    return leaf.path == f"{rows.node.path}.{leaf.key}" and len(leaf.conditions) <= len(rows.node.conditions)
