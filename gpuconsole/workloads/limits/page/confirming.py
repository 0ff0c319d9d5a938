"""Forms that ask once more before they do what is allowed and may not be meant."""

from __future__ import annotations

from django import forms

CONFIRMED = "confirmed"
"""Name of the button that saves it all the same."""


class ConfirmingForm(forms.Form):
    """A form whose questions are errors that one button passes over."""

    @property
    def is_confirmed(self) -> bool:
        """Whether it was sent with that button."""
        return CONFIRMED in self.data

    @property
    def needs_confirming(self) -> bool:
        """Whether nothing is wrong but that something is asked."""
        errors = self.non_field_errors().as_data() if self.is_bound else []
        return bool(errors) and all(error.code == CONFIRMED for error in errors)

    def ask(self, text: str) -> None:
        """Have it sent once more."""
        self.add_error(None, forms.ValidationError(text, code=CONFIRMED))
