"""What fields, rows, maps and switched objects have alike on the page: names, texts, conditions and error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from gpuconsole.core.spec_forms.conditions import Place, accepts_silence, is_shown
from gpuconsole.core.spec_forms.nodes import Node

if TYPE_CHECKING:
    from gpuconsole.core.spec_forms.form import SpecForm

SENT_IN = ("body", "path")
NEW_ROW = "__index__"
"""Stands for the number in the row that the script copies."""


def html_id(name: str) -> str:
    """An id for an input name; dots would need escaping in selectors."""
    return "f-" + re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")


@dataclass(frozen=True)
class Bound:
    """What fields, rows and maps of one form have alike."""

    form: SpecForm[Any]
    node: Node
    place: Place
    is_required: bool = False

    @property
    def name(self) -> str:
        return self.place.name

    @property
    def id(self) -> str:
        return html_id(self.name)

    @property
    def help_id(self) -> str:
        return f"{self.id}-help"

    @property
    def title(self) -> str:
        return _(self.node.title)

    @property
    def repeats_section(self) -> bool:
        """Whether the head of its section says what it is already."""
        return self.node.title == self.node.section

    @property
    def path(self) -> str:
        return self.node.path

    @property
    def add_label(self) -> str:
        """The words of the button that adds a row."""
        return _(self.node.ui.add) or _("Add row")

    @property
    def wire(self) -> str:
        """The wire name as it stands at the right of the label: below what the section's head names already."""
        if self.node.ui.location not in SENT_IN:
            return ""
        sections = getattr(self.form.spec_class, "sections", ())
        head = next((section.wire for section in sections if section.name == self.node.section), "")
        if head and f".{head}." in f".{self.path}":
            return self.path[f".{self.path}".index(f".{head}.") + len(head) + 1 :]
        return self.path.partition(".")[2] if "." in self.path else self.path

    @property
    def span(self) -> int:
        return self.node.ui.width

    @property
    def error(self) -> str:
        return self.form.shown.get(self.name, "")

    @property
    def fix(self) -> str:
        """The value that would be right, where the error knows it."""
        located = self.form.located.get(self.name)
        return located.fix if located and self.error else ""

    @cached_property
    def is_shown(self) -> bool:
        return is_shown(self.node, self.place, self.form.values, self.form.nodes)  # type: ignore[arg-type]

    @property
    def is_hidden(self) -> bool:
        return not self.is_shown and not self.node.stays

    @property
    def show_when(self) -> str:
        """For the script: what must hold for the field to be seen; empty where it always is."""
        return "" if self.node.stays else self._conditions

    @property
    def _conditions(self) -> str:
        """The conditions with the input names that they look at."""
        rules = []
        for rule in self.node.conditions:
            accepted = [*rule.accepted, ""] if accepts_silence(rule, self.form.nodes) else rule.accepted
            rules.append(f"{self.place.name_of(rule.path)}={'|'.join(accepted)}")
        return "&".join(rules)

    @cached_property
    def excluded_by(self) -> list[Bound]:
        """Set fields that this one cannot stand beside."""
        return [other for other in self._excludes if other.is_set]

    @property
    def is_disabled(self) -> bool:
        return (self.node.stays and not self.is_shown) or (bool(self.excluded_by) and not self.is_set)

    @property
    def enable_when(self) -> str:
        """For the script: what must hold for this one to be of use, such as that other inputs are empty."""
        if self.node.stays:
            return self._conditions
        return "&".join(f"{other.name}=" for other in self._excludes)

    @cached_property
    def _excludes(self) -> list[Bound]:
        paths = (path.replace("[]", "") for path in self.node.ui.excludes)
        nodes = [(path, self.form.nodes[path]) for path in paths if path in self.form.nodes]
        shown = [(path, node) for path, node in nodes if node.ui.in_form]
        return [Bound(self.form, node, Place(self.place.name_of(path), self.place.rows)) for path, node in shown]

    @property
    def is_set(self) -> bool:
        return self.form.values.says(self.name)

    @property
    def why_disabled(self) -> str:
        """Why it is of no use just now; empty where it is."""
        if self.node.stays and not self.is_shown:
            way = _(self.node.conditions[-1].accepted[0])
            if self.is_set:
                return _("Not sent: pick {way} above to use it. What is here is kept.").format(way=way)
            return _("Not sent: pick {way} above to use it.").format(way=way)
        if self.is_disabled:
            other = self.excluded_by[0].title.lower()
            return _("Not together with {field}: empty that to use this.").format(field=other)
        return ""

    @property
    def note(self) -> str:
        """The sentence under the field: what holds just now, else its help with its default."""
        return self.why_disabled or self.form.around.notes.get(self.path) or _(self.node.help)
