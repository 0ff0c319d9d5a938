"""What forms of several apps share."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from django import forms

from gpuconsole.core.errors import Refused


@cache
def zone_choices() -> list[tuple[str, str]]:
    """Time zones by name, UTC first."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


def add_refusal(form: forms.BaseForm, refused: Refused) -> None:
    """Show a service's no beside the field that it names, else above the form."""
    field = refused.field if refused.field in form.fields else None
    form.add_error(field, forms.ValidationError([refused.message, *refused.details]))


def shown_refusal(refused: Refused) -> str:
    """One line for a notice."""
    return " ".join([refused.message, *refused.details])
