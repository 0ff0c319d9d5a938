"""One value as a template draws it: control, value, options, placeholder and the sentence below it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.core.spec_forms import codecs, notes, quantities
from gpuconsole.core.spec_forms.bound import Bound
from gpuconsole.core.spec_forms.conditions import extra
from gpuconsole.core.spec_forms.nodes import Control, Leaf, is_pick
from gpuconsole.core.spec_forms.options import SECRETS, Column, Matches, Option, OptionGroup, OptionList, grouped
from gpuconsole.providers.ui import Listed

MONO = frozenset({Control.LINES, Control.WORDS, Control.JSON})


@dataclass(frozen=True)
class BoundField(Bound):
    """One value."""

    node: Leaf

    template: str = "spec_forms/_field.html"

    @property
    def control_template(self) -> str:
        return f"spec_forms/controls/{self.control}.html"

    @property
    def has_own_label(self) -> bool:
        """Whether the control is a group of inputs, so that the title is no label of a single one."""
        return self.control in (Control.RADIO, Control.CARDS, Control.TABLE, Control.MANY)

    @property
    def control(self) -> str:
        """How it is asked for; a list that is not known is asked for as text."""
        control = self.node.control
        if control in (Control.SELECT, Control.TABLE, Control.RADIO) and not self.option_list.options:
            return "secret" if self.node.ui.secret else "text"
        if control == Control.TEXT and "\n" in self.form.values.last(self.name):
            return "long"  # an input of one line would take the line ends out
        if control == Control.SELECT and self.node.ui.open_enum:
            return "suggest"
        return "suggest" if control == Control.TEXT and self.option_list.options else str(control)

    @property
    def is_pick(self) -> bool:
        """Whether it only asks which way to go and is no field of the request."""
        return is_pick(self.node)

    @property
    def wire(self) -> str:
        return "" if self.is_pick else super().wire

    def has_cards(self) -> bool:
        """Whether choices side by side say what they mean, each on a card of its own."""
        return any(option.help for option in self.option_list.options)

    @property
    def is_mono(self) -> bool:
        return self.node.control in MONO

    @property
    def value(self) -> str:
        posted = self.form.values.last(self.name)
        return self.default if self.is_pick and posted not in self.node.values else posted

    @property
    def values(self) -> list[str]:
        return self.form.values.get(self.name, [])

    @property
    def is_set(self) -> bool:
        if self.is_pick:
            return False
        if self.node.control == Control.SWITCH:
            return self.is_on != bool(self.node.default)
        return super().is_set

    @property
    def may_reset(self) -> bool:
        """Whether a press of its own takes it back to its default."""
        has_own = self.node.control in (Control.SWITCH, Control.MANY)  # one press, and its Clear
        return self.form.around.may_reset and not (self.is_required or self.is_pick or has_own)

    @property
    def reset_label(self) -> str:
        return _("Reset {field}").format(field=self.title)

    @property
    def is_on(self) -> bool:
        """Where a switch stands: as posted, else as pinned by an extra field, else at its default."""
        if self.name in self.form.values:
            return self.value == codecs.ON
        pinned = self.pinned.get(self.node.key)
        return pinned if isinstance(pinned, bool) else bool(self.node.default)

    @property
    def placeholder(self) -> str:
        if self.node.key in self.pinned:
            return notes.as_text(self.pinned[self.node.key])
        given = self.form.around.placeholders.get(self.path) or _(self.node.ui.placeholder)
        default = self.default
        if self.default_span:
            default = self.default_span[0] if self.unit == self.default_span[1] else notes.with_unit(*self.default_span)
        elif isinstance(default, str) and self.node.control == Control.QUANTITY:
            default = default.removesuffix(self.unit)
        return given or default

    @property
    def shows_default(self) -> bool:
        """Whether the placeholder is a value of the request in letters, which is the same in every language."""
        return bool(self.placeholder) and not self.node.ui.placeholder and isinstance(self.node.default, str)

    @property
    def note(self) -> str:
        return notes.note(self)

    @property
    def rest_note(self) -> str:
        """For the script, which says itself what a number that is being typed sends: what stands behind that."""
        return notes.limits(self)

    @property
    def empty_note(self) -> str:
        """For the script: the sentence while nothing is typed."""
        return notes.plain(self)

    @property
    def sends_in(self) -> str:
        """The provider's unit of a number that is asked for in handier ones; empty for all else."""
        is_span = self.node.control == Control.QUANTITY and self.node.number is not None and bool(self.wire)
        return self.node.ui.unit if is_span else ""

    @property
    def factors(self) -> list[tuple[str, str, str]]:
        """Each unit on offer, its word, and what one makes in the provider's own; empty where that is no number."""
        own = self.node.ui.unit if self.sends_in else ""
        factors = ((unit, str(quantities.in_unit("1", unit, own)) if own else "") for unit in self.units)
        return [(unit, _(unit), factor) for unit, factor in factors]

    @property
    def default_label(self) -> str:
        """The first option of a list: what not picking means."""
        if self.node.key in self.pinned:
            return notes.as_text(self.pinned[self.node.key])
        default = _(self.node.ui.default_text) or _inside(self._label_of(self.default))
        if default:
            return _("Default: {value}").format(value=default)
        return _("Pick one") if self.is_required else _("None")

    @property
    def unit(self) -> str:
        if self.node.control == Control.QUANTITY:
            return codecs.unit_of(self.node, self.name, self.form.values)
        return self.form.around.units.get(self.path) or _(self.node.ui.unit)

    @property
    def units(self) -> tuple[str, ...]:
        return quantities.offered(self.node.ui.units)

    @property
    def option_groups(self) -> list[OptionGroup]:
        """Options by group, with a value that is no longer listed among them so that it is not lost."""
        listed = self.option_list.options
        unlisted = [value for value in self.values if value and value not in {option.value for option in listed}]
        return grouped((*listed, *(Option(value, value, is_unlisted=True) for value in unlisted)))

    @property
    def options(self) -> list[Option]:
        return [option for group in self.option_groups for option in group.options]

    @property
    def picked(self) -> list[Option]:
        """Those of the options that are ticked, in the order of the list."""
        return [option for option in self.options if option.value in self.values]

    @property
    def radio_options(self) -> list[Option]:
        """Options side by side: the default stands for not sending, unless it was chosen in so many words."""
        found = self.options
        if self.is_required:
            return found
        if self.default and self.value != self.default and self.node.key not in self.pinned:
            return [replace(option, value="") if option.value == self.default else option for option in found]
        return found if self.value and self.default else [Option("", self.default_label), *found]

    @property
    def matches(self) -> Matches | None:
        """What is on offer for what this field and those before it ask for."""
        return self.form.around.matches.get(self.path)

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.option_list.columns

    @cached_property
    def option_list(self) -> OptionList:
        source = self.node.ui.choices or (SECRETS if self.node.ui.secret else "")
        live = self.form.around.sources.get(source) if source else None
        if live is not None and live.options:
            return live
        if self.is_pick:
            return OptionList(tuple(Option(way.name, _(way.name), _(way.help)) for way in self.node.ways))
        known = tuple(_option(value, self._told.get(value)) for value in self.node.values)
        return OptionList(known, note=live.note if live else "")

    @property
    def _told(self) -> dict[str, Listed]:
        return {listed.value: listed for listed in self.node.ui.listed}

    def _label_of(self, value: str) -> str:
        return _option(value, self._told.get(value)).label

    @property
    def pinned(self) -> dict[str, Any]:
        """What extra fields say of this field's object, where the field itself is left empty."""
        return {} if self.value else extra(self.name.rpartition(".")[0], self.form.values)

    @property
    def default(self) -> str:
        """The provider's default as text; empty where it has none, or one that is no single value."""
        if self.node.default is None or isinstance(self.node.default, bool | list | dict):
            return ""
        return str(self.node.default)

    @property
    def default_span(self) -> tuple[str, str] | None:
        """The default of a span of time in the unit that tells it best."""
        amount, units = self.node.default, self.node.ui.units
        if self.node.control != Control.QUANTITY or not self.node.number or not amount:
            return None
        return quantities.handiest(amount, self.node.ui.unit, units)


def _option(value: str, told: Listed | None) -> Option:
    if told is None:
        return Option(value, _words(value))
    return Option(value, _(told.label) or _words(value), _(told.help), _(told.group))


def _words(value: str) -> str:
    """A wire word as a label: per_minute is Per minute; capitals and short codes stay."""
    return value.replace("_", " ").capitalize() if value.islower() and len(value) > 3 else value


def _inside(label: str) -> str:
    """A label within a sentence."""
    return label[:1].lower() + label[1:] if label[1:].islower() or " " in label else label
