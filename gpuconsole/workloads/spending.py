"""Sums over many workloads: what projects hold now, what they spent, what they have reserved. By currency first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum

from gpuconsole.core.money import Money
from gpuconsole.projects import rates
from gpuconsole.projects.models import Project
from gpuconsole.workloads import usage
from gpuconsole.workloads.models import UsageInterval, WorkloadQuerySet


@dataclass(frozen=True, slots=True)
class Held:
    """What work holds that is active or asked to start; ``hourly`` counts what is priced."""

    gpus: int = 0
    workloads: int = 0
    hourly: Mapping[str, Decimal] = field(default_factory=dict)


def held(workloads: WorkloadQuerySet) -> Held:
    """One query."""
    rows = (
        workloads.holding()
        .order_by()
        .values_list("currency")
        .annotate(Sum("gpu_count"), Count("pk"), Sum("hourly_price"))
    )
    found = list(rows)
    return Held(
        gpus=sum(gpus for _, gpus, _, _ in found),
        workloads=sum(count for _, _, count, _ in found),
        hourly={currency: hourly for currency, _, _, hourly in found if hourly is not None},
    )


def reserved(workloads: WorkloadQuerySet, now: datetime) -> dict[str, Decimal]:
    """What held work may still cost on top of what it has cost already. One query."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    needed = (
        "currency",
        "reserved",
        "hourly_price",
        "resting_hourly_price",
        "rounding",
        "cost_closed",
        "billed_since",
        "billed_tariff",
        "billed_before_s",
        "billed_closed_s",
        "state",
    )
    for workload in workloads.holding().filter(reserved__isnull=False).only(*needed):
        spent = usage.cost_so_far(workload, now) or Decimal(0)
        sums[workload.currency] += max(Decimal(0), (workload.reserved or Decimal(0)) - spent)
    return dict(sums)


def spent(projects: Iterable[Project], start: datetime, end: datetime, now: datetime) -> dict[str, Decimal]:
    """Cost of what was billed between two moments; an interval that crosses one of them counts by its share of time."""
    of_project = UsageInterval.objects.filter(project__in=list(projects))
    inside = of_project.filter(started_at__gte=start, started_at__lt=end, ended_at__lte=end, cost__isnull=False)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    sums.update(inside.order_by().values_list("currency").annotate(Sum("cost")))
    crossing = of_project.filter(started_at__lt=end).filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=end) | Q(started_at__lt=start, ended_at__gt=start)
    )
    for interval in crossing:
        sums[interval.currency] += _share(interval, start, end, now)
    return dict(sums)


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
