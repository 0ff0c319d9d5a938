"""The form as it is drawn: sections with their fields in order, rows with their cells, and the summary of errors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gpuconsole.core.spec_forms.bound import Bound, BoundField, html_id
from gpuconsole.core.spec_forms.codecs import ON
from gpuconsole.core.spec_forms.conditions import Place, extra
from gpuconsole.core.spec_forms.form import SpecForm
from gpuconsole.core.spec_forms.nodes import AnyNode, Control, Group, Leaf, Pairs, Rows
from gpuconsole.core.spec_forms.options import SECRETS, Option
from gpuconsole.core.spec_forms.parse import PairRow, pair_rows
from gpuconsole.core.spec_forms.values import EXTRA
from gpuconsole.providers.specs import Section

PLAIN = frozenset({Control.TEXT, Control.INTEGER, Control.NUMBER, Control.SELECT, Control.QUANTITY})
"""Controls that fit into a cell of a row."""
NEW_ROW = "__index__"
"""Stands for the number in the row that the script copies."""


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
    def count(self) -> int:
        return len(self.form.values.row_numbers(self.name))

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


@dataclass(frozen=True)
class BoundPairRow:
    """One key with its value or its secret."""

    name: str
    row: PairRow
    pairs: BoundPairs

    def _error(self, part: str) -> str:
        return self.pairs.form.shown.get(f"{self.name}.{part}", "")

    @property
    def id(self) -> str:
        return html_id(self.name)

    @property
    def key_id(self) -> str:
        return f"{self.id}-key"

    @property
    def value_id(self) -> str:
        """The id of the input for the value, or for the secret in its place."""
        return f"{self.id}-secret" if self.row.is_secret else f"{self.id}-value"

    @property
    def key_error(self) -> str:
        return self._error("key")

    @property
    def value_error(self) -> str:
        return self._error("secret") if self.row.is_secret else self._error("value")


@dataclass(frozen=True)
class BoundPairs(Bound):
    """A map with free keys."""

    node: Pairs
    template: str = "spec_forms/_pairs.html"

    @property
    def takes_secrets(self) -> bool:
        return bool(self.node.secret_key)

    @property
    def rows(self) -> list[BoundPairRow]:
        found = pair_rows(self.name, self.form.values)
        return [BoundPairRow(f"{self.name}.{row.number}", row, self) for row in found]

    @property
    def next_number(self) -> int:
        return max((row.row.number for row in self.rows), default=-1) + 1

    @property
    def blank(self) -> BoundPairRow:
        return BoundPairRow(f"{self.name}.{NEW_ROW}", PairRow(0, "", "", "", is_secret=False), self)

    @property
    def secrets(self) -> Sequence[Option]:
        """Stored secrets, with those that are named here already though no longer stored."""
        source = self.form.around.sources.get(SECRETS)
        stored = source.options if source else ()
        names = {option.value for option in stored}
        used = {row.row.secret for row in self.rows if row.row.secret} - names
        return (*stored, *(Option(name, name, help="not stored") for name in sorted(used)))

    @property
    def summary(self) -> str:
        rows = [row for row in self.rows if not row.row.is_empty]
        secret = sum(row.row.is_secret for row in rows)
        return f"{len(rows)} set" + (f", {secret} secret{'s' if secret > 1 else ''}" if secret else "")


@dataclass(frozen=True)
class BoundSection:
    """One section of the form."""

    section: Section
    items: Sequence[Bound]
    is_forced_open: bool = False

    @property
    def id(self) -> str:
        return html_id(f"section {self.section.name}")

    @property
    def error_count(self) -> int:
        return sum(1 for _ in errors_below(self.items))

    @property
    def every_item(self) -> Iterator[Bound]:
        """All fields, those inside switched objects and rows too."""
        return _every(self.items)

    @property
    def is_open(self) -> bool:
        return self.section.is_open or self.is_forced_open or bool(self.error_count) or self.summary not in _NOTHING

    @property
    def summary(self) -> str:
        """One line that says what is set."""
        shown = [item for item in self.items if item.is_shown]
        first = shown[0] if shown else None
        is_switched = isinstance(first, BoundField | BoundSwitch) and hasattr(first, "is_on") and len(self.items) > 1
        if isinstance(first, BoundSwitch) or (is_switched and _is_switch(first)):
            rest = [item.title.lower() for item in shown[1:] if item.is_set and (not _is_switch(item) or item.is_on)]  # type: ignore[attr-defined]
            return ", ".join(["on", *rest]) if first.is_on else "off"  # type: ignore[union-attr]
        if len(shown) == 1 and isinstance(first, BoundRows):
            return f"{first.count} row{'s' if first.count != 1 else ''}" if first.count else "none"
        count = sum(item.is_set for item in shown)
        return f"{count} set" if count else "defaults"


_NOTHING = ("off", "none", "defaults")


@dataclass(frozen=True)
class ErrorLine:
    """One line of the summary above the form; ``id`` is empty where no field shows it."""

    name: str
    title: str
    message: str
    id: str = ""
    section: str = ""


class Layout:
    """A form in sections. Build one for each drawing; it holds no state of its own."""

    def __init__(self, form: SpecForm[Any], sections: Sequence[Section] = ()) -> None:
        self.form = form
        items = list(bind_children(form, form.root, Place(""), is_required=True))
        declared = list(sections or getattr(form.spec_class, "sections", ()))
        known = {section.name for section in declared}
        declared += [
            Section(name, is_open=True) for name in dict.fromkeys(i.node.section for i in items) if name not in known
        ]
        self.sections = [
            BoundSection(section, [item for item in items if item.node.section == section.name]) for section in declared
        ]

    @property
    def errors(self) -> list[ErrorLine]:
        """All errors that are to be seen: those at fields in their order, then those that no field shows."""
        lines, told = [], set()
        for section in self.sections:
            for name, title, id_ in errors_below(section.items):
                told.add(name)
                lines.append(ErrorLine(name, title, self.form.shown[name], id_, section.section.name))
        rest = [name for name in self.form.shown if name not in told]
        return lines + [ErrorLine(name, name or "The request", self.form.shown[name]) for name in rest]

    @property
    def extras(self) -> list[tuple[str, str]]:
        """What is sent though no field shows it: wire path and value as JSON."""
        found = []
        for name in self.form.values:
            if name == EXTRA or name.endswith(f".{EXTRA}"):
                parent = name.removesuffix(EXTRA).removesuffix(".")
                for key, value in extra(parent, self.form.values).items():
                    found.append((f"{parent}.{key}" if parent else key, json.dumps(value, ensure_ascii=False)))
        return found

    def drop_extra(self, path: str) -> None:
        """Send one extra field no more; ``path`` as ``extras`` names it."""
        for name in list(self.form.values):
            if name == EXTRA or name.endswith(f".{EXTRA}"):
                parent = name.removesuffix(EXTRA).removesuffix(".")
                rest = extra(parent, self.form.values)
                key = path.removeprefix(f"{parent}." if parent else "")
                if rest.pop(key, None) is not None or key in rest:
                    self.form.values[name] = [json.dumps(rest, ensure_ascii=False)]
                    break

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Inputs that carry extra fields through the form, but for those that stand in rows."""
        names = [name for name in self.form.values if name == EXTRA or name.endswith(f".{EXTRA}")]
        return [
            (name, self.form.values.last(name)) for name in names if not any(p.isdecimal() for p in name.split("."))
        ]

    @property
    def required_count(self) -> int:
        return sum(1 for item in _all_items(self) if item.is_required)

    @property
    def optional_count(self) -> int:
        return sum(1 for item in _all_items(self) if not item.is_required)


def bind_children(form: SpecForm[Any], group: Group, place: Place, *, is_required: bool) -> Iterator[Bound]:
    """The fields of an object in order, those of plain objects inside it laid flat."""
    for child in group.children:
        if child.ui.in_form:
            yield from _bind(form, child, place.below(child.key), is_required=is_required and child.is_required)


def _bind(form: SpecForm[Any], node: AnyNode, place: Place, *, is_required: bool) -> Iterator[Bound]:
    if isinstance(node, Leaf):
        yield BoundField(form, node, place, is_required)
    elif isinstance(node, Rows):
        yield BoundRows(form, node, place, is_required)
    elif isinstance(node, Pairs):
        yield BoundPairs(form, node, place, is_required)
    elif node.has_switch:
        yield BoundSwitch(form, node, place, is_required)
    else:
        is_begun = is_required or form.values.says(place.name)
        yield from bind_children(form, node, place, is_required=is_begun)


def errors_below(items: Sequence[Bound]) -> Iterator[tuple[str, str, str]]:
    """Input name, title and id of each place below that shows an error just now."""
    for item in items:
        if not item.is_shown:
            continue
        if item.error:
            yield item.name, item.title, item.id
        if isinstance(item, BoundSwitch) and item.is_on:
            yield from errors_below(item.items)
        elif isinstance(item, BoundRows):
            for row in item.rows:
                yield from errors_below([*row.cells, *row.more])
        elif isinstance(item, BoundPairs):
            yield from _pair_errors(item)


def _every(items: Sequence[Bound]) -> Iterator[Bound]:
    for item in items:
        yield item
        if isinstance(item, BoundSwitch):
            yield from _every(item.items)
        elif isinstance(item, BoundRows):
            for row in item.rows:
                yield from _every([*row.cells, *row.more])


def _pair_errors(pairs: BoundPairs) -> Iterator[tuple[str, str, str]]:
    for row in pairs.rows:
        for part in ("key", "value", "secret"):
            if f"{row.name}.{part}" in pairs.form.shown:
                yield f"{row.name}.{part}", row.row.key or pairs.title, f"{row.id}-{part}"


def _all_items(layout: Layout) -> Iterator[Bound]:
    for section in layout.sections:
        yield from section.items


def _is_switch(item: Bound | None) -> bool:
    return isinstance(item, BoundField) and item.node.control == Control.SWITCH


def _is_direct(leaf: Leaf, rows: BoundRows) -> bool:
    """Whether a field stands in the row's own object and is always asked for there."""
    return leaf.path == f"{rows.node.path}.{leaf.key}" and len(leaf.conditions) <= len(rows.node.conditions)
