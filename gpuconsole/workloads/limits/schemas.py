"""Shapes of quotas and budgets in the JSON API."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from gpuconsole.core.api import Amount, ApiInput, ApiSchema, Text
from gpuconsole.projects import quota_words
from gpuconsole.projects.forecast import Ahead
from gpuconsole.projects.models import BudgetAlert, Consequence, Held, Measure, Quota
from gpuconsole.projects.quotas import Use
from gpuconsole.workloads.limits.money import Standing
from gpuconsole.workloads.limits.terms import LONGEST_GRACE_S

Number = Annotated[Decimal, Field(ge=0, le=10**9, decimal_places=4)]
Words = Annotated[list[Annotated[Text, Field(max_length=60)]], Field(max_length=100)]
Why = Annotated[Text, Field(max_length=300)]
"""A reason, kept in the audit log."""
Grace = Annotated[int, Field(ge=0, le=LONGEST_GRACE_S)]


class QuotaIn(ApiInput):
    """A limit: of the whole project or team, of one person there, or of each."""

    measure: Measure
    """gpus, workloads, hourly_price (of all active work, in the team's currency), run_s (seconds of one workload),
    gpu_hours (a calendar month), providers, hardware."""
    kind: Held = Held.ALL
    """job or instance; empty for both."""
    gpu_model: Annotated[Text, Field(max_length=60)] = ""
    """Narrows gpus and gpu_hours to one model, such as H100."""
    each_member: bool = False
    """The limit holds for every person on their own."""
    member: Text | None = None
    """E-mail address of the one person that it holds for."""
    limit: Number | None = None
    """The number; null for providers and hardware."""
    allowed: Words = []
    """Slugs of providers, or GPU models; for providers and hardware."""
    consequence: Consequence = Consequence.BLOCK
    why: Why = ""


class QuotaPatch(ApiInput):
    """What changes of a limit; what is left out stays."""

    limit: Number | None = None
    allowed: Words = []
    consequence: Consequence = Consequence.BLOCK
    why: Why = ""


class QuotaOut(ApiSchema):
    """A limit and what is in use of it."""

    id: str
    project: str | None
    """Null: it is the whole team's, and changed by the team's admins."""
    measure: str
    kind: str
    gpu_model: str
    each_member: bool
    member: str | None
    limit: Amount | None
    allowed: list[str]
    consequence: str
    used: Amount | None
    """In the measure's unit; null for run times and lists, and where a rate is missing. For each_member that of whoever
    uses most."""
    used_by: str | None
    text: str
    """The limit in words."""


class Quotas(ApiSchema):
    items: list[QuotaOut]


class BudgetIn(ApiInput):
    """Money for a calendar month in the team's time zone."""

    amount: Number
    currency: Annotated[Text, Field(min_length=3, max_length=3)] | None = None
    """Null: the team's."""
    when_spent: Consequence = Consequence.BLOCK
    stops_at_120: bool = False
    """End running work once 120 % were spent and the grace is over."""
    grace_s: Grace = 3600
    why: Why = ""


class BudgetPatch(ApiInput):
    """What changes of a budget; what is left out stays."""

    amount: Number | None = None
    currency: Annotated[Text, Field(min_length=3, max_length=3)] | None = None
    when_spent: Consequence | None = None
    stops_at_120: bool | None = None
    grace_s: Grace | None = None
    why: Why = ""


class ForecastOut(ApiSchema):
    """Where the month ends as the last four weeks went; 8 times in 10 between low and high."""

    total: Amount
    low: Amount
    high: Amount
    spent_on: date | None
    """The day on which the budget is spent; null: not this month."""
    earliest: date | None
    latest: date | None


class AlertOut(ApiSchema):
    kind: str
    at: datetime
    sent_at: datetime | None


class BudgetStanding(ApiSchema):
    """A budget and how it stands in the running month; null money: a rate is missing."""

    project: str | None
    """Null: the whole team's."""
    amount: Amount
    currency: str
    when_spent: str
    stops_at_120: bool
    grace_s: int
    month: date
    """Its first day."""
    spent: Amount | None
    reserved: Amount | None
    """What active work may still cost in this month."""
    left: Amount | None
    """What launches may take."""
    forecast: ForecastOut | None
    alerts: list[AlertOut]
    """What it told this month."""


def shape_quota(quota: Quota, use: Use | None) -> QuotaOut:
    return QuotaOut(
        id=quota.public_id,
        project=quota.project.slug if quota.project else None,
        member=quota.member.email if quota.member else None,
        used=use.amount if use else None,
        used_by=(use.who or None) if use else None,
        text=f"{quota_words.label_of(quota, quota.team.currency)} {quota_words.scope(quota)}",
        **quota.terms,
    )


def shape_budget(standing: Standing, outlook: Ahead | None, alerts: Sequence[BudgetAlert]) -> BudgetStanding:
    budget, balance = standing.budget, standing.balance
    return BudgetStanding(
        project=budget.project.slug if budget.project else None,
        amount=budget.amount,
        currency=budget.currency,
        when_spent=budget.when_spent,
        stops_at_120=budget.stops_at_120,
        grace_s=budget.grace_s,
        month=standing.month.first,
        spent=balance.spent.amount if balance else None,
        reserved=balance.reserved.amount if balance else None,
        left=balance.left.amount if balance else None,
        forecast=_forecast(outlook),
        alerts=[AlertOut(kind=one.kind, at=one.at, sent_at=one.sent_at) for one in alerts],
    )


def _forecast(outlook: Ahead | None) -> ForecastOut | None:
    if outlook is None:
        return None
    names = ("total", "low", "high", "spent_on", "earliest", "latest")
    found: dict[str, Any] = {name: getattr(outlook, name) for name in names}
    return ForecastOut(**found)
