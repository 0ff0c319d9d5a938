"""One value as a template draws it: control, value, options, placeholder and the sentence below it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from gpuconsole.core.spec_forms import codecs, quantities
from gpuconsole.core.spec_forms.bound import Bound
from gpuconsole.core.spec_forms.conditions import extra
from gpuconsole.core.spec_forms.nodes import Control, Leaf, is_pick
from gpuconsole.core.spec_forms.options import SECRETS, Column, Option, OptionGroup, OptionList, grouped
from gpuconsole.providers.specs import Listed

LISTED = frozenset({Control.SELECT, Control.RADIO, Control.CARDS, Control.TABLE})
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
        if control in (Control.SELECT, Control.TABLE, Control.RADIO) and not self._options.options:
            return "secret" if self.node.ui.secret else "text"
        if control == Control.SELECT and self.node.ui.open_enum:
            return "suggest"
        return "suggest" if control == Control.TEXT and self._options.options else str(control)

    @property
    def is_pick(self) -> bool:
        """Whether it only asks which way to go and is no field of the request."""
        return is_pick(self.node)

    @property
    def wire(self) -> str:
        return "" if self.is_pick else super().wire

    def has_cards(self) -> bool:
        """Whether choices side by side say what they mean, each on a card of its own."""
        return any(option.help for option in self._options.options)

    @property
    def is_mono(self) -> bool:
        return self.node.control in MONO

    @property
    def value(self) -> str:
        posted = self.form.values.last(self.name)
        return self._default if self.is_pick and posted not in self.node.values else posted

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
    def is_on(self) -> bool:
        """Where a switch stands: as posted, else as pinned by an extra field, else at its default."""
        if self.name in self.form.values:
            return self.value == codecs.ON
        pinned = self._pinned.get(self.node.key)
        return pinned if isinstance(pinned, bool) else bool(self.node.default)

    @property
    def is_numeric(self) -> bool:
        return self.node.number is not None and not self.node.ui.units

    @property
    def placeholder(self) -> str:
        if self.node.key in self._pinned:
            return _as_text(self._pinned[self.node.key])
        given = self.form.around.placeholders.get(self.path) or self.node.ui.placeholder
        default = self._default
        if self._default_span:
            default = self._default_span[0] if self.unit == self._default_span[1] else " ".join(self._default_span)
        elif isinstance(default, str) and self.node.control == Control.QUANTITY:
            default = default.removesuffix(self.unit)
        return given or default

    @property
    def note(self) -> str:
        if self.node.key in self._pinned and self.node.control != Control.SWITCH:
            return f"Sends {_as_text(self._pinned[self.node.key])}, as set in the JSON view."
        if self.is_disabled:
            return super().note
        if sent := self._sent:
            return " ".join(sentence for sentence in (sent, self._limits_note) if sentence)
        if self.path in self.form.around.notes:
            return super().note
        if self.is_pick:
            return ""
        picked = next((option.help for option in self._options.options if option.value == self.value), "")
        picked = "" if self.control in (Control.RADIO, Control.MANY) else picked  # it stands beside each there
        sentences = (_sentence(picked) or super().note, self._limits_note, self._default_note, self._options.note)
        return " ".join(sentence for sentence in sentences if sentence)

    @property
    def default_label(self) -> str:
        """The first option of a list: what not picking means."""
        if self.node.key in self._pinned:
            return _as_text(self._pinned[self.node.key])
        default = self.node.ui.default_text or _inside(_words(self._default))
        return f"Default: {default}" if default else "None" if not self.is_required else "Pick one"

    @property
    def unit(self) -> str:
        if self.node.control == Control.QUANTITY:
            return codecs.unit_of(self.node, self.name, self.form.values)
        return self.node.ui.unit.partition("per ")[0].strip()  # "cores per node" is said by the help

    @property
    def units(self) -> tuple[str, ...]:
        return quantities.offered(self.node.ui.units)

    @property
    def option_groups(self) -> list[OptionGroup]:
        """Options by group, with a value that is no longer listed among them so that it is not lost."""
        listed = self._options.options
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
        if self._default and self.value != self._default and self.node.key not in self._pinned:
            return [replace(option, value="") if option.value == self._default else option for option in found]
        return found if self.value and self._default else [Option("", self.default_label), *found]

    @property
    def columns(self) -> tuple[Column, ...]:
        return self._options.columns

    @cached_property
    def _options(self) -> OptionList:
        source = self.node.ui.choices or (SECRETS if self.node.ui.secret else "")
        live = self.form.around.sources.get(source) if source else None
        if live is not None and live.options:
            return live
        if self.is_pick:
            return OptionList(tuple(Option(way.name, way.name, way.help) for way in self.node.ways))
        told = {listed.value: listed for listed in self.node.ui.listed}
        known = tuple(_option(value, told.get(value)) for value in self.node.values)
        return OptionList(known, note=live.note if live else "")

    @property
    def _pinned(self) -> dict[str, Any]:
        """What extra fields say of this field's object, where the field itself is left empty."""
        return {} if self.value else extra(self.name.rpartition(".")[0], self.form.values)

    @property
    def _default(self) -> str:
        if self.node.default is None or isinstance(self.node.default, bool | list | dict):
            return ""
        return str(self.node.default)

    @property
    def _limits_note(self) -> str:
        """The least and the most that is accepted, where the help does not say so already."""
        node = self.node
        if node.number and node.control not in LISTED:
            found = [limit for limit in (node.minimum, node.maximum) if limit is not None]
            told = [self._limit(limit) for limit in found if str(limit) not in node.help.split()]
            if len(told) == 2:
                return f"{told[0]} to {told[1]}."
            if not told:
                return ""
            if node.maximum is not None and told[0] == self._limit(node.maximum):
                return f"At most {told[0]}."
            return "0 or more." if node.minimum == 0 else f"At least {told[0]}."
        of = {Control.TEXT: "characters", Control.LINES: "lines"}.get(node.control)
        is_told = of is None or node.max_length is None or str(node.max_length) in node.help
        return "" if is_told else f"At most {node.max_length} {of}."

    def _limit(self, limit: int | float) -> str:
        if self.node.control == Control.QUANTITY:
            return " ".join(quantities.handiest(limit, self.node.ui.unit, self.node.ui.units))
        return quantities.thin_spaced(limit) if isinstance(limit, int) else f"{limit:g}"

    @property
    def _default_note(self) -> str:
        if self.node.control in (Control.SELECT, Control.RADIO, Control.TABLE):
            return ""
        if self.node.ui.default_text:
            return f"Default: {self.node.ui.default_text}."
        if self._default_span:
            return f"Default {' '.join(self._default_span)}; sends nothing." if not self.value else ""
        return f"Default {self._default}." if self._default else ""

    @property
    def _default_span(self) -> tuple[str, str] | None:
        """The default of a span of time in the unit that tells it best."""
        amount, units = self.node.default, self.node.ui.units
        if self.node.control != Control.QUANTITY or not self.node.number or not amount:
            return None
        return quantities.handiest(amount, self.node.ui.unit, units)

    @property
    def _sent(self) -> str:
        """What a quantity sends where that is not what was typed."""
        if self.node.control == Control.WORDS and self.value:
            return _split_note(self)
        if self.node.control != Control.QUANTITY or not self.value or not self.wire:
            return ""
        value = codecs.read(self.node, self.name, self.form.values)
        if self.node.number and isinstance(value, int) and self.unit != self.node.ui.unit:
            return f"Sends {quantities.thin_spaced(value)} {self.node.ui.unit}."
        if not self.node.number and self.unit not in self.node.ui.units:
            binary = quantities.binary(self.unit)
            return f"Sends {value}: the provider takes binary units. For the full {self.value} {binary} pick {binary}."
        return ""


def _split_note(field: BoundField) -> str:
    try:
        words = codecs.read(field.node, field.name, field.form.values)
    except codecs.Unreadable:
        return ""
    count = 0 if words is codecs.MISSING else len(words)
    return f"Split as a shell does: {count} argument{'' if count == 1 else 's'}."


def _option(value: str, told: Listed | None) -> Option:
    if told is None:
        return Option(value, _words(value))
    return Option(value, told.label or _words(value), told.help, told.group)


def _words(value: str) -> str:
    """A wire word as a label: per_minute is Per minute; capitals and short codes stay."""
    return value.replace("_", " ").capitalize() if value.islower() and len(value) > 3 else value


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _inside(label: str) -> str:
    """A label within a sentence."""
    return label[:1].lower() + label[1:] if label[1:].islower() or " " in label else label


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
