"""The form as it is drawn: sections with their fields in order, the summary of errors, and the extra fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.core.spec_forms.bind import BoundRows, BoundSwitch, bind_children, is_carried
from gpuconsole.core.spec_forms.bound import Bound, html_id
from gpuconsole.core.spec_forms.conditions import Place, extra
from gpuconsole.core.spec_forms.field import BoundField
from gpuconsole.core.spec_forms.form import SpecForm
from gpuconsole.core.spec_forms.nodes import Control, is_copy, is_pick
from gpuconsole.core.spec_forms.pairs import BoundPairs
from gpuconsole.core.spec_forms.parse import PASTE
from gpuconsole.core.spec_forms.values import EXTRA
from gpuconsole.providers.ui import Section


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
    def title(self) -> str:
        return _(self.section.name)

    @property
    def help(self) -> str:
        return _(self.section.help)

    @property
    def error_count(self) -> int:
        return len(list(errors_below(self.items)))

    @property
    def every_item(self) -> Iterator[Bound]:
        """All fields, those inside switched objects and rows too."""
        return _every(self.items)

    @property
    def is_open(self) -> bool:
        return self.section.is_open or self.is_forced_open or bool(self.error_count) or self._told[1]

    @property
    def summary(self) -> str:
        """One line that says what is set."""
        return self._told[0]

    @property
    def _told(self) -> tuple[str, bool]:
        """The line, and whether anything is set."""
        shown = [item for item in self.items if item.is_shown]
        first = shown[0] if shown else None
        is_switched = isinstance(first, BoundField | BoundSwitch) and hasattr(first, "is_on") and len(self.items) > 1
        if isinstance(first, BoundSwitch) or (is_switched and _is_switch(first)):
            rest = [item.title.lower() for item in shown[1:] if item.is_set and (not _is_switch(item) or item.is_on)]  # type: ignore[attr-defined]
            return (", ".join([_("on"), *rest]), True) if first.is_on else (_("off"), False)  # type: ignore[union-attr]
        if len(shown) == 1 and isinstance(first, BoundRows):
            return (formats.plural(first.count, "row", "rows"), True) if first.count else (_("none"), False)
        if len(shown) == 1 and isinstance(first, BoundPairs):
            return (first.summary, True) if first.is_set else (_("none"), False)
        count = sum(item.is_set for item in shown)
        return (_("{number} set").format(number=count), True) if count else (_("defaults"), False)


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
                lines.append(ErrorLine(name, title, self.form.shown[name], id_, section.title))
        rest = [name for name in self.form.shown if name not in told]
        return lines + [ErrorLine(name, name or _("The request"), self.form.shown[name]) for name in rest]

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
        return [(name, self.form.values.last(name)) for name in self.form.values if is_carried(name)]

    @property
    def required_count(self) -> int:
        return sum(1 for item in _all_items(self) if item.is_required)

    @property
    def optional_count(self) -> int:
        return sum(1 for item in _all_items(self) if not item.is_required)


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
    if pairs.paste_error:
        yield f"{pairs.name}.{PASTE}", _("{list}, pasted lines").format(list=pairs.title), pairs.paste_id


def _all_items(layout: Layout) -> Iterator[Bound]:
    for section in layout.sections:
        yield from (item for item in section.items if item.is_shown and not (is_pick(item.node) or is_copy(item.node)))


def _is_switch(item: Bound | None) -> bool:
    return isinstance(item, BoundField) and item.node.control == Control.SWITCH
