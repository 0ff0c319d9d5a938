"""The card of alerts: each on or off, who is told, and when it was sent last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import User
from gpuconsole.core import formats
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal
from gpuconsole.projects.forms import plain
from gpuconsole.projects.models import OF_A_WORKLOAD, AlertAbout, AlertRule, Audience, BudgetAlert
from gpuconsole.workloads.limits import alert_rules
from gpuconsole.workloads.limits.alert_rules import AlertTerms
from gpuconsole.workloads.limits.page import numbers
from gpuconsole.workloads.limits.page.place import Place
from gpuconsole.workloads.models import WorkloadAlert

_OF_BUDGET = [(one.value, one.label) for one in Audience if one not in OF_A_WORKLOAD]


@dataclass(frozen=True, slots=True)
class Line:
    """One switch; fields only for those who may use them."""

    rule: AlertRule
    label: str
    audience: str
    sent_at: datetime | None
    on_field: Any = None
    audience_field: Any = None
    amount_field: Any = None

    @property
    def fields(self) -> list[Any]:
        """Those that it has."""
        return [one for one in (self.on_field, self.audience_field, self.amount_field) if one is not None]


class AlertsForm(forms.Form):
    """Every switch of the place."""

    def __init__(self, data: Any = None, *, rules: Sequence[AlertRule]) -> None:
        super().__init__(data, auto_id="alert_%s")
        self.rules = rules
        for rule in rules:
            key, words = key_of(rule), str(rule.get_about_display())
            is_of_work = rule.about == AlertAbout.WORKLOAD
            self.fields[f"on_{key}"] = forms.BooleanField(required=False, label=words, initial=rule.is_on)
            self.fields[f"on_{key}"].widget.attrs |= {"class": "switch", "role": "switch"}
            self.fields[f"audience_{key}"] = forms.ChoiceField(
                label=_("{alert}, who is told").format(alert=words),
                choices=Audience.choices if is_of_work else _OF_BUDGET,
                initial=rule.audience,
            )
            told = self.fields[f"audience_{key}"]
            told.widget.attrs |= {"class": "select-small", "aria-label": told.label}
            if is_of_work:
                self.fields[f"amount_{key}"] = numbers.NumberField(label=_("Amount"), initial=plain(rule.amount))
                self.fields[f"amount_{key}"].widget.attrs |= {"class": "input"}

    @transaction.atomic
    def save(self, by: User) -> bool:
        """Write what differs; False, and nothing written, with the refusals beside their fields."""
        for rule in self.rules:
            key = key_of(rule)
            terms = AlertTerms(
                is_on=self.cleaned_data[f"on_{key}"],
                audience=self.cleaned_data[f"audience_{key}"],
                amount=self.cleaned_data.get(f"amount_{key}"),
            )
            try:
                _save(rule, terms, by)
            except Refused as refused:
                add_refusal(self, Refused(refused.message, field=f"{refused.field}_{key}"))
        if self.errors:
            transaction.set_rollback(True)
        return not self.errors


class AddAlertForm(forms.Form):
    """One more alert about workloads."""

    amount = numbers.NumberField(label=gettext_lazy("One workload over"))
    audience = forms.ChoiceField(
        label=gettext_lazy("Who is told"), choices=Audience.choices, initial=Audience.OWNER_AND_ADMINS.value
    )

    def __init__(self, data: Any = None, *, place: Place) -> None:
        super().__init__(data, auto_id="new_alert_%s")
        self._place = place

    def save(self, by: User) -> bool:
        """Set the alert; False with the refusal beside its field."""
        terms, place = AlertTerms(**self.cleaned_data), self._place
        try:
            alert_rules.add(team=place.team, project=place.project, terms=terms, by=by)
        except Refused as refused:
            add_refusal(self, refused)
            return False
        return True


def key_of(rule: AlertRule) -> str:
    """What a switch is called in the form."""
    return f"w{rule.pk}" if rule.about == AlertAbout.WORKLOAD else rule.about


def bound(place: Place, data: Any) -> AlertsForm:
    """The form as it was sent."""
    return AlertsForm(data, rules=alert_rules.of(place.team, place.project))


def context(place: Place, form: AlertsForm | None = None) -> dict[str, Any]:
    """What the card shows; a constant number of queries."""
    form = form or AlertsForm(rules=alert_rules.of(place.team, place.project))
    sent = _sent(place, form.rules)
    return {"alert_form": form, "alerts": [_line(place, rule, form, sent.get(key_of(rule))) for rule in form.rules]}


def _line(place: Place, rule: AlertRule, form: AlertsForm, sent_at: datetime | None) -> Line:
    key, label = key_of(rule), str(rule.get_about_display())
    if rule.about == AlertAbout.WORKLOAD:
        label = _("One workload over {amount}").format(
            amount=formats.money(rule.amount, place.team.currency, summary=True)
        )
    fields = {}
    if place.may_edit:
        names = {"on_field": f"on_{key}", "audience_field": f"audience_{key}", "amount_field": f"amount_{key}"}
        fields = {what: form[name] for what, name in names.items() if name in form.fields}
    return Line(rule, label, str(rule.get_audience_display()), sent_at, **fields)


def _sent(place: Place, rules: Sequence[AlertRule]) -> dict[str, datetime]:
    """When each was sent last, by its key."""
    of_budget = BudgetAlert.objects.filter(budget__team=place.team, budget__project=place.project)
    found = of_budget.exclude(sent_at=None).order_by().values_list("kind").annotate(Max("sent_at"))
    own = [rule.pk for rule in rules if rule.about == AlertAbout.WORKLOAD]
    of_work = WorkloadAlert.objects.filter(rule__in=own).exclude(sent_at=None).order_by()
    told = of_work.values_list("rule").annotate(Max("sent_at"))
    return {**dict(found), **{f"w{pk}": at for pk, at in told}}


def _save(rule: AlertRule, terms: AlertTerms, by: User) -> None:
    about = AlertAbout(rule.about)
    if about is AlertAbout.WORKLOAD:
        alert_rules.change(rule=rule, terms=terms, by=by)
    elif (terms.is_on, terms.audience) != (rule.is_on, rule.audience):
        alert_rules.put(team=rule.team, project=rule.project, about=about, terms=terms, by=by)
