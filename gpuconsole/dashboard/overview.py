"""The overview: what runs, what it costs, what needs a person, and how the providers answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from gpuconsole.accounts.access import Viewer
from gpuconsole.connections import health
from gpuconsole.connections.access import visible_connections
from gpuconsole.connections.models import Connection
from gpuconsole.core import polling
from gpuconsole.dashboard import attention
from gpuconsole.inventory import queries as inventory
from gpuconsole.projects.models import Measure, Project, Quota
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads import access, queries, timeline
from gpuconsole.workloads.halts import access as halts
from gpuconsole.workloads.limits import tight, use
from gpuconsole.workloads.limits.bars import Bar
from gpuconsole.workloads.lists import hardware
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import ACTIVE, FINAL, State
from gpuconsole.workloads.usage import cost_so_far, step

WINDOWS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
"""How much of the past the shared clock covers: the shortest that holds all active work, else the longest."""
MOST_ACTIVE = 50


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
    ended = list(rows.filter(state__in=FINAL, ended_at__gte=now - timedelta(hours=24)).order_by("-ended_at")[:200])
    since = now - _window(active, now)
    strips = [_strip(workload, now, since) for workload in active[:MOST_ACTIVE]]
    strips.sort(key=lambda strip: strip.workload.hourly_now or Decimal(0), reverse=True)
    providers = _health(viewer, now)
    topic = f"project:{project.pk}" if project else f"team:{viewer.team.pk}" if viewer.team else "nobody"
    return {
        "now": now,
        "is_mine": is_mine,
        "figures": _figures(active, ended),
        "unexplained": None if project or is_mine else inventory.unexplained(viewer, now),
        "bars": _gpu_bars(viewer, project, now),
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
        "legend": timeline.LEGEND,
        "stamp": polling.stamp(request, topic, fresh_s=60 if active else None),
        "poll_url": request.get_full_path(),
    }


def _figures(active: Sequence[Workload], ended: Sequence[Workload]) -> dict[str, Any]:
    by_state = {state.value: sum(workload.state == state for workload in active) for state in State}
    running = sum(workload.gpu_count for workload in active if workload.state in (State.RUNNING, State.STOPPING))
    starting = sum(workload.gpu_count for workload in active if workload.state in (State.STARTING, State.QUEUED))
    return {
        "states": by_state,
        "gpus_running": running,
        "gpus_starting": starting,
        "ended": len(ended),
        "failed": sum(workload.state == State.FAILED for workload in ended),
        "burn": _hourly((workload.currency, workload.hourly_now) for workload in active),
        "coming": _hourly(
            (workload.currency, workload.hourly_price)
            for workload in active
            if workload.billed_tariff != Tariff.RUN and workload.state in ACTIVE and workload.state != State.LOST
        ),
    }


def _gpu_bars(viewer: Viewer, project: Project | None, now: datetime) -> list[Bar]:
    """Limits on GPUs at once of the project in focus and of the team, the fullest first."""
    if viewer.team is None:
        return []
    scope = Q(project=None) | Q(project=project) if project else Q(project=None)
    rows = Quota.objects.filter(scope, team=viewer.team, measure=Measure.GPUS, member=None)
    quotas = list(rows.select_related("team"))
    uses = use.used(quotas, now, owner=viewer.user)
    return tight.fullest(((one, uses[one.pk]) for one in quotas), viewer.team.currency, most=2)


def _hourly(prices: Iterable[tuple[str, Decimal | None]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for currency, price in prices:
        if price is not None:
            sums[currency] = sums.get(currency, Decimal(0)) + price
    return sums


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
