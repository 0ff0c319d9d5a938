"""From a request's own nesting to form inputs: what the form cannot show exactly is kept as extra fields.

``parse(fill(wire)).wire == wire`` for every request: nothing that came in by JSON or a clone is lost or changed.
Only a required field that it lacks comes out with its default, where one is declared (``Ui.sends``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gpuconsole.core.spec_forms import codecs, ways
from gpuconsole.core.spec_forms.conditions import Place, is_shown
from gpuconsole.core.spec_forms.nodes import AnyNode, Group, Leaf, Pairs, Rows
from gpuconsole.core.spec_forms.parse import joined
from gpuconsole.core.spec_forms.values import EXTRA, Values


def fill(root: Group, nodes: Mapping[str, AnyNode], wire: Mapping[str, Any]) -> Values:
    """The inputs that say what ``wire`` says."""
    values = Values()
    _fill_group(root, Place(""), wire, values)
    # A rule may hang on a field that was filled later: what is not asked for after all becomes an extra field.
    _demote_hidden(root, Place(""), wire, values, nodes)
    return values


def _fill_group(group: Group, place: Place, wire: Mapping[str, Any], values: Values) -> None:
    for pick in group.picks:
        ways.put(pick, place, wire, values)
    left = {key: value for key, value in wire.items() if not _fill_key(group, place, key, value, values)}
    if left or not wire:
        _put_extra(place, left, values)


def _fill_key(group: Group, place: Place, key: str, value: Any, values: Values) -> bool:
    child = group.child(key)
    if child is not None and not place.name and _goes_without_saying(child, value):
        return True
    return child is not None and child.ui.in_form and _fill(child, place.below(key), value, values)


def _goes_without_saying(node: AnyNode, value: Any) -> bool:
    """Whether the form sends just this where nothing was filled in, and has no way to fill it in."""
    is_sent = node.is_required and node.ui.sends is not None and codecs.same(value, node.ui.sends)
    return is_sent and (not node.ui.in_form or value == "")


def _fill(node: AnyNode, place: Place, value: Any, values: Values) -> bool:
    """Put the inputs of one node; False where they cannot say the value."""
    if isinstance(node, Leaf):
        return codecs.write(node, place.name, value, values)
    if isinstance(node, Rows):
        return _fill_text(node, place, value, values) if node.joins else _fill_rows(node, place, value, values)
    if isinstance(node, Pairs) and node.item_keys:
        return _fill_pair_list(node, node.item_keys, place, value, values)
    if not isinstance(value, dict):
        return False
    if isinstance(node, Pairs):
        _fill_pairs(node, place, value, values)
        return True
    if node.has_switch:
        values[place.name] = [codecs.ON]
    _fill_group(node, place, value, values)
    return True


def _fill_rows(rows: Rows, place: Place, value: Any, values: Values) -> bool:
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
        return False
    for number, item in enumerate(value):
        row = place.row(rows.path, number)
        values[row.name] = ["row"]
        _fill_group(rows.item, row, item, values)
    return True


def _fill_text(rows: Rows, place: Place, value: Any, values: Values) -> bool:
    """Rows for a text; False, and no input, where they would not say exactly that text."""
    between_rows, between_cells = rows.joins or ("", "")
    if not isinstance(value, str) or not value:
        return False
    cells = [cell for cell in rows.item.children if isinstance(cell, Leaf)]
    said: list[dict[str, Any]] = []
    for number, text in enumerate(value.split(between_rows)):
        row = place.row(rows.path, number)
        values[row.name] = ["row"]
        for cell, part in zip(cells, text.split(between_cells), strict=False):
            values[row.below(cell.key).name] = [part]
        said.append({cell.key: codecs.read(cell, row.below(cell.key).name, values) for cell in cells})
    is_said = joined(rows, said) == value and not values.has_nul(place.name)
    if not is_said:
        values.clear(place.name)
    return is_said


def _fill_pair_list(pairs: Pairs, keys: tuple[str, str], place: Place, value: Any, values: Values) -> bool:
    """Rows for a list of keys and values; False, and no input, where one of them is more than that."""
    if not isinstance(value, list) or not value or not all(_is_pair(pairs, keys, item) for item in value):
        return False
    for number, item in enumerate(value):
        _fill_pair(pairs, f"{place.name}.{number}", item[keys[0]], item[keys[1]], values)
    return True


def _is_pair(pairs: Pairs, keys: tuple[str, str], item: Any) -> bool:
    if not isinstance(item, dict) or list(item) != list(keys) or not _is_text(item[keys[0]]):
        return False
    return "\0" not in f"{item}" and (isinstance(item[keys[1]], str) or _is_secret(pairs, item[keys[1]]))


def _is_secret(pairs: Pairs, item: Any) -> bool:
    return (
        bool(pairs.secret_key)
        and isinstance(item, dict)
        and list(item) == [pairs.secret_key]
        and _is_text(item[pairs.secret_key])
    )


def _fill_pair(pairs: Pairs, row: str, key: str, item: Any, values: Values) -> None:
    is_secret = not isinstance(item, str)
    values[f"{row}.key"] = [key]
    values[f"{row}.kind"] = ["secret" if is_secret else "plain"]
    values[f"{row}.secret" if is_secret else f"{row}.value"] = [item[pairs.secret_key] if is_secret else item]


def _fill_pairs(pairs: Pairs, place: Place, value: dict[str, Any], values: Values) -> None:
    left, number = {}, 0
    for key, item in value.items():
        if not key or not (isinstance(item, str) or _is_secret(pairs, item)) or "\0" in f"{key}{item}":
            left[key] = item
            continue
        _fill_pair(pairs, f"{place.name}.{number}", key, item, values)
        number += 1
    if left or not value:
        _put_extra(place, left, values)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _put_extra(place: Place, left: Mapping[str, Any], values: Values) -> None:
    values[f"{place.name}.{EXTRA}" if place.name else EXTRA] = [json.dumps(left, ensure_ascii=False)]


def _demote_hidden(
    group: Group, place: Place, wire: Mapping[str, Any], values: Values, nodes: Mapping[str, AnyNode]
) -> None:
    hidden = {}
    for key, value in wire.items():
        child, below = group.child(key), place.below(key)
        if child is None or not any(values.below(below.name)):
            continue
        if not is_shown(child, below, values, nodes):
            hidden[key] = value
            values.clear(below.name)
        elif isinstance(child, Group) and isinstance(value, dict):
            _demote_hidden(child, below, value, values, nodes)
        elif isinstance(child, Rows) and isinstance(value, list):
            for number, item in enumerate(value):
                _demote_hidden(child.item, below.row(child.path, number), item, values, nodes)
    if hidden:
        name = f"{place.name}.{EXTRA}" if place.name else EXTRA
        kept = codecs.parse_json(values.last(name)) if values.last(name) else {}
        _put_extra(place, kept | hidden, values)
