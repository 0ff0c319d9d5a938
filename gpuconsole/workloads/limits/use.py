"""What quotas have in use: summed from the workloads' own rows, for any number of quotas in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least

from gpuconsole.accounts.models import Team, User
from gpuconsole.core import gpus
from gpuconsole.core.days import Span
from gpuconsole.core.money import Money
from gpuconsole.projects import budgets, rates
from gpuconsole.projects.models import Measure, Quota
from gpuconsole.projects.quotas import Use, is_of
from gpuconsole.workloads import usage
from gpuconsole.workloads.models import UsageInterval, Workload

_HOUR_S = Decimal(3600)


@dataclass(frozen=True, slots=True)
class _Held:
    """What alike work holds: of one project and person, kind, GPU model and currency."""

    team_id: int
    project_id: int
    owner_id: int | None
    kind: str
    gpu_model: str
    currency: str = ""
    gpus: int = 0
    workloads: int = 0
    hourly_price: Decimal | None = None
    gpu_time: timedelta = timedelta()


def used(
    quotas: Collection[Quota], now: datetime, *, owner: User | None = None, without: Workload | None = None
) -> dict[int, Use]:
    """What each quota has in use, by its key; lists and run times have none.

    For a limit that holds for each person it is that of ``owner``, else of whoever uses most. ``without`` leaves one
    workload out, but for its GPU-hours in stretches that have ended. Counted is work that is active, or at rest and
    asked to start.
    """
    summed = [quota for quota in quotas if quota.measure in _SUMS]
    if not summed:
        return {}
    teams = _teams(summed)
    months = {pk: budgets.month_of(now, team.time_zone) for pk, team in teams.items()}
    held, money = _held(summed, months, now, without), _Converter(teams)
    metered = _metered(summed, months) if any(one.measure == Measure.GPU_HOURS for one in summed) else []
    found = {}
    for quota in summed:
        rows = [*held, *metered] if quota.measure == Measure.GPU_HOURS else held
        found[quota.pk] = _use(quota, [row for row in rows if _counts(quota, row)], owner, money)
    people = User.objects.in_bulk({person for _, person in found.values() if person is not None and owner is None})
    return {
        pk: Use(amount, people[person].display_name if person in people else "")
        for pk, (amount, person) in found.items()
    }


def _use(
    quota: Quota, rows: Iterable[_Held], owner: User | None, money: _Converter
) -> tuple[Decimal | None, int | None]:
    """The amount, and the key of the person it is the use of."""
    total = _SUMS[Measure(quota.measure)]
    if not quota.each_member:
        return total(quota, list(rows), money), None
    by_person: dict[int | None, list[_Held]] = defaultdict(list)
    for row in rows:
        by_person[row.owner_id].append(row)
    if owner is not None:
        return total(quota, by_person[owner.pk], money), owner.pk
    by_person.pop(None, None)
    sums = {person: total(quota, own, money) for person, own in by_person.items()}
    if None in sums.values():
        return None, None
    most = max(sums, key=lambda person: sums[person] or Decimal(0), default=None)
    return (Decimal(0), None) if most is None else (sums[most], most)


def _counts(quota: Quota, row: _Held) -> bool:
    """Whether what the row holds is of what the quota limits."""
    if row.team_id != quota.team_id or quota.project_id not in (None, row.project_id):
        return False
    if quota.member_id not in (None, row.owner_id) or quota.kind not in ("", row.kind):
        return False
    return is_of(quota, row.gpu_model)


class _Converter:
    """Money in each team's own currency; a rate is looked up once."""

    def __init__(self, teams: dict[int, Team]) -> None:
        self._teams = teams
        self._found: dict[tuple[str, str], Money | None] = {}

    def total(self, quota: Quota, rows: list[_Held]) -> Decimal | None:
        """Price per hour of the rows together; None where a rate is missing."""
        currency, total = self._teams[quota.team_id].currency, Decimal(0)
        for row in rows:
            if row.hourly_price:
                one = self._one(row.currency, currency)
                if one is None:
                    return None
                total += row.hourly_price * one.amount
        return total

    def _one(self, currency: str, to_currency: str) -> Money | None:
        if (currency, to_currency) not in self._found:
            self._found[currency, to_currency] = rates.convert(Money(Decimal(1), currency), to_currency)
        return self._found[currency, to_currency]


_SUMS: dict[Measure, Callable[[Quota, list[_Held], _Converter], Decimal | None]] = {
    Measure.GPUS: lambda quota, rows, money: Decimal(sum(row.gpus for row in rows)),
    Measure.WORKLOADS: lambda quota, rows, money: Decimal(sum(row.workloads for row in rows)),
    Measure.HOURLY_PRICE: lambda quota, rows, money: money.total(quota, rows),
    Measure.GPU_HOURS: lambda quota, rows, money: (
        usage.seconds(sum((row.gpu_time for row in rows), timedelta())) / _HOUR_S
    ),
}


def _teams(quotas: Collection[Quota]) -> dict[int, Team]:
    """The teams by key: those that came with the quotas, the others in one query."""
    known = {one.team_id: one.team for one in quotas if Quota.team.is_cached(one)}
    missing = {one.team_id for one in quotas} - known.keys()
    return known | (Team.objects.in_bulk(missing) if missing else {})


def _within(quotas: Collection[Quota]) -> Q:
    """The teams that the quotas are of; one project alone where they are all of it."""
    return _one_project(quotas) or Q(team__in={one.team_id for one in quotas})


def _booked(quotas: Collection[Quota]) -> Q:
    """The same for usage intervals."""
    return _one_project(quotas) or Q(workload__team__in={one.team_id for one in quotas})


def _one_project(quotas: Collection[Quota]) -> Q | None:
    projects = {one.project_id for one in quotas}
    return Q(project__in=projects) if len(projects) == 1 and None not in projects else None


_GROUP = ("team", "project", "owner", "kind", "gpu_model")


def _held(
    quotas: Collection[Quota], months: Mapping[int, Span], now: datetime, without: Workload | None
) -> list[_Held]:
    """What work holds just now, with the GPU-seconds of the running month that its open stretch took and may take."""
    rows = Workload.objects.holding().filter(_within(quotas))
    if without is not None:
        rows = rows.exclude(pk=without.pk)
    sums: dict[str, Any] = {"gpus": Sum("gpu_count"), "count": Count("*"), "hourly": Sum("hourly_price")}
    if any(one.measure == Measure.GPU_HOURS for one in quotas):
        start, end = _edges("team", months)
        rows = rows.annotate(
            begins=Greatest(Coalesce("billed_since", Value(now)), start),
            ends=Greatest(Least(Coalesce("ends_by", end), end), Value(now)),
        )
        sums["gpu_time"] = _gpu_time()
    found = rows.order_by().values_list(*_GROUP, "currency").annotate(**sums)
    return [
        _Held(team, project, owner, kind, gpus.normal(model), currency, held or 0, count, hourly, *gpu_time)
        for team, project, owner, kind, model, currency, held, count, hourly, *gpu_time in found
    ]


def _metered(quotas: Collection[Quota], months: Mapping[int, Span]) -> list[_Held]:
    """GPU-seconds of the running month in stretches that have ended, where they were booked."""
    hourly = [one for one in quotas if one.measure == Measure.GPU_HOURS]
    start, _ = _edges("workload__team", months)
    since = min(month.start for month in months.values())
    rows = UsageInterval.objects.filter(_booked(hourly), gpu_count__gt=0, ended_at__gt=since)
    rows = rows.annotate(begins=Greatest("started_at", start), ends=F("ended_at")).filter(ends__gt=F("begins"))
    group = ("workload__team", "project", *(f"workload__{name}" for name in _GROUP[2:]))
    found = rows.order_by().values_list(*group).annotate(gpu_time=_gpu_time())
    return [
        _Held(team, project, owner, kind, gpus.normal(model), gpu_time=gpu_time)
        for team, project, owner, kind, model, gpu_time in found
    ]


def _gpu_time() -> Sum:
    """As a length: the database adds those up faster than exact numbers of seconds."""
    length = ExpressionWrapper(F("ends") - F("begins"), DurationField())
    return Sum(ExpressionWrapper(F("gpu_count") * length, DurationField()))


def _edges(column: str, months: Mapping[int, Span]) -> tuple[Case | Value, Case | Value]:
    """The month's first and last moment, by the team in the column."""

    def each(edge: str) -> Case | Value:
        if len(months) == 1:
            return Value(next(getattr(month, edge) for month in months.values()))
        cases = (When(**{column: pk, "then": Value(getattr(month, edge))}) for pk, month in months.items())
        return Case(*cases, output_field=DateTimeField())

    return each("start"), each("end")
