"""Fields of which exactly one way is sent: a pick asks which, and shows the fields of that way alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gpuconsole.core.spec_forms.conditions import Place, extra, standing
from gpuconsole.core.spec_forms.nodes import AnyNode, Condition, Control, Group, Leaf, Node, only_when
from gpuconsole.core.spec_forms.options import EARLIER
from gpuconsole.core.spec_forms.values import Values
from gpuconsole.providers.specs import Choose
from gpuconsole.providers.ui import Ui
from gpuconsole.providers.words import gettext_noop

MARK = "~"
"""First sign of a pick's key: no field of a provider begins with it."""


def key_of(title: str) -> str:
    """The key of the pick with this title."""
    return MARK + title.lower().replace(" ", "_")


def divided(children: tuple[AnyNode, ...], choose: Choose, parent: Node) -> tuple[AnyNode, ...]:
    """The children of an object with a pick before the first that it shows."""
    way_of = {name: way for way in choose.ways for name in way.fields}
    pick = _pick(choose, parent, next(child.section for child in children if child.key in way_of))
    found: list[AnyNode] = []
    for child in children:
        way = way_of.get(child.key)
        if way is None:
            found.append(child)
            continue
        if pick not in found:
            found += [pick, _copy(choose, pick)] if choose.copies else [pick]
        shown = only_when(child, Condition(pick.path, (way.name,)))
        head_of = pick.path if child.key == way.fields[0] else ""
        ui = _without(child.ui, way_of, parent)
        found.append(replace(shown, ui=ui, head_of=head_of, stays=choose.stays))
    return tuple(found)


def put(pick: Leaf, place: Place, wire: Mapping[str, Any], values: Values) -> None:
    """Pick the first way of which a request says anything."""
    for way in pick.ways:
        if any(wire.get(name) is not None for name in way.fields):
            values[place.below(pick.key).name] = [way.name]
            return


def head_input(pick: Leaf, place: Place, values: Values) -> str:
    """The input name of the field that the picked way cannot do without."""
    picked = standing(pick, place.below(pick.key).name, values)
    way = next(way for way in pick.ways if way.name == picked)
    return place.below(way.fields[0] if way.fields else _copy_key(pick)).name


def open_head(pick: Leaf, place: Place, values: Values) -> str:
    """Key of the field that the picked way needs, where saying nothing is one of the ways: no model would miss it."""
    if pick.ways[0].fields:
        return ""
    picked = standing(pick, place.below(pick.key).name, values)
    return next((way.fields[0] for way in pick.ways if way.name == picked and way.fields), "")


def is_asked(group: Group, place: Place, values: Values) -> bool:
    """Whether an object heads the way that was picked in so many words: then it is sent, be it empty."""
    if not group.head_of or not values.last(place.name_of(group.head_of)):
        return False
    return group.key not in extra(place.name.rpartition(".")[0], values)


def _pick(choose: Choose, parent: Node, section: str) -> Leaf:
    key = key_of(choose.title)
    ways = (*choose.ways, choose.copies) if choose.copies else choose.ways
    names = tuple(way.name for way in ways)
    return Leaf(
        key=key,
        path=f"{parent.path}.{key}" if parent.path else key,
        title=choose.title,
        ui=Ui(in_form=False, width=12),  # not among the request's fields: whatever walks those passes it over
        section=section,
        is_required=True,
        conditions=parent.conditions,
        control=Control.CARDS if any(way.help for way in ways) else Control.RADIO,
        default=names[0],
        values=names,
        ways=ways,
    )


def _copy(choose: Choose, pick: Leaf) -> Leaf:
    """The question whose choice to take over; it stands where the card for that is picked."""
    assert choose.copies is not None
    name = choose.copies.name
    key = _copy_key(pick)
    return Leaf(
        key=key,
        path=pick.path.removesuffix(pick.key) + key,
        title=name,
        help=gettext_noop("Only of the same provider; what is taken over can be changed."),
        ui=Ui(in_form=False, width=12, choices=EARLIER),
        section=pick.section,
        is_required=True,
        conditions=(*pick.conditions, Condition(pick.path, (name,))),
        control=Control.SELECT,
        copies=tuple(field for way in choose.ways for field in way.fields),
    )


def _copy_key(pick: Leaf) -> str:
    return f"{pick.key}_from"


def _without(ui: Ui, ways: Iterable[str], parent: Node) -> Ui:
    """The marks of a field that need not exclude those of other ways: the pick does."""
    mine = {f"{parent.path}.{name}" if parent.path else name for name in ways}
    return replace(ui, excludes=tuple(path for path in ui.excludes if path.replace("[]", "") not in mine))
