"""Usage intervals cut at midnights: in SQL for ended ones, many at once; in Python for the few that are open.

Both give each day the same part of an interval: its share of the time, to a millionth, so that the days sum to exactly
what the interval cost (``workloads.usage.part_of``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from gpuconsole.core.days import Span
from gpuconsole.workloads import usage
from gpuconsole.workloads.models import UsageInterval
from gpuconsole.workloads.states import FINAL

_FINAL = ", ".join(f"'{state.value}'" for state in sorted(FINAL))


def _upto(amount: str, moment: str) -> str:
    """``usage.part_of`` in SQL, over whole microseconds and millionths so that nothing is rounded twice."""
    gone = f"round(extract(epoch FROM ({moment} - i.started_at)) * 1000000)"
    return (
        f"CASE WHEN {moment} <= i.started_at THEN 0 WHEN {moment} >= i.ended_at THEN {amount}"
        f" ELSE div(2 * round({amount} * 1000000) * {gone} + long.us, 2 * long.us) / 1000000 END"
    )


def _part(amount: str) -> str:
    until, since = _upto(amount, "cuts.bounds[k + 1]"), _upto(amount, "cuts.bounds[k]")
    return f"({until}) - ({since})"


WORKLOAD_DAYS = f"""
SELECT w.team_id, i.workload_id, %(first)s::date + (k - 1)::integer AS day, i.project_id, w.owner_id, w.provider,
       w.gpu_model, CASE WHEN w.state IN ({_FINAL}) THEN w.state ELSE '' END AS outcome, w.is_sandbox, i.currency,
       round(coalesce(sum(part.cost), 0), 6) AS cost,
       round(sum(part.billed_s * i.gpu_count), 6) AS gpu_s,
       round(coalesce(sum(part.billed_s) FILTER (WHERE i.cost IS NULL), 0), 6) AS unpriced_s,
       round(coalesce(sum(part.billed_s * i.gpu_count) FILTER (WHERE i.cost IS NULL), 0), 6) AS unpriced_gpu_s,
       round(sum(part.billed_s), 6) AS billed_s,
       round(sum(coalesce(part.charged_s, part.billed_s)), 6) AS charged_s
  FROM workloads_usageinterval i
  JOIN workloads_workload w ON w.id = i.workload_id
 CROSS JOIN (SELECT %(bounds)s::timestamptz[] AS bounds) cuts
 CROSS JOIN LATERAL (
       SELECT round(extract(epoch FROM (i.ended_at - i.started_at)) * 1000000) AS us,
              round(i.cost * 3600 / nullif(i.hourly_price, 0), 6) AS charged_s) long
 CROSS JOIN LATERAL generate_series(
       width_bucket(i.started_at, cuts.bounds),
       width_bucket(greatest(i.started_at, i.ended_at - interval '1 microsecond'), cuts.bounds)) k
 CROSS JOIN LATERAL (
       SELECT {_part("i.cost")} AS cost, {_part("i.billed_s")} AS billed_s, {_part("long.charged_s")} AS charged_s) part
 WHERE i.ended_at IS NOT NULL AND k BETWEEN 1 AND %(days)s AND {{only}}
 GROUP BY w.id, w.team_id, i.workload_id, k, i.project_id, i.currency
"""  # noqa: S608 - made of constants of ours
"""Rows as ``WorkloadDay`` keeps them, in this order; ``{only}`` narrows intervals ``i`` of workloads ``w``."""

COLUMNS = (
    *("team_id", "workload_id", "day", "project_id", "owner_id", "provider", "gpu_model", "outcome", "is_sandbox"),
    *("currency", "cost", "gpu_s", "unpriced_s", "unpriced_gpu_s", "billed_s", "charged_s"),
)


def parameters(span: Span) -> dict[str, Any]:
    """What ``WORKLOAD_DAYS`` needs to know of the days."""
    return {"first": span.first, "days": len(span), "bounds": span.bounds}


@dataclass(frozen=True, slots=True)
class Piece:
    """One day's part of an open interval."""

    interval: UsageInterval
    day: date
    cost: Decimal | None
    billed_s: Decimal
    charged_s: Decimal

    @property
    def gpu_s(self) -> Decimal:
        return self.billed_s * self.interval.gpu_count


def cut(intervals: Iterable[UsageInterval], span: Span, now: datetime) -> Iterator[Piece]:
    """The parts of open intervals, counted up to now, that fall on days of the span."""
    for interval in intervals:
        until = max(now, interval.started_at)
        whole, cost = until - interval.started_at, usage.interval_cost(interval, now)
        billed_s = usage.seconds(whole)
        charged_s = billed_s if cost is None or not interval.hourly_price else _charged(cost, interval.hourly_price)
        amounts = (cost or Decimal(0), billed_s, charged_s)
        for day, start, end in span.cut(interval.started_at, until):
            since, upto = start - interval.started_at, end - interval.started_at
            if since <= timedelta() and upto >= whole:
                parts = amounts
            else:
                parts = tuple(  # type: ignore[assignment]
                    usage.part_of(one, whole, upto) - usage.part_of(one, whole, since) for one in amounts
                )
            yield Piece(interval, day, None if cost is None else parts[0], parts[1], parts[2])


def _charged(cost: Decimal, hourly_price: Decimal) -> Decimal:
    return (cost * 3600 / hourly_price).quantize(usage.EXACT)
