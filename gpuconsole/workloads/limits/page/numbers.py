"""Limits as people write them: hours instead of seconds, no zeros that nobody typed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from gpuconsole.core import formats
from gpuconsole.projects import quota_words
from gpuconsole.projects.forms import plain
from gpuconsole.projects.models import Held, Measure, Quota

_HOUR_S = Decimal(3600)
MOST = Decimal(10) ** 12
_HOURS_OF_ONE = {
    Held.ALL.value: gettext_noop("Hours of one workload"),
    Held.JOB.value: gettext_noop("Hours of one job"),
    Held.INSTANCE.value: gettext_noop("Hours of one instance"),
}
NOT_A_NUMBER = gettext_lazy("Write a number, such as 16 or 0.5.")


class NumberField(forms.DecimalField):
    """A number in a text field, so that what was typed stays there to be put right."""

    widget = forms.TextInput

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.error_messages["invalid"] = NOT_A_NUMBER
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> Any:
        """Refuses what nobody could mean, before anything is calculated with it."""
        number = super().to_python(value)
        if number is not None and number.is_finite() and abs(number) > MOST:
            raise forms.ValidationError(_("This is too large."))
        return number


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


def used(quota: Quota, amount: Decimal | None, currency: str) -> str:
    """What is in use, without the unit that the label says already."""
    if amount is None:
        return _("unknown")
    if quota.measure == Measure.HOURLY_PRICE:
        return formats.money(amount, currency)
    return quota_words.plain(amount)


def label(quota: Quota) -> str:
    """What is limited, with the unit of the number in the field beside it."""
    if quota.measure == Measure.RUN_S:
        return _(_HOURS_OF_ONE[quota.kind])
    return quota_words.label(quota)
