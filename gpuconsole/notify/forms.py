"""The form of a team's webhook."""

from __future__ import annotations

from django import forms

from gpuconsole.notify.models import Webhook
from gpuconsole.notify.occasions import CHOICES


class WebhookForm(forms.Form):
    """Where it goes, whether it is on, and what it is told of."""

    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="A public https:// address. Each message is signed; the secret is shown once.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    is_on = forms.BooleanField(label="Send", required=False, help_text="Off: nothing is sent but tests.")
    occasions = forms.MultipleChoiceField(
        label="Told of",
        choices=[(one.slug, one.label) for one in CHOICES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    @classmethod
    def of(cls, row: Webhook | None) -> WebhookForm:
        """As it is now; a new one is told of everything."""
        if row is None:
            return cls(initial={"is_on": True, "occasions": [one.slug for one in CHOICES]})
        return cls(initial={"url": row.url, "is_on": row.is_on, "occasions": row.occasions})
