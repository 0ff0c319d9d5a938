"""The card of the month's budget: how it stands, where it leads, and its amount and consequences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from gpuconsole.accounts.models import User
from gpuconsole.core import formats
from gpuconsole.core.days import day_of
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal
from gpuconsole.core.money import Money
from gpuconsole.projects import outlook as outlooks
from gpuconsole.projects.forms import hours, plain, seconds
from gpuconsole.projects.models import Budget, Consequence
from gpuconsole.workloads.limits import ahead, bars, money, services
from gpuconsole.workloads.limits.money import Standing
from gpuconsole.workloads.limits.page import numbers
from gpuconsole.workloads.limits.page.confirming import ConfirmingForm
from gpuconsole.workloads.limits.page.place import Place
from gpuconsole.workloads.limits.terms import USUAL_GRACE_S, BudgetTerms
from gpuconsole.workloads.models import UsageInterval

_FIELDS = {"grace_s": "grace_h"}
_CONSEQUENCES = {
    Consequence.BLOCK: gettext_lazy("Block new launches"),
    Consequence.ASK: gettext_lazy("Ask an admin"),
    Consequence.WARN: gettext_lazy("Warn only"),
}

_BELOW = {
    Consequence.BLOCK: gettext_noop(
        "{amount} are spent or held already. Nothing that runs ends; launches are refused for the rest of the month."
    ),
    Consequence.ASK: gettext_noop(
        "{amount} are spent or held already. Nothing that runs ends; launches wait for an admin for the rest of the "
        "month."
    ),
    Consequence.WARN: gettext_noop(
        "{amount} are spent or held already. Nothing that runs ends; launches get a warning for the rest of the month."
    ),
}
"""What follows from a budget below what is taken of it."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A budget in words; amounts are texts in its currency, ``percent`` and its kind are out of 100 and may pass it."""

    spent: str
    whole: str
    month: str
    percent: Decimal
    pace_percent: Decimal
    forecast_percent: Decimal | None
    sentence: str
    left: str
    held: str
    a_day: str
    ahead: outlooks.Outlook | None
    """How it will stand, as the costs page says it, where that is not well."""


class BudgetForm(ConfirmingForm):
    """The month's budget."""

    amount = numbers.NumberField(label=gettext_lazy("Monthly budget"))
    currency = forms.CharField(max_length=3, label=gettext_lazy("Currency"))
    when_spent = forms.ChoiceField(
        required=False, label=gettext_lazy("When it is spent"), choices=[(k.value, v) for k, v in _CONSEQUENCES.items()]
    )
    stops_at_120 = forms.BooleanField(
        label=gettext_lazy("Stop running work at 120\N{NARROW NO-BREAK SPACE}%"), required=False
    )
    grace_h = numbers.NumberField(label=gettext_lazy("Grace before it stops"), required=False)

    def __init__(
        self, data: Any = None, *, place: Place, budget: Budget | None, standing: Standing | None = None
    ) -> None:
        super().__init__(data, initial=_initial(place, budget), auto_id="budget_%s")
        self._place, self._standing = place, standing
        self.budget = budget
        self.fields["currency"].widget.attrs |= {
            "size": "4",
            "aria-label": _("Currency"),
            "autocomplete": "off",
            "spellcheck": "false",
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        standing = self._standing
        if self.errors or standing is None or standing.balance is None or self.is_confirmed:
            return given
        taken = standing.balance.spent.amount + standing.balance.reserved.amount
        is_same = given["currency"].strip().upper() == standing.budget.currency
        if is_same and given["amount"] < min(taken, standing.budget.amount):
            said = Money(taken, standing.budget.currency)
            text = _(_BELOW[Consequence(given["when_spent"])]).format(amount=said)
            self.ask(text)
        return given

    def save(self, by: User) -> bool:
        """Set the budget; False with the refusal beside its field."""
        given, place = self.cleaned_data, self._place
        grace_h = given["grace_h"]
        terms = BudgetTerms(
            amount=given["amount"],
            currency=given["currency"],
            when_spent=given["when_spent"],
            stops_at_120=given["stops_at_120"],
            grace_s=(self.budget.grace_s if self.budget else USUAL_GRACE_S) if grace_h is None else _grace_s(grace_h),
        )
        try:
            services.put_budget(team=place.team, project=place.project, money=terms, by=by)
        except Refused as refused:
            add_refusal(self, Refused(refused.message, field=_FIELDS.get(refused.field, refused.field)))
            return False
        return True


def bound(place: Place, data: Any, now: datetime) -> BudgetForm:
    """The form as it was sent."""
    budget = place.budget()
    standing = money.standings([budget], now)[0] if budget else None
    return BudgetForm(data, place=place, budget=budget, standing=standing)


def context(place: Place, now: datetime, form: BudgetForm | None = None) -> dict[str, Any]:
    """What the card shows; the team's budget beside the project's own where it counts too."""
    budget, wide = place.budget(), place.team_budget()
    standings = money.standings([one for one in (budget, wide) if one is not None], now)
    of_team = standings[-1] if wide is not None else None
    own = standings[0] if budget is not None else None
    form = form or BudgetForm(place=place, budget=budget)
    return {
        "budget_form": form,
        "budget": budget,
        "outlook": _outlook(own, now) if own is not None else None,
        "team_bar": bars.of_budget(of_team) if of_team is not None else None,
        "team_pace": of_team.month.share_gone(now) * 100 if of_team is not None else None,
        "has_sandbox": own is not None and _is_sandbox(own, now),
    }


def _outlook(standing: Standing, now: datetime) -> Outlook | None:
    """None where a rate is missing."""
    if standing.balance is None:
        return None
    budget, balance = standing.budget, standing.balance
    foretold = ahead.of(budget, now)
    said = outlooks.outlook(budget.amount, foretold, balance.spent.amount, day_of(now, budget.team.time_zone))
    currency, spent, whole = budget.currency, balance.spent.amount, budget.amount
    percent = _percent(spent, whole)
    left = whole - spent
    a_day = None if foretold is None else foretold.a_day
    return Outlook(
        spent=formats.money(spent, currency, summary=True),
        whole=formats.money(whole, currency, summary=True),
        month=standing.month.name,
        percent=percent,
        pace_percent=standing.month.share_gone(now) * 100,
        forecast_percent=None if foretold is None else _percent(foretold.total, whole),
        sentence=_("{share} of the budget for {month} is spent").format(
            share=formats.percent(percent), month=standing.month.name
        ),
        left=_("{amount} left").format(amount=formats.money(left, currency, summary=True))
        if left >= 0
        else _("{amount} over").format(amount=formats.money(-left, currency, summary=True)),
        held=formats.money(balance.reserved.amount, currency, summary=True) if balance.reserved.amount else "",
        a_day=""
        if a_day is None
        else _("{amount} a day lately").format(amount=formats.money(a_day, currency, summary=True)),
        ahead=said if said is not None and said.kind in ("warning", "bad") else None,
    )


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    """Out of 100; of nothing everything is spent."""
    return part / whole * 100 if whole else Decimal(100 if part else 0)


def _is_sandbox(standing: Standing, now: datetime) -> bool:
    """Whether the simulator priced some of the month."""
    budget, month = standing.budget, standing.month
    scope = {"project": budget.project} if budget.project_id else {"project__team": budget.team}
    rows = UsageInterval.objects.filter(**scope, workload__is_sandbox=True, started_at__lt=month.end)
    return rows.exclude(ended_at__lt=month.start).exists()


def _initial(place: Place, budget: Budget | None) -> dict[str, Any]:
    if budget is None:
        return {
            "currency": place.team.currency,
            "when_spent": Consequence.BLOCK.value,
            "grace_h": hours(USUAL_GRACE_S),
        }
    return {
        "amount": plain(budget.amount),
        "currency": budget.currency,
        "when_spent": budget.when_spent,
        "stops_at_120": budget.stops_at_120,
        "grace_h": hours(budget.grace_s),
    }


def _grace_s(grace_h: Decimal) -> int:
    found = seconds(grace_h)
    assert found is not None
    return found
