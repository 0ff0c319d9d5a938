"""Sums over many workloads: what projects spent. By currency first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from django.db.models import F, Q, QuerySet, Sum

from gpuconsole.core.money import Money
from gpuconsole.projects import rates
from gpuconsole.workloads import usage
from gpuconsole.workloads.models import UsageInterval

Intervals: TypeAlias = "QuerySet[UsageInterval]"


def spent_by_project(
    intervals: Intervals, start: datetime, end: datetime, now: datetime
) -> dict[int, dict[str, Decimal]]:
    """Cost of what was billed between two moments, by project and currency; an interval that crosses one of them counts
    by its share of time. Two queries."""
    return spent_by("project", intervals, start, end, now)


def spent_by(
    column: str, intervals: Intervals, start: datetime, end: datetime, now: datetime
) -> dict[int, dict[str, Decimal]]:
    """The same by the keys of a column, such as ``workload__owner``; what has none there is left out. Two queries."""
    intervals = intervals.exclude(**{column: None})
    sums = _closed(column, intervals, start, end)
    for key, own in _crossing(column, intervals, start, end, now).items():
        for currency, amount in own.items():
            sums[key][currency] += amount
    return sums


def closed_by_project(intervals: Intervals, start: datetime, end: datetime) -> dict[int, dict[str, Decimal]]:
    """Cost of the intervals that lie between two moments whole."""
    return _closed("project", intervals, start, end)


def crossing_by_project(
    intervals: Intervals, start: datetime, end: datetime, now: datetime
) -> dict[int, dict[str, Decimal]]:
    """What the others cost between two moments: those that are open, and those that cross one of them."""
    return _crossing("project", intervals, start, end, now)


def _closed(column: str, intervals: Intervals, start: datetime, end: datetime) -> dict[int, dict[str, Decimal]]:
    inside = intervals.filter(started_at__gte=start, started_at__lt=end, ended_at__lte=end, cost__isnull=False)
    sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for key, currency, cost in inside.order_by().values_list(column, "currency").annotate(Sum("cost")):
        sums[key][currency] += cost
    return sums


def _crossing(
    column: str, intervals: Intervals, start: datetime, end: datetime, now: datetime
) -> dict[int, dict[str, Decimal]]:
    sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    crossing = intervals.filter(started_at__lt=end).filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=end) | Q(started_at__lt=start, ended_at__gt=start)
    )
    for interval in crossing.annotate(of=F(column)):
        sums[interval.of][interval.currency] += _share(interval, start, end, now)
    return sums


def merged(sums: Mapping[int, Mapping[str, Decimal]], projects: Iterable[int]) -> dict[str, Decimal]:
    """The sums of some projects together, by currency."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for project in projects:
        for currency, amount in sums.get(project, {}).items():
            found[currency] += amount
    return found


def total(sums: Mapping[str, Decimal], currency: str) -> Money | None:
    """One amount; None where a rate is missing."""
    converted: list[Money | None] = [
        rates.convert(Money(amount, own), currency) for own, amount in sums.items() if amount
    ]
    if any(amount is None for amount in converted):
        return None
    return _sum((amount for amount in converted if amount is not None), currency)


def _sum(amounts: Iterable[Money], currency: str) -> Money:
    return sum(amounts, start=Money(Decimal(0), currency))


def _share(interval: UsageInterval, start: datetime, end: datetime, now: datetime) -> Decimal:
    cost = usage.interval_cost(interval, now)
    if not cost:
        return Decimal(0)
    whole = (interval.ended_at or max(now, interval.started_at)) - interval.started_at
    before, behind = start - interval.started_at, end - interval.started_at
    return usage.part_of(cost, whole, behind) - usage.part_of(cost, whole, before)
