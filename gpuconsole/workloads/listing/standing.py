"""Figures above a list: what is not ended in a scope, and the GPUs and money of what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Func, Q, Sum, When

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import briefly
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads import queries
from gpuconsole.workloads.models import WorkloadQuerySet
from gpuconsole.workloads.states import ACTIVE, FINAL, Kind, State

WEEK = timedelta(days=7)
_MOST_FAILED = 999
_KNOWN_S = 300
"""For how long it is known that there are more than can be counted."""


class _LanesPrice(Func):
    """Price per hour of what is billed side by side just now; null where one of them is unknown."""

    template = (
        "(SELECT CASE WHEN bool_and(lane->>'price' IS NOT NULL) THEN SUM((lane->>'price')::numeric) END"
        " FROM jsonb_array_elements(%(expressions)s) lane WHERE (lane->>'is_open')::boolean)"
    )
    output_field = DecimalField(max_digits=24, decimal_places=6)


HOURLY_NOW = Case(
    When(~Q(billed_lanes=[]), then=_LanesPrice(F("billed_lanes"))),
    When(billed_since__isnull=True, then=None),
    When(billed_tariff=Tariff.REST, hourly_price__isnull=False, then=F("resting_hourly_price")),
    default=F("hourly_price"),
    output_field=DecimalField(max_digits=24, decimal_places=6),
)
"""What ``Workload.hourly_now`` says, for sums over many."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The band above a list: how many have not ended, the GPUs that they hold, what they cost per hour by currency."""

    live: int
    gpus: int
    hourly: Mapping[str, Decimal]


NOTHING = Sums(0, 0, {})


def sums(rows: WorkloadQuerySet) -> Sums:
    """Added up over all pages of a list. One query, on what has not ended."""
    return _summed(list(rows.not_ended().order_by().values("currency").annotate(**_FIGURES)))


@dataclass(frozen=True, slots=True)
class Standing:
    """What has not ended in a scope, of both kinds, and the sums of one."""

    open_counts: Mapping[str, int]
    """By kind."""
    mine: int
    """Of the kind, the viewer's own."""
    sums: Sums


def of_scope(scope: WorkloadQuerySet, kind: Kind, viewer: Viewer) -> Standing:
    """One query for the navigation, the tabs and the band of a list that is not narrowed."""
    mine = Count("pk", filter=Q(owner=viewer.user.pk))
    found: Any = scope.not_ended().order_by().values("kind", "currency").annotate(**_FIGURES, mine=mine)
    lines: list[dict[str, Any]] = list(found)
    own = [line for line in lines if line["kind"] == kind]
    counts: dict[str, int] = {}
    for line in lines:
        counts[line["kind"]] = counts.get(line["kind"], 0) + line["live"]
    return Standing(counts, sum(line["mine"] for line in own), _summed(own))


_FIGURES = {"live": Count("pk"), "gpus": Sum("gpu_count", filter=Q(state__in=ACTIVE)), "hourly": Sum(HOURLY_NOW)}


def _summed(lines: Sequence[Mapping[str, Any]]) -> Sums:
    hourly, live, gpus = {}, 0, 0
    for line in lines:
        live, gpus = live + line["live"], gpus + (line["gpus"] or 0)
        if line["hourly"]:
            hourly[line["currency"]] = line["hourly"]
    return Sums(live, gpus, hourly)


def is_all_live(filters: queries.Filters) -> bool:
    """Whether nothing that has ended is among what is shown, so that the sums tell how many there are."""
    return filters.is_open or (bool(filters.states) and not set(filters.states) & FINAL)


def may_be_live(filters: queries.Filters) -> bool:
    """Whether anything that has not ended can be shown at all."""
    return filters.is_open or not filters.states or bool(set(filters.states) - FINAL)


def failed_count(scope: WorkloadQuerySet, now: datetime) -> int:
    """What failed this week, up to a thousand."""
    return queries.capped_count(scope.filter(state=State.FAILED, created_at__gte=now - WEEK), _MOST_FAILED)


def total(rows: WorkloadQuerySet, key: str) -> int:
    """How many there are, up to ``MOST_COUNTED`` + 1; that there are more is remembered for a while under the key."""
    if briefly.recall(f"many:{key}"):
        return queries.MOST_COUNTED + 1
    found = queries.capped_count(rows)
    if found > queries.MOST_COUNTED:
        briefly.keep(f"many:{key}", "1", _KNOWN_S)
    return found
