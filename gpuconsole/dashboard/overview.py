"""The overview: what runs, what it costs, what needs a person, and how the providers answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from gpuconsole.accounts.access import Viewer
from gpuconsole.connections import health
from gpuconsole.connections.access import visible_connections
from gpuconsole.connections.models import Connection
from gpuconsole.core import polling
from gpuconsole.dashboard import attention, figures
from gpuconsole.inventory import queries as inventory
from gpuconsole.projects.models import Project
from gpuconsole.workloads import access, queries, timeline
from gpuconsole.workloads.halts import access as halts
from gpuconsole.workloads.lists import hardware
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import FINAL
from gpuconsole.workloads.usage import cost_so_far, step

WINDOWS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
"""How much of the past the shared clock covers: the shortest that holds all active work, else the longest."""
MOST_ACTIVE = 50
MOST_ENDED = 200


@dataclass(frozen=True, slots=True)
class Strip:
    """One active workload on the shared clock."""

    workload: Workload
    bar: timeline.Timeline
    hardware: str
    cost: Decimal | None
    step: tuple[int, Decimal] | None
    url: str


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """One connection's 48 half hours, oldest first."""

    connection: Connection
    label: str
    ticks: Sequence[health.Tick]
    median_text: str


def context(
    request: HttpRequest, viewer: Viewer, project: Project | None, is_mine: bool, now: datetime
) -> dict[str, Any]:
    scope = access.visible_workloads(viewer)
    if project is not None:
        scope = scope.filter(project=project)
    if is_mine:
        scope = scope.filter(owner=viewer.user)
    rows = queries.listing(scope, queries.Filters())
    active = list(rows.not_ended().order_by("-id")[: MOST_ACTIVE + 1])
    of_day = rows.filter(state__in=FINAL, ended_at__gte=now - timedelta(hours=24))
    ended = list(of_day.order_by("-ended_at")[:MOST_ENDED])
    is_whole = len(active) <= MOST_ACTIVE and len(ended) < MOST_ENDED
    since = now - _window(active, now)
    strips = [_strip(workload, now, since) for workload in active[:MOST_ACTIVE]]
    strips.sort(key=lambda strip: strip.workload.hourly_now or Decimal(0), reverse=True)
    providers = _health(viewer, now)
    topic = f"project:{project.pk}" if project else f"team:{viewer.team.pk}" if viewer.team else "nobody"
    return {
        "now": now,
        "is_mine": is_mine,
        "figures": figures.of(viewer, project, active, ended, now, is_whole=is_whole),
        "unexplained": None if project or is_mine else inventory.unexplained(viewer, now),
        "bars": figures.gpu_bars(viewer, project, now),
        "strips": strips,
        "has_more": len(active) > MOST_ACTIVE,
        "clock": timeline.clock(since, now),
        "finished": [
            _strip(workload, now, since) for workload in ended if _ended_within(workload, now, timedelta(hours=1))
        ],
        "attention": attention.found(viewer, project, scope, ended, now),
        "health": providers,
        "stop_url": stop.url if (stop := halts.usual(viewer, project, is_mine=is_mine)) else "",
        "has_sandbox": any(item.connection.is_sandbox for item in providers),
        "legend": timeline.legend(),
        "stamp": polling.stamp(request, topic, fresh_s=60 if active else None),
        "poll_url": request.get_full_path(),
    }


def _window(active: Sequence[Workload], now: datetime) -> timedelta:
    age = max((now - workload.created_at for workload in active), default=timedelta())
    return next((window for window in WINDOWS if age <= window), WINDOWS[-1])


def _strip(workload: Workload, now: datetime, since: datetime) -> Strip:
    return Strip(
        workload=workload,
        bar=timeline.strip(workload, now, since),
        hardware=hardware(workload),
        cost=cost_so_far(workload, now),
        step=step(workload, now),
        url=workload.get_absolute_url(),
    )


def _ended_within(workload: Workload, now: datetime, length: timedelta) -> bool:
    return workload.ended_at is not None and now - workload.ended_at <= length


def _health(viewer: Viewer, now: datetime) -> list[ProviderHealth]:
    connections = list(visible_connections(viewer).order_by("provider", "name")[:10])
    days = health.days(connections, now)
    return [
        ProviderHealth(
            connection=connection,
            label=health.label(connection),
            ticks=days[connection.pk].ticks,
            median_text=health.median_text(days[connection.pk]),
        )
        for connection in connections
    ]
