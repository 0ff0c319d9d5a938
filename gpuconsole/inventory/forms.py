"""Forms of the acts on findings."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.inventory.services import CountedUntil
from gpuconsole.inventory.services.ignore import LONGEST
from gpuconsole.projects.models import Project

_LONGEST_H = 366 * 24
_HOUR_S = 3600


class AdoptForm(forms.Form):
    """Where a stray goes on, under which name, and when it ends at the latest."""

    project = forms.ChoiceField(
        label=gettext_lazy("Charge to"), help_text=gettext_lazy("Quota and budget of this project count from now on.")
    )
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, required=False, help_text=gettext_lazy("Only in this console.")
    )
    stop_after_h = forms.DecimalField(
        label=gettext_lazy("End it at the latest in"),
        min_value=Decimal("0.02"),
        max_value=_LONGEST_H,
        decimal_places=2,
        required=False,
    )

    def __init__(self, *args: Any, projects: list[Project], is_fixed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(project.slug, project.name) for project in projects]
        self.fields["project"].choices = choices if is_fixed else [("", _("pick one")), *choices]  # type: ignore[attr-defined]
        self.fields["stop_after_h"].help_text = _end_help(projects)
        if is_fixed:  # the record that launched it has a project and a name
            self.fields["project"].help_text = _("The record that launched it belongs there.")
            del self.fields["name"]

    @property
    def stop_after_s(self) -> int | None:
        """In whole seconds; None: as the project has it."""
        hours: Decimal | None = self.cleaned_data.get("stop_after_h")
        return None if hours is None else int(hours * _HOUR_S)


def _end_help(projects: list[Project]) -> str:
    if all(project.may_never_end for project in projects):
        return _("Counted from now. Empty: the project's usual end, or none where it has no such.")
    return _("Counted from now. Empty: the project's usual end; where it has none, an end must be named.")


class IgnoreForm(forms.Form):
    """Why it may stay as it is, and until which day."""

    reason = forms.CharField(
        max_length=300,
        label=gettext_lazy("Why may it stay?"),
        help_text=gettext_lazy("Shown beside it, and in the audit log."),
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("From this day on it needs somebody again; earlier if its price changes."),
    )

    def clean_until(self) -> datetime:
        """The first moment of the day, in the reader's zone."""
        day = self.cleaned_data["until"]
        if day > (timezone.now() + LONGEST).date():
            raise forms.ValidationError(_("It comes back after 366 days at the latest."))
        zone = timezone.get_current_timezone()
        until = datetime.combine(day, time(), zone)
        if until <= timezone.now():
            raise forms.ValidationError(_("Pick a day that lies ahead."))
        return until

    @staticmethod
    def first_day() -> str:
        """A week from now, as a start."""
        return f"{timezone.localdate() + timedelta(days=7):%F}"


class EndedForm(forms.Form):
    """A person's word that lost work has ended, and until when it is counted."""

    until = forms.ChoiceField(
        label=gettext_lazy("Count its cost until"),
        choices=CountedUntil.choices,
        widget=forms.RadioSelect,
        initial=CountedUntil.LISTED,
    )
    why = forms.CharField(
        max_length=300,
        required=False,
        label=gettext_lazy("What did you see?"),
        help_text=gettext_lazy("Kept in its events."),
    )
