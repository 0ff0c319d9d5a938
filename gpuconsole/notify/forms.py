"""The form of a team's webhook."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from gpuconsole.notify.models import Webhook
from gpuconsole.notify.occasions import CHOICES


class WebhookForm(forms.Form):
    """Where it goes, whether it is on, and what it is told of."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy("A public https:// address. Each message is signed; the secret is shown once."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    is_on = forms.BooleanField(
        label=gettext_lazy("Send"), required=False, help_text=gettext_lazy("Off: nothing is sent but tests.")
    )
    occasions = forms.MultipleChoiceField(
        label=gettext_lazy("Told of"),
        choices=[(one.slug, gettext_lazy(one.label)) for one in CHOICES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    @classmethod
    def of(cls, row: Webhook | None) -> WebhookForm:
        """As it is now; a new one is told of everything."""
        if row is None:
            return cls(initial={"is_on": True, "occasions": [one.slug for one in CHOICES]})
        return cls(initial={"url": row.url, "is_on": row.is_on, "occasions": row.occasions})
