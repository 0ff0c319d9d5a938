"""From a spec class to the tree of its fields; the only place that reads pydantic declarations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gpuconsole.core.spec_forms import declared, ways
from gpuconsole.core.spec_forms.declared import Shape
from gpuconsole.core.spec_forms.nodes import (
    AnyNode,
    Condition,
    Control,
    Group,
    Leaf,
    Node,
    Pairs,
    Rows,
    only_when,
    walk,
)
from gpuconsole.providers.ui import Ui, Widget

NOT_ASKED = frozenset({"provider"})
"""Fields that the address of the form answers."""

_BY_WIDGET = {
    Widget.LINES: Control.LINES,
    Widget.WORDS: Control.WORDS,
    Widget.RADIO: Control.RADIO,
    Widget.STEPPER: Control.STEPPER,
    Widget.TABLE: Control.TABLE,
    Widget.QUANTITY: Control.QUANTITY,
    Widget.JSON: Control.JSON,
    Widget.SELECT: Control.SELECT,
    Widget.SWITCH: Control.SWITCH,
}


@cache
def build(spec: type[BaseModel]) -> Group:
    """The tree of a spec class; the root is a group without a path."""
    root = Node(key="", path="", title="", ui=Ui(), section="", is_required=True)
    return _group(spec, root, root=True)


@cache
def index(spec: type[BaseModel]) -> dict[str, AnyNode]:
    """Every node of the tree by its path."""
    return {node.path: node for node in walk(build(spec).children)}


def _group(model: type[BaseModel], like: Node, *, root: bool = False) -> Group:
    fields = [(name, field) for name, field in model.model_fields.items() if not (root and name in NOT_ASKED)]
    siblings = frozenset(model.model_fields)
    children = tuple(_node(name, field, like, siblings) for name, field in fields)
    for choose in getattr(model, "choose", ()):
        children = ways.divided(children, choose, like)
    return Group(**_common(like), children=children, has_switch=like.ui.widget == Widget.SWITCH)


def _node(name: str, field: FieldInfo, parent: Node, siblings: frozenset[str]) -> AnyNode:
    key = field.serialization_alias or field.alias or name
    ui = declared.ui_of(field)
    path = f"{parent.path}.{key}" if parent.path else key
    like = Node(
        key=key,
        path=path,
        title=field.title or key.replace("_", " ").capitalize(),
        help=field.description or "",
        ui=ui,
        section=ui.group or parent.section,
        is_required=field.is_required(),
        conditions=parent.conditions + _conditions(ui, parent, siblings),
    )
    found = declared.field_shape(field)
    models = declared.models_in(found.members)
    if ui.widget == Widget.JSON:
        return Leaf(**_common(like), control=Control.JSON)
    if ui.rows is not None:
        return Rows(**_common(like), item=_group(ui.rows, like), joins=ui.joins)
    if len(models) == 1 and len(found.members) == 1:
        return _group(models[0], like)
    if models and len(models) == len(found.members):
        return _variants(models, like)
    if get_origin(found.type) in (list, tuple, Sequence):
        return _list(found, like)
    if get_origin(found.type) is dict:
        return _pairs(found, like)
    return _leaf(field, found, like)


def _conditions(ui: Ui, parent: Node, siblings: frozenset[str]) -> tuple[Condition, ...]:
    """The field's own rule; its path starts at the field's own object, or else at the root."""
    if not ui.show_when:
        return ()
    path, accepted = ui.show_when
    is_beside = parent.path != "" and path.partition(".")[0] in siblings
    return (Condition(f"{parent.path}.{path}" if is_beside else path, accepted),)


def _list(found: Shape, like: Node) -> AnyNode:
    item = declared.shape(get_args(found.type)[0])
    models = declared.models_in(item.members)
    if models and like.ui.widget == Widget.PAIRS:
        return _pair_list(models[0], like)
    if models:
        group = _group(models[0], like) if len(models) == 1 else _variants(models, like)
        return Rows(**_common(like), item=group, max_rows=declared.limits(found).get("max_length"))
    values = declared.values_of(item.type)
    items = declared.is_number(item.type) or str
    control = Control.MANY if values or like.ui.choices else _BY_WIDGET.get(like.ui.widget, Control.LINES)
    if item.type not in (str, int) and not values:
        control = Control.JSON
    most = declared.limits(found).get("max_length")
    return Leaf(**_common(like), control=control, values=values, items=items, max_length=most)


def _pairs(found: Shape, like: Node) -> AnyNode:
    value = declared.shape(get_args(found.type)[1])
    models = declared.models_in(value.members)
    if str not in value.members or len(models) > 1:
        return Leaf(**_common(like), control=Control.JSON)
    required = [name for model in models for name, field in model.model_fields.items() if field.is_required()]
    return Pairs(**_common(like), secret_key=required[0] if required else "")


def _pair_list(model: type[BaseModel], like: Node) -> Pairs:
    """A list of objects with a key and a value."""
    (key, _), (value, field) = model.model_fields.items()
    secrets = declared.models_in(declared.field_shape(field).members)
    secret_key = next(iter(secrets[0].model_fields)) if secrets else ""
    return Pairs(**_common(like), secret_key=secret_key, item_keys=(key, value))


def _leaf(field: FieldInfo, found: Shape, like: Node) -> Leaf:
    bounds = declared.limits(found)
    values = declared.values_of(found.type)
    number = declared.is_number(found.type)
    return Leaf(
        **_common(like),
        control=_control(found, like.ui, number, values),
        default=declared.default_of(field) if like.ui.sends is None else like.ui.sends,
        number=number,
        values=values,
        minimum=bounds.get("ge", bounds.get("gt")),
        is_above="ge" not in bounds and "gt" in bounds,
        maximum=bounds.get("le", bounds.get("lt")),
        max_length=bounds.get("max_length"),
    )


def _control(found: Shape, ui: Ui, number: type | None, values: tuple[str, ...]) -> Control:
    if ui.widget in _BY_WIDGET:
        return _BY_WIDGET[ui.widget]
    if found.type is bool:
        return Control.SWITCH
    if (values and not ui.open_enum) or ui.choices or ui.secret:
        return Control.SELECT
    if number:
        return Control.INTEGER if number is int else Control.NUMBER
    return Control.TEXT if str in found.members or values else Control.JSON


def _variants(models: Sequence[type[BaseModel]], like: Node) -> Group:
    """One group for a union of models: the field that tells them apart, and each one's own fields shown with it."""
    tag = _tag(models)
    groups = [_group(model, like) for model in models]
    tags = [leaf for group in groups if isinstance(leaf := group.child(tag), Leaf)]
    values = [leaf.values[0] for leaf in tags]
    control = Control.RADIO if len(values) <= 3 else Control.SELECT
    first = replace(tags[0], values=tuple(values), control=control, is_required=True, default=None)
    merged: dict[str, tuple[AnyNode, list[str]]] = {}
    for group, value in zip(groups, values, strict=True):
        for child in group.children:
            if child.key != tag:
                merged.setdefault(child.key, (child, []))[1].append(value)
    shown = (only_when(child, Condition(first.path, tuple(accepted))) for child, accepted in merged.values())
    return Group(**_common(like), children=(first, *shown))


def _tag(models: Sequence[type[BaseModel]]) -> str:
    """The field that tells the members of a union apart: an enumeration of one value, another in each."""
    for name in models[0].model_fields:
        values = [declared.values_of(m.model_fields[name].annotation) for m in models if name in m.model_fields]
        if len(values) == len(models) and all(len(value) == 1 for value in values) and len(set(values)) == len(values):
            return name
    raise TypeError(f"No field tells {', '.join(model.__name__ for model in models)} apart")


def _common(node: Node) -> dict[str, Any]:
    names: Iterable[str] = ("key", "path", "title", "help", "ui", "section", "is_required", "conditions")
    return {name: getattr(node, name) for name in names}
