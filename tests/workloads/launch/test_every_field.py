"""Wrong input on every declared field of every provider is said beside that field, in the form and in the JSON view."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gpuconsole.core.spec_forms.bound import html_id
from gpuconsole.core.spec_forms.build import build, index
from gpuconsole.core.spec_forms.nodes import AnyNode, Control, Group, Leaf, Pairs, Rows
from gpuconsole.providers import registry
from tests.contract.samples import sample
from tests.workloads.launch.conftest import Desk

WRONG_TEXT = {Control.INTEGER: "many", Control.NUMBER: "many", Control.STEPPER: "many", Control.QUANTITY: "much"}
WRONG_TEXT |= {Control.JSON: "{", Control.SELECT: "no-such-choice", Control.RADIO: "no-such-choice"}


def fields(slug: str, *, is_json: bool = False) -> Iterator[AnyNode]:
    """The fields of a provider's form."""
    nodes = index(registry.get(slug).spec)
    for path, node in nodes.items():
        if node.ui.in_form and not (isinstance(node, Group) and not node.has_switch):
            above = nodes.get(path.rpartition(".")[0])
            if is_json and isinstance(above, Rows) and above.joins:
                continue  # on the wire there is only the text that the rows make
            yield node


def typed(slug: str) -> Iterator[Leaf]:
    """Fields for which a wrong text can be typed: not free text, and not a list that the provider may extend."""
    for node in fields(slug):
        is_listed = isinstance(node, Leaf) and (node.values or node.control not in (Control.SELECT, Control.RADIO))
        if isinstance(node, Leaf) and node.control in WRONG_TEXT and is_listed and not node.ui.open_enum:
            yield node


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_a_wrong_text_is_answered_beside_its_field(desk: Desk, slug: str) -> None:
    filled, missing = desk.fill(slug), []
    for node in typed(slug):
        name, inputs = _place(slug, node)
        answer = desk.post(slug, "launch/", filled | inputs | {name: [WRONG_TEXT[node.control]]})
        if answer.status_code != 422 or not _is_beside(answer.content.decode(), name):
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("slug", registry.SLUGS)
def test_a_value_of_the_wrong_type_in_json_is_answered_beside_its_field(desk: Desk, slug: str) -> None:
    filled, missing = desk.fill(slug), []
    for node in fields(slug, is_json=True):
        spec, name = _with_wrong(slug, node), _name(slug, node.path)
        answer = desk.post(slug, "launch/", filled | {"json": json.dumps(spec)})
        by_form = desk.post(slug, "launch/", desk.fill(slug, spec))
        is_named = f"<code>{name}</code>" in answer.content.decode()
        if answer.status_code != 422 or not is_named or not _is_beside(by_form.content.decode(), name):
            missing.append(node.path)
    assert missing == []


def _with_wrong(slug: str, node: AnyNode) -> dict[str, Any]:
    """The sample with a value of the wrong type in a field, and with all that the field needs to be asked for."""
    spec = sample(slug)
    _put(slug, spec, node.path, _wrong_value(node))
    for condition in node.conditions:
        asked = index(registry.get(slug).spec)[condition.path]
        if isinstance(asked, Leaf) and asked.ways:
            _go_one_way(spec, asked, condition.accepted[0])
        else:
            _put(slug, spec, condition.path, _value(slug, condition.path, condition.accepted[0]))
    return spec


def _is_beside(page: str, name: str) -> bool:
    return f'class="error" id="{html_id(name)}-help"' in page and f'href="#{html_id(name)}"' in page


def _place(slug: str, node: AnyNode) -> tuple[str, dict[str, list[str]]]:
    """The input name of a field, and the inputs that make the form ask for it."""
    nodes = index(registry.get(slug).spec)
    inputs: dict[str, list[str]] = {}
    for above in _above(slug, node.path):
        if isinstance(above, Group) and above.has_switch:
            inputs[_name(slug, above.path)] = ["true"]
        if isinstance(above, Rows):
            inputs[f"{_name(slug, above.path)}.0"] = ["row"]
    for condition in (rule for one in (*_above(slug, node.path), node) for rule in one.conditions):
        inputs[_name(slug, condition.path)] = [condition.accepted[0]]
    assert node.path in nodes
    return _name(slug, node.path), inputs


def _above(slug: str, path: str) -> list[AnyNode]:
    nodes = index(registry.get(slug).spec)
    parts = path.split(".")
    return [nodes[".".join(parts[:end])] for end in range(1, len(parts))]


def _name(slug: str, path: str) -> str:
    """The path with the number of the first row put in."""
    name = ""
    for above in [*_above(slug, path), index(registry.get(slug).spec)[path]]:
        name = f"{name}.{above.key}" if name else above.key
        if isinstance(above, Rows) and above.path != path:
            name += ".0"
    return name


def _put(slug: str, spec: dict[str, Any], path: str, value: Any) -> None:
    place: Any = spec
    for above in _above(slug, path):
        inner = place.get(above.key)
        if isinstance(above, Rows):
            inner = inner if isinstance(inner, list) and inner else [{}]
            place[above.key], place = inner, inner[0]
        else:
            inner = inner if isinstance(inner, dict) else {}
            place[above.key], place = inner, inner
    place[path.rpartition(".")[2]] = value


def _go_one_way(spec: dict[str, Any], pick: Leaf, name: str) -> None:
    """Leave out the fields of the other ways, which the form would show in this one's place."""
    place: Any = spec
    for key in pick.path.split(".")[:-1]:
        place = place[key]
    for way in pick.ways:
        for key in way.fields if way.name != name else ():
            place.pop(key, None)


def _value(slug: str, path: str, text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


def _wrong_value(node: AnyNode) -> Any:
    if isinstance(node, Leaf) and node.control in (Control.INTEGER, Control.NUMBER, Control.STEPPER, Control.SWITCH):
        return "wrong"
    if isinstance(node, Leaf) and node.control == Control.QUANTITY and node.number:
        return "wrong"
    if isinstance(node, Leaf) and node.control not in (Control.LINES, Control.JSON, Control.MANY):
        return 7
    assert isinstance(node, Leaf | Rows | Pairs | Group)
    return "wrong"


def test_every_field_of_every_provider_is_looked_at() -> None:
    for slug in registry.SLUGS:
        assert build(registry.get(slug).spec).children
        assert len(list(fields(slug))) >= 5
