"""Budgets at work: what a month's budget has spent and reserved, and what it has left for a launch.

A reservation counts in every month that its work can still fall into, with what it can cost there: at midnight of the
first nothing turns up that had not been counted. A launch request that waits reserves as if it were launched now, in
the budgets that it fits into: what is more than a budget has left can't be held there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DecimalField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Extract

from gpuconsole.core.days import Span
from gpuconsole.core.money import Money
from gpuconsole.projects import budgets
from gpuconsole.projects.budgets import Balance
from gpuconsole.projects.models import Budget, Project
from gpuconsole.workloads import spending, usage
from gpuconsole.workloads.models import Intent, LaunchRequest, UsageInterval, Workload, WorkloadQuerySet
from gpuconsole.workloads.states import State

PROJECT_BUDGET, TEAM_BUDGET = "budget", "team-budget"
_EXACT = DecimalField(max_digits=30, decimal_places=6)
_HOUR_S = Decimal(3600)
_NEEDED = (
    *("project", "currency", "reserved", "hourly_price", "resting_hourly_price", "rounding", "ends_by", "state"),
    *("cost_closed", "billed_since", "billed_tariff", "billed_before_s", "billed_closed_s"),
)
_ASKED = ("team", "project", "currency", "held", "hourly_price", "rounding", "longest_s", "limits")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a budget stands in the running month; the balance is None where a rate is missing."""

    budget: Budget
    month: Span
    balance: Balance | None


def share(
    most: Decimal, hourly: Decimal, rounding: str, ends_by: datetime | None, now: datetime, month: Span
) -> Decimal:
    """How much of what work may still cost, ``most``, can fall into a month, if it is billed from now to its end.

    What is past its end falls into the running month: it is being ended.
    """
    if ends_by is not None and ends_by <= now:
        return most if month.start <= now < month.end else Decimal(0)
    until = month.end if ends_by is None else min(ends_by, month.end)
    inside_s = usage.seconds(until - max(now, month.start))
    return min(most, usage.price_of(inside_s, hourly, rounding) or Decimal(0))


def standings(listed: Collection[Budget], now: datetime) -> list[Standing]:
    """How each budget stands, in its own currency; as many queries for many budgets of one time zone as for one."""
    zones: dict[str, list[Budget]] = defaultdict(list)
    for budget in listed:
        zones[budget.team.time_zone].append(budget)
    found = {}
    for zone, own in zones.items():
        month = budgets.month_of(now, zone)
        projects = _projects(own)
        spent = spending.spent_by_project(_intervals(own), month.start, month.end, now)
        held = falling(_held(own), month, now)
        asked = _asked(own, now)
        for budget in own:
            keys = projects[budget.team_id] if budget.project_id is None else [budget.project_id]
            wanted = asked_in(budget, asked, month, now)
            taken = _summed([*spending.merged(held, keys).items(), *wanted])
            sums = [spending.total(sums, budget.currency) for sums in (spending.merged(spent, keys), taken)]
            known = None if sums[0] is None or sums[1] is None else (sums[0], sums[1])
            balance = known and budgets.balance(budget, spent=known[0], reserved=known[1])
            found[budget.pk] = Standing(budget, month, balance)
    return [found[budget.pk] for budget in listed]


def falling(workloads: WorkloadQuerySet, month: Span, now: datetime) -> dict[int, dict[str, Decimal]]:
    """What held work may still cost in a month on top of what it has cost already, by project. One query."""
    sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in workloads.filter(reserved__isnull=False, hourly_price__isnull=False).only(*_NEEDED):
        sums[row.project_id][row.currency] += _falls(row, month, now)
    return sums


def left(
    listed: Sequence[Budget],
    months: Sequence[Span],
    now: datetime,
    *,
    without: Workload | LaunchRequest | None = None,
) -> list[list[Money | None]]:
    """What launches may still take of each budget, in the running month and in those that follow; never below zero.

    All budgets are of one team; None where a rate is missing. ``without`` leaves out what one workload may still cost,
    or one request holds. Work that began in the running month, ends in it and cannot cost more than it reserved has its
    reservation taken whole, what it has spent included: the database sums that, so that thousands of workloads cost
    little more than one.
    """
    held, asked = _held(listed), _asked(listed, now)
    if isinstance(without, Workload):
        held = held.exclude(pk=without.pk)
    elif without is not None:
        asked = [row for row in asked if row.pk != without.pk]
    held, month = _sorted(held, months[0], now), months[0]
    sums = (
        held.order_by()
        .values_list("project", "currency")
        .annotate(
            ahead=Sum(F("reserved") - F("cost_closed"), filter=Q(is_plain=True), default=Decimal(0)),
            odd=Count("pk", filter=Q(is_plain=False)),
        )
    )
    ahead = list(sums)
    others = list(held.filter(is_plain=False).only(*_NEEDED)) if any(odd for *_, odd in ahead) else []
    rest = Workload.objects.filter(_within(listed), state=State.STOPPED).exclude(intent=Intent.START)
    is_counted = Q(ended_at__isnull=False) | Q(workload__in=[row.pk for row in others]) | Q(workload__in=rest)
    intervals = _intervals(listed)
    taken = spending.closed_by_project(intervals, month.start, month.end)
    crossing = spending.crossing_by_project(intervals.filter(is_counted), month.start, month.end, now)
    for project, own in crossing.items():
        for currency, amount in own.items():
            taken[project][currency] += amount
    for project, currency, amount, _ in ahead:
        taken[project][currency] += amount
    return [_left(budget, months, now, taken, others, asked) for budget in listed]


def _left(
    budget: Budget,
    months: Sequence[Span],
    now: datetime,
    taken: Mapping[int, Mapping[str, Decimal]],
    others: Sequence[Workload],
    asked: Sequence[LaunchRequest],
) -> list[Money | None]:
    own = [row for row in others if budget.project_id in (None, row.project_id)]
    first = spending.merged(taken, taken if budget.project_id is None else [budget.project_id])
    found = []
    for number, month in enumerate(months):
        ahead = [(row.currency, _falls(row, month, now)) for row in own] + asked_in(budget, asked, month, now)
        sums = _summed([*(first.items() if number == 0 else ()), *ahead])
        amount = spending.total(sums, budget.currency)
        rest = None if amount is None else max(Decimal(0), budget.amount - amount.amount)
        found.append(None if rest is None else Money(rest, budget.currency))
    return found


def key(budget: Budget) -> str:
    """How a launch names the budget among the limits that concern it."""
    return PROJECT_BUDGET if budget.project_id else TEAM_BUDGET


def asked_in(budget: Budget, asked: Iterable[LaunchRequest], month: Span, now: datetime) -> list[tuple[str, Decimal]]:
    """What requests that wait hold of a budget in a month, with its currency."""
    return [
        (row.currency, share(row.held, row.hourly_price, row.rounding, row.ends_by(now), now, month))
        for row in asked
        if row.team_id == budget.team_id and budget.project_id in (None, row.project_id)
        if row.held is not None and row.hourly_price is not None and key(budget) not in row.limits
    ]


def _asked(listed: Collection[Budget], now: datetime) -> list[LaunchRequest]:
    """The requests that wait within reach of the budgets. One query, on few rows."""
    found = LaunchRequest.objects.waiting(now).filter(_within(listed), held__isnull=False)
    return list(found.only(*_ASKED))


def _sorted(held: WorkloadQuerySet, month: Span, now: datetime) -> Any:
    """Held work by ``is_plain``: whether all that it has cost and can cost falls into the month, and is reserved."""
    lasts = ExpressionWrapper(F("ends_by") - Coalesce("billed_since", Value(now)), DurationField())
    at_most = F("cost_closed") + F("hourly_price") * Extract(lasts, "epoch") / Value(_HOUR_S)
    inside = Q(created_at__gte=month.start, ends_by__gt=now, ends_by__lte=month.end)
    known = Q(reserved__isnull=False, hourly_price__isnull=False)
    is_plain = When(inside & known & Q(reserved__gte=F("at_most")), then=Value(True))
    held = held.annotate(at_most=ExpressionWrapper(at_most, output_field=_EXACT))
    return held.annotate(is_plain=Case(is_plain, default=Value(False), output_field=BooleanField()))


def _falls(row: Workload, month: Span, now: datetime) -> Decimal:
    """What is left of its reservation, as far as it can fall into the month; nothing where nothing is reserved."""
    if row.reserved is None or row.hourly_price is None:
        return Decimal(0)
    rest = max(Decimal(0), row.reserved - (usage.cost_so_far(row, now) or Decimal(0)))
    return share(rest, row.hourly_price, row.rounding, row.ends_by, now, month)


def _within(listed: Collection[Budget]) -> Q:
    teams = {one.team_id for one in listed if one.project_id is None}
    projects = {one.project_id for one in listed if one.project_id is not None and one.team_id not in teams}
    return Q(project__team__in=teams) | Q(project__in=projects) if teams else Q(project__in=projects)


def _held(listed: Collection[Budget]) -> WorkloadQuerySet:
    return Workload.objects.holding().filter(_within(listed))


def _intervals(listed: Collection[Budget]) -> spending.Intervals:
    return UsageInterval.objects.filter(_within(listed))


def _projects(listed: Collection[Budget]) -> Mapping[int, list[int]]:
    """The projects of the teams that have a budget of their own."""
    found: dict[int, list[int]] = defaultdict(list)
    teams = {one.team_id for one in listed if one.project_id is None}
    for pk, team in Project.objects.filter(team__in=teams).values_list("pk", "team"):
        found[team].append(pk)
    return found


def _summed(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in amounts:
        sums[currency] += amount
    return sums
