"""The form of a new limit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import User
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal
from gpuconsole.projects.models import LISTS, Consequence, Held, Measure
from gpuconsole.workloads.limits import services
from gpuconsole.workloads.limits.page import numbers
from gpuconsole.workloads.limits.page.people import people_of
from gpuconsole.workloads.limits.page.place import Place
from gpuconsole.workloads.limits.terms import LimitTerms, known_models

_ALL, _EACH = "", "each"
_FIELDS = {"each_member": "who", "member": "who"}
"""Where the page asks for what a refusal is about."""


class AddForm(forms.Form):
    """One more limit of the place."""

    measure = forms.ChoiceField(
        label=gettext_lazy("Limit"),
        help_text=gettext_lazy("It holds from the next launch on and ends nothing that runs."),
    )
    limit = numbers.NumberField(label=gettext_lazy("At most"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Of"), choices=Held.choices, required=False)
    gpu_model = forms.CharField(
        label=gettext_lazy("GPU model"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Empty: all models together. Such as H100."),
    )
    who = forms.ChoiceField(label=gettext_lazy("For"), required=False)
    consequence = forms.ChoiceField(
        label=gettext_lazy("When reached"), choices=Consequence.choices, initial=Consequence.BLOCK.value
    )

    def __init__(self, data: Any = None, *, place: Place) -> None:
        super().__init__(data, auto_id="add_%s")
        self._place = place
        currency = place.team.currency
        units = {Measure.HOURLY_PRICE: currency, Measure.RUN_S: _("hours")}
        words = {one: f"{one.label}, {units[one]}" if one in units else str(one.label) for one in Measure}
        listed = [(one.value, words[one]) for one in Measure if one not in LISTS]
        self.fields["measure"].choices = listed  # type: ignore[attr-defined]
        self._people = {str(person.pk): person for person in people_of(place)}
        whole = [(_ALL, _("the whole project") if place.project else _("the whole team")), (_EACH, _("each person"))]
        people = [(pk, person.display_name) for pk, person in self._people.items()]
        self.fields["who"].choices = whole + people  # type: ignore[attr-defined]
        self.fields["gpu_model"].widget.attrs |= {"list": "gpu-models", "autocomplete": "off", "spellcheck": "false"}
        self.models = known_models()

    def save(self, by: User) -> bool:
        """Set the limit; False with the refusal beside its field."""
        given = self.cleaned_data
        terms = LimitTerms(
            measure=given["measure"],
            kind=given["kind"],
            gpu_model=given["gpu_model"],
            each_member=given["who"] == _EACH,
            limit=numbers.kept(given["measure"], given["limit"]),
            consequence=given["consequence"],
        )
        place, member = self._place, self._people.get(given["who"])
        try:
            services.add_quota(team=place.team, project=place.project, terms=terms, by=by, member=member)
        except Refused as refused:
            add_refusal(self, Refused(refused.message, field=_FIELDS.get(refused.field, refused.field)))
            return False
        return True
