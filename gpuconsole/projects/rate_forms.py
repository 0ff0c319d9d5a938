"""The form in which admins keep exchange rates: one rate for a pair and a day, from a source that is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.core.money import CURRENCIES
from gpuconsole.projects.models import ExchangeRate


class RateForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Refuses what would give two rates for one day, or none at all."""

    class Meta:
        model = ExchangeRate
        fields = ("currency", "to_currency", "rate", "on", "source")
        help_texts = {
            "currency": gettext_lazy("What is charged, in three letters: EUR."),
            "to_currency": gettext_lazy("What the team counts in: USD."),
            "rate": gettext_lazy("How much one unit of the first is worth in the second."),
            "on": gettext_lazy("The day from which on it holds, until the day of the next rate of the pair."),
            "source": gettext_lazy("Who says so, such as the bank and the table."),
        }

    def clean_currency(self) -> str:
        return _known(self.cleaned_data["currency"])

    def clean_to_currency(self) -> str:
        return _known(self.cleaned_data["to_currency"])

    def clean_rate(self) -> Decimal:
        rate: Decimal = self.cleaned_data["rate"]
        if rate <= 0:
            raise forms.ValidationError(
                _("A rate is more than 0. Swap the two currencies if you mean the other way round.")
            )
        return rate

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > timezone.now().date():
            raise forms.ValidationError(_("That day has not come yet. Enter the rate when it is known."))
        return on

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        pair, on = (found.get("currency"), found.get("to_currency")), found.get("on")
        if None not in pair and pair[0] == pair[1]:
            self.add_error("to_currency", _("Pick another currency: this one is what is charged."))
        elif None not in pair and on is not None:
            self._refuse_second(pair[0], pair[1], on)
        return found

    def validate_unique(self) -> None:
        """Said beside the field by ``clean``."""

    def _refuse_second(self, currency: Any, to_currency: Any, on: date) -> None:
        others = ExchangeRate.objects.filter(on=on).exclude(pk=self.instance.pk)
        for first, second in ((currency, to_currency), (to_currency, currency)):
            other = others.filter(currency=first, to_currency=second).first()
            if other is not None:
                text = _("{day} has a rate of these two already: {other}, {source}. Change that one instead.").format(
                    day=f"{on:%F}", other=other, source=other.source
                )
                self.add_error("on", text)


def _known(code: str) -> str:
    code = code.strip().upper()
    if code not in CURRENCIES:
        raise forms.ValidationError(
            _("{code} is no currency. Use its three letters, such as USD or EUR.").format(code=code)
        )
    return code
