"""One page of a list in its order: the newest first by an index, by cost or duration from two that are merged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet, Value

from gpuconsole.core import paging
from gpuconsole.core.errors import Refused
from gpuconsole.core.paging import Page
from gpuconsole.workloads import queries
from gpuconsole.workloads.listing.asked import Asked
from gpuconsole.workloads.models import LASTED, Workload, WorkloadQuerySet
from gpuconsole.workloads.running_cost import running_cost
from gpuconsole.workloads.states import FINAL


def page(scope: WorkloadQuerySet, rows: WorkloadQuerySet, asked: Asked, now: datetime) -> Page[Workload]:
    """The rows to show, of a scope. A cursor from elsewhere gives the first page, the useful answer."""
    cursors = {name: asked.paging.get(name) for name in ("after", "before")}
    try:
        return _page(scope, rows, asked, now, cursors)
    except Refused:
        return _page(scope, rows, asked, now, {})


def _page(
    scope: WorkloadQuerySet, rows: WorkloadQuerySet, asked: Asked, now: datetime, cursors: dict[str, Any]
) -> Page[Workload]:
    name, sign = asked.sort.removeprefix("-"), "-" if asked.sort.startswith("-") else ""
    if name == "created" and asked.text and queries.is_rare(scope, asked.text):
        return paging.page(queries.newest_first(rows), order=(f"{sign}newest",), limit=asked.size, **cursors)
    if name == "created":
        return paging.page(rows, order=(f"{sign}id",), limit=asked.size, **cursors)
    order = (f"{sign}sorted_by", f"{sign}id")
    return paging.merged(_sources(rows, name, asked.as_of(now)), order=order, limit=asked.size, **cursors)


def _sources(rows: WorkloadQuerySet, name: str, now: datetime) -> list[QuerySet[Workload]]:
    """What has ended, in the order of an index; and what has not, which is little, by its running figure."""
    ended, live = rows.filter(state__in=FINAL), rows.not_ended()
    if name == "cost":
        return [ended.annotate(sorted_by=F("cost_closed")), live.annotate(sorted_by=running_cost(now))]
    lasts = ExpressionWrapper(Value(now) - F("created_at"), output_field=DurationField())
    return [ended.filter(ended_at__isnull=False).annotate(sorted_by=LASTED), live.annotate(sorted_by=lasts)]
