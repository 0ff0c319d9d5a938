"""Budgets at work: what a month's budget has spent and reserved, and what it has left for a launch.

A reservation counts in every month that its work can still fall into, with what it can cost there: at midnight of the
first nothing turns up that had not been counted.
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

from gpuconsole.core.money import Money
from gpuconsole.projects import budgets
from gpuconsole.projects.budgets import Balance, Month
from gpuconsole.projects.models import Budget, Project
from gpuconsole.workloads import spending, usage
from gpuconsole.workloads.models import Intent, UsageInterval, Workload, WorkloadQuerySet
from gpuconsole.workloads.states import State

_EXACT = DecimalField(max_digits=30, decimal_places=6)
_HOUR_S = Decimal(3600)
_NEEDED = (
    *("project", "currency", "reserved", "hourly_price", "resting_hourly_price", "rounding", "ends_by", "state"),
    *("cost_closed", "billed_since", "billed_tariff", "billed_before_s", "billed_closed_s", "billed_lanes"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a budget stands in the running month; the balance is None where a rate is missing."""

    budget: Budget
    month: Month
    balance: Balance | None


def share(
    most: Decimal, hourly: Decimal, rounding: str, ends_by: datetime | None, now: datetime, month: Month
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
        for budget in own:
            keys = projects[budget.team_id] if budget.project_id is None else [budget.project_id]
            sums = [spending.total(spending.merged(sums, keys), budget.currency) for sums in (spent, held)]
            known = None if sums[0] is None or sums[1] is None else (sums[0], sums[1])
            balance = known and budgets.balance(budget, spent=known[0], reserved=known[1])
            found[budget.pk] = Standing(budget, month, balance)
    return [found[budget.pk] for budget in listed]


def falling(workloads: WorkloadQuerySet, month: Month, now: datetime) -> dict[int, dict[str, Decimal]]:
    """What held work may still cost in a month on top of what it has cost already, by project. One query."""
    sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in workloads.filter(reserved__isnull=False, hourly_price__isnull=False).only(*_NEEDED):
        sums[row.project_id][row.currency] += _falls(row, month, now)
    return sums


def left(
    listed: Sequence[Budget], months: Sequence[Month], now: datetime, *, without: Workload | None = None
) -> list[list[Money | None]]:
    """What launches may still take of each budget, in the running month and in those that follow; never below zero.

    All budgets are of one team; None where a rate is missing. ``without`` leaves out what one workload may still cost.
    Work that began in the running month, ends in it and cannot cost more than it reserved has its reservation taken
    whole, what it has spent included: the database sums that, so that thousands of workloads cost little more than one.
    """
    held = _held(listed)
    if without is not None:
        held = held.exclude(pk=without.pk)
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
    return [_left(budget, months, now, taken, others) for budget in listed]


def _left(
    budget: Budget,
    months: Sequence[Month],
    now: datetime,
    taken: Mapping[int, Mapping[str, Decimal]],
    others: Sequence[Workload],
) -> list[Money | None]:
    own = [row for row in others if budget.project_id in (None, row.project_id)]
    first = spending.merged(taken, taken if budget.project_id is None else [budget.project_id])
    found = []
    for number, month in enumerate(months):
        sums = _summed(
            [*(first.items() if number == 0 else ()), *((row.currency, _falls(row, month, now)) for row in own)]
        )
        amount = spending.total(sums, budget.currency)
        rest = None if amount is None else max(Decimal(0), budget.amount - amount.amount)
        found.append(None if rest is None else Money(rest, budget.currency))
    return found


def _sorted(held: WorkloadQuerySet, month: Month, now: datetime) -> Any:
    """Held work by ``is_plain``: whether all that it has cost and can cost falls into the month, and is reserved."""
    lasts = ExpressionWrapper(F("ends_by") - Coalesce("billed_since", Value(now)), DurationField())
    at_most = F("cost_closed") + F("hourly_price") * Extract(lasts, "epoch") / Value(_HOUR_S)
    inside = Q(created_at__gte=month.start, ends_by__gt=now, ends_by__lte=month.end)
    known = Q(reserved__isnull=False, hourly_price__isnull=False)
    is_plain = When(inside & known & Q(reserved__gte=F("at_most")), then=Value(True))
    held = held.annotate(at_most=ExpressionWrapper(at_most, output_field=_EXACT))
    return held.annotate(is_plain=Case(is_plain, default=Value(False), output_field=BooleanField()))


def _falls(row: Workload, month: Month, now: datetime) -> Decimal:
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


def days_spent(budget: Budget, now: datetime) -> list[Decimal]:
    """What each of the last whole days cost, oldest first, for a forecast; empty where a rate is missing.

    Days before the first money was spent do not count.
    """
    found: list[Decimal] = []
    for start, end in budgets.last_days(now, budget.team.time_zone):
        money = spending.total(spending.spent_of(_intervals([budget]), start, end, now), budget.currency)
        if money is None:
            return []
        if found or money.amount:
            found.append(money.amount)
    return found
