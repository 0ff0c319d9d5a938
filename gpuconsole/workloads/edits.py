"""Changes to a launch form that work by posting alone: rows, pasted lines, offered fixes, form or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gpuconsole.core.spec_forms.bound import html_id
from gpuconsole.core.spec_forms.parse import pair_rows
from gpuconsole.workloads.forms import PRESET, LaunchForm


@dataclass(frozen=True, slots=True)
class Done:
    """Where to go on after the change: the view, and the place on the page."""

    view: str = ""
    anchor: str = ""


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
    for row in pair_rows(name, form.values):
        form.values[f"{name}.{row.number}.key"] = [row.key]
        form.values[f"{name}.{row.number}.value"] = [row.value]
    form.values.pop(f"{name}.paste", None)
    return Done(anchor=f"#{html_id(name)}")


def _fix(form: LaunchForm, name: str, value: str) -> Done:
    (form.guards_form if name.startswith("guards.") else form.spec_form).put(name, value)
    return Done(anchor=f"#{html_id(name)}")


def _drop(form: LaunchForm, name: str, value: str) -> Done:
    form.drop(name)
    return Done(anchor="#extra-fields")


def _restore(form: LaunchForm, name: str, value: str) -> Done:
    form.restore(name)
    return Done(anchor=f"#{html_id(name)}")


def _take(form: LaunchForm, name: str, value: str) -> Done:
    """Take a choice over from earlier work."""
    form.take_over(name)
    return Done(anchor=f"#{html_id(name.removesuffix('_from'))}")


def _tick(form: LaunchForm, name: str, value: str) -> Done:
    """Pick every value of a group that can be picked; ``value`` is its heading."""
    form.tick(name, value)
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
    "fix": _fix,
    "drop": _drop,
    "restore": _restore,
    "leave": _leave,
    "take": _take,
    "tick": _tick,
    "untick": _untick,
}
