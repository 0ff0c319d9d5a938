"""The sentence under a field: what is sent where that is not what was typed, else help, limits and default."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from gpuconsole.core.spec_forms import codecs, quantities
from gpuconsole.core.spec_forms.nodes import Control

if TYPE_CHECKING:
    from gpuconsole.core.spec_forms.field import BoundField

_LISTED = frozenset({Control.SELECT, Control.RADIO, Control.CARDS, Control.TABLE})
_LENGTHS = {
    Control.TEXT: gettext_noop("At most {most} characters."),
    Control.LINES: gettext_noop("At most {most} lines."),
}


def note(field: BoundField) -> str:
    """What holds of the field just now."""
    if field.node.key in field.pinned and field.node.control != Control.SWITCH:
        return _("Sends {value}, as set in the JSON view.").format(value=as_text(field.pinned[field.node.key]))
    if field.is_disabled:
        return field.why_disabled
    sent = _sent(field)
    return " ".join(sentence for sentence in (sent, limits(field)) if sentence) if sent else plain(field)


def plain(field: BoundField) -> str:
    """Help, limits and default: what stands there while nothing is converted."""
    if field.path in field.form.around.notes:
        return field.form.around.notes[field.path]
    if field.is_pick:
        return ""
    picked = next((option.help for option in field.option_list.options if option.value == field.value), "")
    picked = "" if field.control in (Control.RADIO, Control.MANY) else picked  # it stands beside each there
    help_text = _sentence(picked) or _(field.node.help)
    sentences = (help_text, limits(field), _default(field), field.option_list.note)
    return " ".join(sentence for sentence in sentences if sentence)


def limits(field: BoundField) -> str:
    """The least and the most that is accepted, where the help does not say so already."""
    node = field.node
    if node.number and node.control not in _LISTED:
        found = [limit for limit in (node.minimum, node.maximum) if limit is not None]
        told = [_limit(field, limit) for limit in found if str(limit) not in node.help.split()]
        if len(told) == 2:
            return _("{least} to {most}.").format(least=told[0], most=told[1])
        if not told:
            return ""
        if node.maximum is not None and told[0] == _limit(field, node.maximum):
            return _("At most {most}.").format(most=told[0])
        if node.is_above:
            return _("More than {least}.").format(least=told[0])
        return _("0 or more.") if node.minimum == 0 else _("At least {least}.").format(least=told[0])
    text = _LENGTHS.get(node.control)
    if text is None or node.max_length is None or str(node.max_length) in node.help:
        return ""
    return _(text).format(most=node.max_length)


def _limit(field: BoundField, limit: int | float) -> str:
    if field.node.control == Control.QUANTITY:
        return with_unit(*quantities.handiest(limit, field.node.ui.unit, field.node.ui.units))
    return quantities.thin_spaced(limit) if isinstance(limit, int) else f"{limit:g}"


def with_unit(amount: str, unit: str) -> str:
    """A number with its unit, the number first."""
    return f"{amount} {_(unit)}"


def _default(field: BoundField) -> str:
    if field.node.control in (Control.SELECT, Control.RADIO, Control.TABLE):
        return ""
    if field.node.ui.default_text:
        return _("Default: {value}.").format(value=_(field.node.ui.default_text))
    if field.default_span:
        text = _("Default {value}; sends nothing.").format(value=with_unit(*field.default_span))
        return "" if field.value else text
    return _("Default {value}.").format(value=field.default) if field.default else ""


def _sent(field: BoundField) -> str:
    """What a quantity sends where that is not what was typed."""
    if field.node.control == Control.WORDS and field.value:
        return _split(field)
    if field.node.control != Control.QUANTITY or not field.value or not field.wire:
        return ""
    value = codecs.read(field.node, field.name, field.form.values)
    if field.node.number and isinstance(value, int) and field.unit != field.node.ui.unit:
        sent = with_unit(quantities.thin_spaced(value), field.node.ui.unit)
        return _("Sends {value}.").format(value=sent)
    if not field.node.number and field.unit not in field.node.ui.units:
        binary = quantities.binary(field.unit)
        text = _("Sends {value}: the provider takes binary units. For the full {full} pick {unit}.")
        return text.format(value=value, full=f"{field.value} {binary}", unit=binary)
    return ""


def _split(field: BoundField) -> str:
    try:
        words = codecs.read(field.node, field.name, field.form.values)
    except codecs.Unreadable:
        return ""
    count = 0 if words is codecs.MISSING else len(words)
    text = ngettext("Split as a shell does: {n} argument.", "Split as a shell does: {n} arguments.", count)
    return text.format(n=count)


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def as_text(value: Any) -> str:
    """A value of the request within a sentence or a placeholder."""
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
