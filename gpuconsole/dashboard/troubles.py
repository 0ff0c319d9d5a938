"""Work that needs a person: lost, late, stuck, idle or failed; found by two queries, however much runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F, Q

from gpuconsole.core import formats
from gpuconsole.dashboard.attention_items import Attention
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Feature
from gpuconsole.workloads import acts, idleness, queries
from gpuconsole.workloads.models import ESCALATED_AFTER_MIN, Intent, Workload, WorkloadQuerySet
from gpuconsole.workloads.states import OF_GUARDS, Kind, ReasonCode, State

MOST = 50
LATE_AFTER = timedelta(minutes=ESCALATED_AFTER_MIN[0])
GUARD_LATE_AFTER = timedelta(minutes=1)
"""What a guard ends nobody looks at: it is named sooner."""
STUCK_AFTER = timedelta(minutes=15)
STUCK_TIMES = 3
"""So many times the usual wait, and never less than ``STUCK_AFTER``."""
IDLE_AFTER = timedelta(minutes=30)
_ACTS = (Intent.STOP, Intent.START, Intent.RESTART, Intent.END)
_END = {Kind.JOB: "stop", Kind.INSTANCE: "terminate"}
_WAITS = {State.QUEUED: ("queued",), State.STARTING: ("assigned", "preparing")}


def found(scope: WorkloadQuerySet, ended: Sequence[Workload], now: datetime) -> list[Attention]:
    """All of the scope that is not well, the most costly first, and what failed of ``ended``."""
    rows = queries.listing(scope.filter(_is_trouble(now)), queries.Filters())
    active = list(rows.order_by(F("hourly_price").desc(nulls_last=True), "-id")[:MOST])
    waiting = [row for row in active if row.state in _WAITS and not row.late_min(now)]
    usual = queries.usual_phases_of(waiting)
    of_active = (_of_active(row, usual.get(row.pk, {}), now) for row in active)
    return [item for item in (*of_active, *map(_of_ended, ended)) if item is not None]


def _is_trouble(now: datetime) -> Q:
    is_lost = Q(state=State.LOST)
    is_late = Q(intent__in=_ACTS, intent_at__lte=now - LATE_AFTER) | Q(
        state=State.STOPPING, state_at__lte=now - LATE_AFTER
    )
    is_late |= Q(state=State.STOPPING, reason_code__in=OF_GUARDS, intent_at__lte=now - GUARD_LATE_AFTER)
    is_stuck = Q(state__in=_WAITS, state_at__lte=now - STUCK_AFTER) | Q(queue_warned_at__gte=F("state_at"))
    is_idle = Q(state=State.RUNNING, idle_after_s=None, idle_since__lte=now - IDLE_AFTER)
    is_idle &= Q(state_at__lte=now - IDLE_AFTER, measured_at__gte=now - idleness.FRESH)
    return is_lost | is_late | is_stuck | is_idle


def _of_active(row: Workload, usual: dict[str, float], now: datetime) -> Attention | None:
    if row.state == State.LOST:
        why = f"{_provider(row)} no longer lists it. {_rate(row)}"
        return _item(row, "circle-help", "lost-text", "is lost", why, row.state_at, "Review", _may_cost(row))
    if row.intent in _ACTS or row.state == State.STOPPING:
        return _late(row, now)
    if row.state in _WAITS or row.state == State.SUBMITTING:
        return _stuck(row, usual, now)
    return _idle(row, now)


def _late(row: Workload, now: datetime) -> Attention:
    asked = row.intent_at or row.state_at
    act = Intent(row.intent).label.lower() if row.intent else "end"
    age = formats.duration(now - asked)
    who = f"The guard asked {age} ago" if row.reason_code in OF_GUARDS else f"Asked {age} ago"
    cost = f" It costs {formats.hourly(row.hourly_now, row.currency)}." if row.hourly_now is not None else ""
    if row.billed_since is not None and row.hourly_now is None:
        cost = " It costs an unknown amount."
    text = "does not end" if row.intent in (Intent.END, Intent.STOP, Intent.NONE) else f"does not {act}"
    why = f"{who} and not confirmed by {_provider(row)}.{cost}"
    return _item(row, "triangle-alert", "warning-text", text, why, asked, "Review", row.hourly_now)


def _stuck(row: Workload, usual: dict[str, float], now: datetime) -> Attention | None:
    """Queued or starting for three times as long as alike work, and a quarter of an hour at least."""
    words = _WAITS.get(State(row.state), ())
    known = [usual[word] for word in words if word in usual]
    waited, wait_s = now - row.state_at, sum(known)
    is_told = row.queue_warned_at is not None and row.queue_warned_at >= row.state_at
    if not is_told and waited < max(STUCK_AFTER, timedelta(seconds=STUCK_TIMES * wait_s)):
        return None
    than = f"; the usual wait for this hardware is {formats.duration(wait_s)}" if known else ""
    limit = f" You wanted to hear of it after {formats.duration_words(row.queue_limit_s)}." if is_told else ""
    why = f"{State(row.state).label} {formats.duration(waited)}{than}.{limit}"
    item = _item(row, "clock-alert", "warning-text", "looks stuck", why, row.state_at, "Open", row.hourly_now)
    return replace(item, other="Cancel…", other_url=f"{item.url}{_END[Kind(row.kind)]}/")


def _idle(row: Workload, now: datetime) -> Attention | None:
    since = idleness.since(row, now)
    if since is None:
        return None
    cost = f" It costs {formats.hourly(row.hourly_now, row.currency)}." if row.hourly_now is not None else ""
    why = f"GPU under {row.idle_percent} % for {formats.duration(now - since)}, and nothing stops it for that.{cost}"
    item = _item(row, "moon", "warning-text", "is idle", why, since, "Open", row.hourly_now)
    return replace(item, other="Set auto-stop", other_url=f"{item.url}guards/")


def _of_ended(row: Workload) -> Attention | None:
    if row.state != State.FAILED or row.ended_at is None:
        return None
    why = row.reason_text or str(ReasonCode(row.reason_code).label)
    item = _item(row, "circle-x", "bad-text", "failed", why, row.ended_at, "Open", None)
    if Feature.LOGS in registry.get(row.provider).features:
        item = replace(item, url=f"{item.url}logs/", action="View log")
    return replace(item, other="Clone with changes", other_url=acts.clone_url(row))


def _item(
    row: Workload, icon: str, css: str, text: str, why: str, at: datetime, action: str, hourly: Decimal | None
) -> Attention:
    return Attention(icon, css, row.name, text, why, at, row.get_absolute_url(), action, hourly, workload=row)


def _provider(row: Workload) -> str:
    return registry.get(row.provider).name


def _may_cost(row: Workload) -> Decimal | None:
    return row.hourly_now or row.hourly_price


def _rate(row: Workload) -> str:
    if row.hourly_price is None:
        return "What it costs is not known."
    return f"It may be costing {formats.hourly(row.hourly_price, row.currency)}."
