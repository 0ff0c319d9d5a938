"""Forms of the Django admin for limits and budgets: they say no beside the field, in the words of ``terms``."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.core.errors import Refused
from gpuconsole.projects.models import Budget, Quota, QuotaProfile, QuotaProfileLine
from gpuconsole.workloads.limits.terms import (
    BudgetTerms,
    LimitTerms,
    check_person,
    checked,
    checked_money,
)

_LIMIT = ("measure", "kind", "gpu_model", "each_member", "limit", "allowed", "consequence")
_MONEY = ("amount", "currency", "when_spent", "stops_at_120", "grace_s")


def _why() -> forms.CharField:
    return forms.CharField(
        max_length=300, required=False, label=gettext_lazy("Reason"), help_text=gettext_lazy("Kept in the audit log.")
    )


class _Checked(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A form whose row is checked by ``terms`` once its fields are right by themselves."""

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.errors:
            try:
                self.check()
            except Refused as refused:
                field = refused.field if refused.field in self.fields else None
                self.add_error(field, ValidationError([refused.message, *refused.details]))
        return self.cleaned_data

    def check(self) -> None:
        """Raises Refused."""
        raise NotImplementedError

    def place(self, *names: str) -> dict[str, Any]:
        """Where it holds. Raises Refused for a project of another team."""
        place = self.said(("team", "project", *names))
        if place["project"] is not None and place["project"].team_id != place["team"].pk:
            text = _("{project} is not a project of {team}.").format(project=place["project"], team=place["team"])
            raise Refused(text, field="project")
        return place

    def said(self, names: tuple[str, ...]) -> dict[str, Any]:
        """What the form says, else the row that it changes."""
        given = self.cleaned_data
        return {name: given[name] if name in given else getattr(self.instance, name) for name in names}


class LineForm(_Checked):
    """A limit of a profile."""

    class Meta:
        model = QuotaProfileLine
        fields = _LIMIT

    @property
    def terms(self) -> LimitTerms:
        return LimitTerms(**self.said(_LIMIT))

    def check(self) -> None:
        terms = checked(self.terms)
        self.cleaned_data |= {"gpu_model": terms.gpu_model, "allowed": list(terms.allowed)}


class QuotaForm(LineForm):
    """A limit of a team, a project or a person."""

    why = _why()

    class Meta:
        model = Quota
        fields = ("team", "project", "member", *_LIMIT)

    def check(self) -> None:
        super().check()
        place = self.place("member")
        check_person(place["member"], place["team"], place["project"], self.terms)


class BudgetForm(_Checked):
    """A budget of a team or a project."""

    why = _why()

    class Meta:
        model = Budget
        fields = ("team", "project", *_MONEY)

    @property
    def money(self) -> BudgetTerms:
        return BudgetTerms(**self.said(_MONEY))

    def check(self) -> None:
        place = self.place()
        self.cleaned_data |= {"currency": checked_money(self.money, place["team"]).currency}


class ProfileChoice(forms.Form):
    """Which profile is given to what was selected."""

    profile = forms.ModelChoiceField(QuotaProfile.objects.order_by("name"))
    why = _why()
