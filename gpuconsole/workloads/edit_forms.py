"""The form of an edit: the provider's editable fields with what they are now, or with what was asked for last."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from pydantic import ValidationError

from gpuconsole.core.errors import Refused
from gpuconsole.core.spec_forms import SpecForm, Surroundings, Values
from gpuconsole.core.translated import each_translated
from gpuconsole.providers.edits import Edits
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.services.editing import PATH

NO_FIELDS = frozenset({"csrfmiddlewaretoken", "key"})
_EMPTY: dict[type, Any] = {list: [], str: "", bool: False}


def opened(edits: type[Edits], workload: Workload) -> SpecForm[Edits]:
    """What the fields are now; after an edit that was not made, as it was asked for, with what was wrong."""
    is_refused = bool(workload.edit_errors) and workload.edit_sent_at is None
    wire = _current(edits, workload) | (dict(workload.edit) if is_refused else {})
    found = {path: said for path, said in workload.edit_errors.items() if path}
    return SpecForm.from_wire(edits, wire, found=found, around=_around(edits, workload))


def posted(edits: type[Edits], workload: Workload, data: QueryDict) -> SpecForm[Edits]:
    """The form as it was sent; a button that adds or removes a row has done so."""
    values = Values.of({name: listed for name, listed in data.lists() if name not in NO_FIELDS and ":" not in name})
    for button in data:
        verb, _, name = button.partition(":")
        rows, _, number = name.rpartition(":")
        if verb == "add" and name:
            values.add_row(name)
        elif verb == "remove" and number.isdecimal():
            values.remove_row(rows, int(number))
    return SpecForm(edits, values, around=_around(edits, workload))


def is_redrawn(data: QueryDict) -> bool:
    """Whether a button was pressed that only changes the rows."""
    return any(name.startswith(("add:", "remove:")) for name in data)


def changes(form: SpecForm[Edits], workload: Workload) -> dict[str, Any]:
    """What the form says; a field that was emptied says so."""
    now = _current(form.spec_class, workload)
    emptied = {name: _EMPTY.get(type(value)) for name, value in now.items() if name not in form.wire}
    return emptied | form.wire


def refuse(form: SpecForm[Edits], no: Refused) -> str:
    """Put each message beside its field; gives what belongs to none."""
    form.add_errors({path.removeprefix(f"{PATH}."): said for path, said in no.errors.items() if path != PATH})
    return "" if no.errors else no.message


def _around(edits: type[Edits], workload: Workload) -> Surroundings:
    return Surroundings(notes=each_translated(edits.notes(workload.remote)), may_reset=False)


def _current(edits: type[Edits], workload: Workload) -> dict[str, Any]:
    """What the fields are now, as far as the form can say it."""
    return {name: value for name, value in edits.current(workload.remote).items() if _fits(edits, name, value)}


def _fits(edits: type[Edits], name: str, value: Any) -> bool:
    try:
        edits.model_validate({name: value})
    except ValidationError:
        return bool(value == "")  # an empty text shows as an empty field
    return True
