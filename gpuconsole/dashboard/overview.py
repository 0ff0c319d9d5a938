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
from gpuconsole.connections.access import visible_connections
from gpuconsole.connections.models import TICK_S, Connection, HealthTick
from gpuconsole.core import formats, polling
from gpuconsole.projects.models import Measure, Project, Quota
from gpuconsole.providers import registry
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads import access, queries, timeline
from gpuconsole.workloads.limits import tight, use
from gpuconsole.workloads.limits.bars import Bar
from gpuconsole.workloads.lists import hardware
from gpuconsole.workloads.models import LaunchRequest, Workload
from gpuconsole.workloads.requests import access as requests
from gpuconsole.workloads.states import ACTIVE, FINAL, Kind, ReasonCode, State
from gpuconsole.workloads.usage import cost_so_far, step

WINDOWS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
"""How much of the past the shared clock covers: the shortest that holds all active work, else the longest."""
TICKS = 48
MOST_ACTIVE = 50
MOST_ATTENTION = 12
STUCK_AFTER = timedelta(minutes=15)
_URLS = {Kind.JOB: "/jobs/", Kind.INSTANCE: "/instances/"}


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
class Attention:
    """Something that needs a person: what happened, why we think so, what to do about it."""

    icon: str
    css: str
    name: str
    text: str
    why: str
    at: datetime
    url: str
    action: str


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """One connection's 48 half hours: (state word, sentence) each, oldest first."""

    connection: Connection
    provider_name: str
    ticks: Sequence[tuple[str, str]]
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
    active = list(rows.filter(~Q(state__in=FINAL)).order_by("-id")[: MOST_ACTIVE + 1])
    ended = list(rows.filter(state__in=FINAL, ended_at__gte=now - timedelta(hours=24)).order_by("-ended_at")[:200])
    since = now - _window(active, now)
    strips = [_strip(workload, now, since) for workload in active[:MOST_ACTIVE]]
    strips.sort(key=lambda strip: strip.workload.hourly_now or Decimal(0), reverse=True)
    health = _health(viewer, now)
    topic = f"project:{project.pk}" if project else f"team:{viewer.team.pk}" if viewer.team else "nobody"
    return {
        "now": now,
        "is_mine": is_mine,
        "figures": _figures(active, ended),
        "bars": _gpu_bars(viewer, project, now),
        "strips": strips,
        "has_more": len(active) > MOST_ACTIVE,
        "clock": timeline.clock(since, now),
        "finished": [
            _strip(workload, now, since) for workload in ended if _ended_within(workload, now, timedelta(hours=1))
        ],
        "attention": _attention(active, ended, _asked(viewer, project, now), now),
        "health": health,
        "has_sandbox": any(item.connection.is_sandbox for item in health),
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
        url=f"{_URLS[Kind(workload.kind)]}{workload.public_id}/",
    )


def _ended_within(workload: Workload, now: datetime, length: timedelta) -> bool:
    return workload.ended_at is not None and now - workload.ended_at <= length


def _asked(viewer: Viewer, project: Project | None, now: datetime) -> list[LaunchRequest]:
    """Launch requests that wait for this person."""
    found = requests.waiting_for(viewer, now)
    return list((found if project is None else found.filter(project=project)).order_by("-id")[:MOST_ATTENTION])


def _request(request: LaunchRequest, now: datetime) -> Attention:
    who = request.by.display_name if request.by else "Somebody"
    most = f"for up to {request.most}" if request.most else "for an unknown amount"
    why = f"{who} asks {most} in {request.project.name}. Expires in {formats.duration(request.expires_at - now)}."
    url = f"/requests/{request.public_id}/"
    return Attention("hand", "warning-text", str(request), "waits for you", why, request.created_at, url, "Decide")


def _attention(
    active: Sequence[Workload], ended: Sequence[Workload], asked: Sequence[LaunchRequest], now: datetime
) -> list[Attention]:
    found = [*(_one(workload, now) for workload in (*active, *ended)), *(_request(one, now) for one in asked)]
    return sorted((item for item in found if item is not None), key=lambda item: item.at, reverse=True)[:MOST_ATTENTION]


def _one(workload: Workload, now: datetime) -> Attention | None:
    url = f"{_URLS[Kind(workload.kind)]}{workload.public_id}/"
    name = workload.name
    if workload.state == State.FAILED and workload.ended_at is not None:
        why = workload.reason_text or ReasonCode(workload.reason_code).label
        return Attention("circle-x", "bad-text", name, "failed", why, workload.ended_at, url, "Open")
    if workload.state == State.LOST:
        why = f"{_provider(workload)} no longer lists it. {_rate(workload)}"
        return Attention("circle-help", "lost-text", name, "is lost", why, workload.state_at, url, "Review")
    if workload.state == State.SUBMITTING and workload.reason_code == ReasonCode.NOT_FOUND:
        why = f"It was sent and we did not find it at {_provider(workload)}. {_rate(workload)}"
        return Attention("circle-help", "lost-text", name, "needs a decision", why, workload.state_at, url, "Review")
    if workload.state == State.STOPPING and now - workload.state_at > timedelta(minutes=5):
        age = formats.duration(now - workload.state_at)
        why = f"Asked {age} ago and not confirmed by {_provider(workload)}. {_rate(workload)}"
        return Attention("triangle-alert", "warning-text", name, "does not end", why, workload.state_at, url, "Review")
    if workload.state in (State.QUEUED, State.STARTING) and now - workload.state_at > STUCK_AFTER:
        age = formats.duration(now - workload.state_at)
        word = State(workload.state).label
        return Attention(
            "clock-alert", "warning-text", name, "looks stuck", f"{word} {age}.", workload.state_at, url, "Open"
        )
    return None


def _provider(workload: Workload) -> str:
    return registry.get(workload.provider).name


def _rate(workload: Workload) -> str:
    if workload.hourly_price is None:
        return "What it costs is not known."
    return f"It may be costing {formats.hourly(workload.hourly_price, workload.currency)}."


def _health(viewer: Viewer, now: datetime) -> list[ProviderHealth]:
    connections = list(visible_connections(viewer).order_by("provider", "name")[:10])
    newest = datetime.fromtimestamp(now.timestamp() // TICK_S * TICK_S, now.tzinfo)
    starts = [newest - timedelta(seconds=TICK_S * step) for step in range(TICKS - 1, -1, -1)]
    rows = HealthTick.objects.filter(connection__in=connections, starts_at__gte=starts[0])
    ticks = {(row.connection_id, row.starts_at): row for row in rows}
    return [
        ProviderHealth(
            connection=connection,
            provider_name=registry.get(connection.provider).name,
            ticks=[_tick(ticks.get((connection.pk, start)), start) for start in starts],
            median_text=_mean_text([tick for (pk, _), tick in ticks.items() if pk == connection.pk]),
        )
        for connection in connections
    ]


def _tick(tick: HealthTick | None, start: datetime) -> tuple[str, str]:
    """At least 99 % of the calls fine is ok, above 90 % slow, below bad, none at all empty."""
    if tick is None or not tick.calls:
        return "", f"{start:%H:%M}: no calls"
    share = 1 - tick.failures / tick.calls
    word = "ok" if share >= 0.99 else "slow" if share > 0.9 else "bad"
    return word, f"{start:%H:%M}: {tick.calls - tick.failures} of {tick.calls} calls fine"


def _mean_text(ticks: Sequence[HealthTick]) -> str:
    calls = sum(tick.calls for tick in ticks)
    return f"{sum(tick.total_ms for tick in ticks) // calls} ms a call" if calls else "no calls yet"
