"""The form that takes an invoice file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.connections.models import Connection
from gpuconsole.spend.invoices.services import MOST_BYTES


class ImportForm(forms.Form):
    """A file, the connection it is for, and what the provider calls it."""

    connection = forms.ChoiceField(label=gettext_lazy("Connection"), help_text=gettext_lazy("Whose invoice it is."))
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("The provider's invoice number, to find it again."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or JSON in UTF-8, 10 MB at most. It is taken whole or not at all."),
        widget=forms.FileInput(attrs={"accept": ".csv,.json,text/csv,application/json"}),
    )

    def __init__(self, *args: Any, connections: Sequence[Connection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["connection"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *((one.public_id, _label(one)) for one in connections)]

    def clean_file(self) -> Any:
        """Too large a file is refused before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("It is larger than {size} MB. Split it by month.").format(size=MOST_BYTES // 1_000_000)
            )
        return file


def _label(connection: Connection) -> str:
    notes = [text for text, is_so in (("sandbox", connection.is_sandbox), ("removed", connection.removed_at)) if is_so]
    return f"{connection.name} ({', '.join(notes)})" if notes else connection.name
