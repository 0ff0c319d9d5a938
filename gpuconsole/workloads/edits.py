"""Changes to a launch form that work by posting alone: rows, pasted lines, offered fixes, form or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gpuconsole.core.errors import Refused
from gpuconsole.core.spec_forms.bound import html_id
from gpuconsole.core.spec_forms.conditions import Place
from gpuconsole.core.spec_forms.field import BoundField
from gpuconsole.core.spec_forms.nodes import Control, Leaf
from gpuconsole.core.spec_forms.parse import PASTE, pair_rows, unread_lines
from gpuconsole.core.spec_forms.said import ABSENT, value_at, with_value
from gpuconsole.projects import secrets
from gpuconsole.projects.access import require_role
from gpuconsole.projects.models import ProjectRole
from gpuconsole.workloads import earlier, matches
from gpuconsole.workloads.chosen import CONNECTION, PRESET, PROJECT, is_ours
from gpuconsole.workloads.forms import LaunchForm
from gpuconsole.workloads.presets import locks


@dataclass(frozen=True, slots=True)
class Done:
    """Where to go on after the change: the view, and the place on the page."""

    view: str = ""
    anchor: str = ""
    is_refused: bool = False
    """The form's messages say why not."""


def apply(form: LaunchForm, data: Mapping[str, str]) -> Done:
    """Do what the pressed button's name says; a name that says nothing changes nothing."""
    for button in data:
        verb, colon, name = button.partition(":")
        if colon and verb in _VERBS:
            return _VERBS[verb](form, name, data[button])
    return Done(view="json" if data.get("view") == "json" else "")


def _add(form: LaunchForm, name: str, value: str) -> Done:
    number = form.values.add_row(name)
    if f"{name}.{number}" in form.values and _is_map(form, name):
        form.values[f"{name}.{number}.key"] = [""]
    return Done(anchor=f"#{html_id(name)}")


def _remove(form: LaunchForm, name: str, value: str) -> Done:
    rows, _, number = name.rpartition(":")
    if number.isdecimal():
        form.values.remove_row(rows, int(number))
    return Done(anchor=f"#{html_id(rows)}")


def _paste(form: LaunchForm, name: str, value: str) -> Done:
    rows, left = pair_rows(name, form.values), unread_lines(name, form.values)
    for row in rows:
        form.values[f"{name}.{row.number}.key"] = [row.key]
        form.values[f"{name}.{row.number}.value"] = [row.value]
    form.values[f"{name}.{PASTE}"] = [left]
    return Done(anchor=f"#{html_id(name)}")


def _reset(form: LaunchForm, name: str, value: str) -> Done:
    """Back to the default: nothing is said."""
    form.values.clear(name)
    return Done(anchor=f"#{html_id(name)}")


def _store(form: LaunchForm, name: str, value: str) -> Done:
    """Put a plain value of a map among the project's secrets, and its name in the value's place."""
    key, plain = form.values.last(f"{name}.key"), form.values.last(f"{name}.value")
    if form.project is None or not plain:
        return Done()
    try:
        require_role(form.viewer, form.project, ProjectRole.ADMIN)
        stored = secrets.put_new(project=form.project, name=key, value=plain, by=form.viewer.user)
    except Refused as no:
        form.messages.append(no.message)
        return Done(is_refused=True)
    form.values |= {f"{name}.kind": ["secret"], f"{name}.secret": [stored.name]}
    form.values.pop(f"{name}.value")
    return Done(anchor=f"#{html_id(name.rpartition('.')[0])}")


def _fix(form: LaunchForm, name: str, value: str) -> Done:
    (form.guards_form if name.startswith("guards.") else form.spec_form).put(name, value)
    return Done(anchor=f"#{html_id(name)}")


def _drop(form: LaunchForm, name: str, value: str) -> Done:
    """Leave out one extra field, named as the form lists it."""
    form.layouts[0].drop_extra(name)
    return Done(anchor="#extra-fields")


def _restore(form: LaunchForm, name: str, value: str) -> Done:
    """Take a locked field's value from the preset again."""
    preset = form.preset
    if preset is None or not locks.covers([*form.locked], name):
        return Done(anchor=f"#{html_id(name)}")
    wanted = value_at(locks.said(preset), name)
    if name == PROJECT and preset.project:
        form.values[PROJECT] = [preset.project.slug]
    elif name == CONNECTION and preset.connection:
        form.values[CONNECTION] = [preset.connection.public_id]
    elif not is_ours(name):
        form.take_spec(with_value(form.spec_form.wire, name, wanted))
    else:
        form.values.clear(name)
        if wanted is not ABSENT:
            form.guards_form.put(name, wanted)
    return Done(anchor=f"#{html_id(name)}")


def _take(form: LaunchForm, name: str, value: str) -> Done:
    """Put what the picked earlier work says in place of what is said here; ``name`` is the input that picks it."""
    node = form.spec_form.nodes.get(name)
    wire = earlier.spec_of(form.viewer, form.provider, form.values.last(name))
    if isinstance(node, Leaf) and node.copies and wire is not None:
        own = {key: said for key, said in form.spec_form.wire.items() if key not in node.copies}
        form.take_spec(own | {key: wire[key] for key in node.copies if key in wire})
    return Done(anchor=f"#{html_id(name.removesuffix('_from'))}")


def _ask(form: LaunchForm, name: str, value: str) -> Done:
    """Ask for the hardware of one of the offers that match; ``name`` is the field that they stand beside."""
    for path, wanted in matches.asked(form, value):
        form.spec_form.put(path, wanted)
    return Done(anchor=f"#{html_id(name)}")


def _tick(form: LaunchForm, name: str, value: str) -> Done:
    """Pick every value of a group that can be picked; ``value`` is its heading."""
    node = form.spec_form.nodes.get(name)
    if isinstance(node, Leaf) and node.control == Control.MANY:
        item = BoundField(form.spec_form, node, Place(name))
        wanted = [one.value for one in item.options if one.group == value and not one.refusal]
        form.values[name] = [one.value for one in item.options if one.value in (*item.values, *wanted)]
    return Done(anchor=f"#{html_id(name)}")


def _untick(form: LaunchForm, name: str, value: str) -> Done:
    """Let go of one value, or of all."""
    form.values[name] = [one for one in form.values.get(name, []) if value and one != value]
    return Done(anchor=f"#{html_id(name)}")


def _leave(form: LaunchForm, name: str, value: str) -> Done:
    """Go on with the values as they are, and without the preset and its locks."""
    form.values.pop(PRESET, None)
    return Done()


def _is_map(form: LaunchForm, name: str) -> bool:
    path = ".".join(part for part in name.split(".") if not part.isdecimal())
    return type(form.spec_form.nodes.get(path)).__name__ == "Pairs"


_VERBS = {
    "add": _add,
    "remove": _remove,
    "paste": _paste,
    "reset": _reset,
    "store": _store,
    "fix": _fix,
    "drop": _drop,
    "restore": _restore,
    "leave": _leave,
    "take": _take,
    "ask": _ask,
    "tick": _tick,
    "untick": _untick,
}
