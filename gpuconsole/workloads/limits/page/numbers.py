"""Limits as people write them: hours instead of seconds, no zeros that nobody typed."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from gpuconsole.projects.forms import plain
from gpuconsole.projects.models import Measure

_HOUR_S = Decimal(3600)
NOT_A_NUMBER = "Write a number, such as 16 or 0.5."
UNITS = {Measure.RUN_S: "hours", Measure.GPU_HOURS: "GPU-h"}
"""What stands behind a limit's number, where its label does not say it."""


class NumberField(forms.DecimalField):
    """A number in a text field, so that what was typed stays there to be put right."""

    widget = forms.TextInput

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.error_messages["invalid"] = NOT_A_NUMBER
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}


def shown(measure: str, number: Decimal | None) -> Decimal | None:
    """A limit for its field."""
    if number is not None and measure == Measure.RUN_S:
        number = number / _HOUR_S
    return plain(number)


def kept(measure: str, number: Decimal | None) -> Decimal | None:
    """What was typed, in the measure's unit; run times in whole seconds."""
    if number is None or measure != Measure.RUN_S:
        return number
    return number if not number.is_finite() else Decimal(round(number * _HOUR_S))


def unit(measure: str, currency: str) -> str:
    """The unit of a limit's field."""
    return f"{currency} / h" if measure == Measure.HOURLY_PRICE else UNITS.get(Measure(measure), "")
