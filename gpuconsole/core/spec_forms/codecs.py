"""Between posted text and JSON values, one codec a control.

Reading never judges: text that is no number stays text, so that the spec's own model says what is wrong, at its path.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from django.utils.translation import gettext as _

from gpuconsole.core.spec_forms import quantities
from gpuconsole.core.spec_forms.nodes import Control, Leaf
from gpuconsole.core.spec_forms.values import Values


class Missing(Enum):
    """The answer for a field that is not sent."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
ON, OFF = "true", "false"
"""What a switch posts: a box with the first value behind a hidden input with the second."""
UNIT = "unit"
"""Last part of the input beside a number that picks its unit."""


class Unreadable(ValueError):
    """Posted text that cannot be part of any request; the message says why."""


@dataclass(frozen=True, slots=True)
class Codec:
    """``read`` takes a value out of the posted inputs (or MISSING); ``write`` puts the inputs for a value."""

    read: Callable[[Leaf, str, Values], Any]
    write: Callable[[Leaf, str, Any, Values], None]


def read(leaf: Leaf, name: str, values: Values) -> Any:
    return _CODECS[leaf.control].read(leaf, name, values)


def write(leaf: Leaf, name: str, value: Any, values: Values) -> bool:
    """Put the inputs for ``value``; False, and no input, where this control cannot say exactly that."""
    try:
        _CODECS[leaf.control].write(leaf, name, value, values)
        said = same(read(leaf, name, values), value) and not values.has_nul(name)
    except (Unreadable, TypeError, ValueError):
        said = False
    if not said:
        values.clear(name)
    return said


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1, and 1 is not 1.0."""
    return json.dumps(_jsonable(one), sort_keys=True) == json.dumps(_jsonable(other), sort_keys=True)


def unit_of(leaf: Leaf, name: str, values: Values) -> str:
    """The unit that stands beside a quantity: the posted one, else the first on offer."""
    units = quantities.offered(leaf.ui.units)
    posted = values.last(f"{name}.{UNIT}")
    return posted if posted in units else _first_unit(leaf)


def _first_unit(leaf: Leaf) -> str:
    if isinstance(leaf.default, str) and (parts := quantities.parted(leaf.default, leaf.ui.units)):
        return parts[1]
    return leaf.ui.units[0] if leaf.ui.units else leaf.ui.unit


def _read_text(leaf: Leaf, name: str, values: Values) -> Any:
    text = values.last(name).replace("\r\n", "\n")
    return text if text else MISSING


def _write_text(leaf: Leaf, name: str, value: Any, values: Values) -> None:
    if not isinstance(value, str) or not value:
        raise Unreadable
    values[name] = [value]


def _read_number(leaf: Leaf, name: str, values: Values) -> Any:
    text = values.last(name).strip()
    if not text:
        return MISSING
    amount = quantities.number(text)
    return text if amount is None else _number(amount, leaf.number)


def _write_number(leaf: Leaf, name: str, value: Any, values: Values) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unreadable
    values[name] = [str(value)]


def _number(amount: Decimal, kind: type | None) -> int | float | str:
    """An int where it is whole; a fraction for a whole-number field stays text, for the model to refuse."""
    if kind is float:
        return int(amount) if amount == amount.to_integral_value() else float(amount)
    return int(amount) if amount == amount.to_integral_value() else str(amount)


def _read_switch(leaf: Leaf, name: str, values: Values) -> Any:
    if name not in values:
        return MISSING
    is_on = values.last(name) == ON
    return MISSING if is_on == bool(leaf.default) and not leaf.is_required else is_on


def _write_switch(leaf: Leaf, name: str, value: Any, values: Values) -> None:
    if not isinstance(value, bool):
        raise Unreadable
    values[name] = [ON if value else OFF]


def _read_choice(leaf: Leaf, name: str, values: Values) -> Any:
    text = values.last(name)
    if not text:
        return MISSING
    return _read_number(leaf, name, values) if leaf.number else text


def _write_choice(leaf: Leaf, name: str, value: Any, values: Values) -> None:
    (_write_number if leaf.number else _write_text)(leaf, name, value, values)


def _read_many(leaf: Leaf, name: str, values: Values) -> Any:
    ticked = [text for text in values.get(name, []) if text]
    return [_item(leaf, text) for text in ticked] if ticked else MISSING


def _write_many(leaf: Leaf, name: str, value: Any, values: Values) -> None:
    values[name] = [str(item) for item in value]


def _read_lines(leaf: Leaf, name: str, values: Values) -> Any:
    lines = [line for line in values.last(name).replace("\r\n", "\n").split("\n") if line.strip()]
    return [_item(leaf, line) for line in lines] if lines else MISSING


def _write_lines(leaf: Leaf, name: str, value: Any, values: Values) -> None:
    values[name] = ["\n".join(str(item) for item in value)]


def _read_words(leaf: Leaf, name: str, values: Values) -> Any:
    text = values.last(name)
    try:
        words = shlex.split(text)
    except ValueError as exc:
        raise Unreadable(_("A quote is opened and never closed.")) from exc
    return words or MISSING


def _write_words(leaf: Leaf, name: str, value: Any, values: Values) -> None:
    text = shlex.join(value)
    if "\n" in text or "\r" in text:  # a single line cannot hold it
        raise Unreadable
    values[name] = [text]


def _item(leaf: Leaf, text: str) -> Any:
    amount = quantities.number(text) if leaf.items is not str else None
    return text if amount is None else _number(amount, leaf.items)


def _read_quantity(leaf: Leaf, name: str, values: Values) -> Any:
    text = values.last(name).strip()
    if not text:
        return MISSING
    unit = unit_of(leaf, name, values)
    if not leaf.number:
        return quantities.joined(text, unit, leaf.ui.units)
    amount = quantities.in_unit(text, unit, leaf.ui.unit)
    return text if amount is None else _number(amount, leaf.number)


def _write_quantity(leaf: Leaf, name: str, value: Any, values: Values) -> None:
    if leaf.number:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unreadable
        parts: tuple[str, str] | None = quantities.handiest(value, leaf.ui.unit, leaf.ui.units)
    else:
        parts = quantities.parted(value, leaf.ui.units)
    if parts is None:
        raise Unreadable
    values[name], values[f"{name}.{UNIT}"] = [parts[0]], [parts[1]]


def _read_json(leaf: Leaf, name: str, values: Values) -> Any:
    text = values.last(name).strip()
    return parse_json(text) if text else MISSING


def _write_json(leaf: Leaf, name: str, value: Any, values: Values) -> None:
    if value is None:
        raise Unreadable
    values[name] = [json.dumps(value, indent=2, ensure_ascii=False)]


def parse_json(text: str) -> Any:
    """The value of a JSON text. Raises Unreadable with the place of the fault."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as exc:
        text = _("Not JSON yet: {problem} at line {line}, column {column}.")
        message = text.format(problem=exc.msg.lower(), line=exc.lineno, column=exc.colno)
        raise Unreadable(message) from exc
    except (ValueError, RecursionError) as exc:
        text = _("This JSON holds something that cannot be sent: it is too deep, too long or no text.")
        raise Unreadable(text) from exc
    return value


def _no_constant(word: str) -> None:
    raise ValueError(word)


def _jsonable(value: Any) -> Any:
    return "\0missing" if value is MISSING else value


_NUMBER = Codec(_read_number, _write_number)
_CHOICE = Codec(_read_choice, _write_choice)
_CODECS: dict[Control, Codec] = {
    Control.TEXT: Codec(_read_text, _write_text),
    Control.INTEGER: _NUMBER,
    Control.NUMBER: _NUMBER,
    Control.STEPPER: _NUMBER,
    Control.SWITCH: Codec(_read_switch, _write_switch),
    Control.SELECT: _CHOICE,
    Control.RADIO: _CHOICE,
    Control.CARDS: _CHOICE,
    Control.TABLE: _CHOICE,
    Control.MANY: Codec(_read_many, _write_many),
    Control.LINES: Codec(_read_lines, _write_lines),
    Control.WORDS: Codec(_read_words, _write_words),
    Control.QUANTITY: Codec(_read_quantity, _write_quantity),
    Control.JSON: Codec(_read_json, _write_json),
}
