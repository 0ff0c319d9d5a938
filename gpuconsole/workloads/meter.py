"""The meter: opens and closes usage intervals for moves, many at once with three queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, DateTimeField, DecimalField, Value, When
from django.db.models.functions import Cast

from gpuconsole.workloads import usage
from gpuconsole.workloads.models import UsageInterval, Workload


@dataclass(slots=True)
class Readings:
    """What the meters of some workloads do within one transaction; ``save`` writes it."""

    opened: dict[int, UsageInterval] = field(default_factory=dict)
    """Open intervals that are not in the database yet, by workload."""
    ended: list[UsageInterval] = field(default_factory=list)
    """Opened and closed in one go."""
    closed: dict[int, UsageInterval] = field(default_factory=dict)
    """Ends of intervals that are open in the database, by workload."""

    def take(self, workload: Workload, *, is_billed: bool | None, said: datetime | None, now: datetime) -> None:
        """Set the meter of one workload; None lets it be. ``said`` is the provider's stamp of the change."""
        if is_billed is None or is_billed == (workload.billed_since is not None):
            return
        if is_billed:
            self._open(workload, said, now)
        else:
            self._close(workload, said, now)

    def settled(self) -> set[int]:
        """Workloads of which an interval was closed."""
        return {*self.closed, *(interval.workload_id for interval in self.ended)}

    def save(self) -> None:
        """Close first: a workload has one open interval at most."""
        if self.closed:
            _save_ends(self.closed)
        if self.ended or self.opened:
            UsageInterval.objects.bulk_create([*self.ended, *self.opened.values()])

    def _open(self, workload: Workload, said: datetime | None, now: datetime) -> None:
        start = max(min(said or now, now), workload.billed_until or workload.created_at)
        workload.billed_since, workload.billed_said_at = start, said
        self.opened[workload.pk] = UsageInterval(
            workload=workload,
            project_id=workload.project_id,
            attempt=workload.attempt,
            started_at=start,
            said_started_at=said,
            hourly_price=workload.hourly_price,
            currency=workload.currency,
            rounding=workload.rounding,
            gpu_count=workload.gpu_count,
        )

    def _close(self, workload: Workload, said: datetime | None, now: datetime) -> None:
        start = workload.billed_since
        assert start is not None
        end = max(min(said or now, now), start)
        stamps = (workload.billed_said_at, said)
        billed_s = usage.billed_length_s(start, end, stamps, is_sandbox=workload.is_sandbox)
        cost = usage.price_of(billed_s, workload.hourly_price, workload.rounding)
        workload.billed_since = workload.billed_said_at = None
        workload.billed_until = end
        workload.billed_closed_s += billed_s
        workload.cost_closed += cost or Decimal(0)
        interval = self.opened.pop(workload.pk, None)
        if interval is None:
            self.closed[workload.pk] = interval = UsageInterval(workload=workload)
        else:
            self.ended.append(interval)
        interval.ended_at, interval.said_ended_at, interval.billed_s, interval.cost = end, said, billed_s, cost


def _save_ends(ends: dict[int, UsageInterval]) -> None:
    def each(name: str, output_field: DateTimeField | DecimalField) -> Cast:  # type: ignore[type-arg]
        ways = (When(workload=pk, then=Value(getattr(end, name), output_field)) for pk, end in ends.items())
        return Cast(Case(*ways, output_field=output_field), output_field)  # nothing but NULLs would pass for text

    UsageInterval.objects.filter(workload__in=ends, ended_at__isnull=True).update(
        ended_at=each("ended_at", DateTimeField()),
        said_ended_at=each("said_ended_at", DateTimeField()),
        billed_s=each("billed_s", DecimalField(max_digits=18, decimal_places=6)),
        cost=each("cost", DecimalField(max_digits=16, decimal_places=6)),
    )
