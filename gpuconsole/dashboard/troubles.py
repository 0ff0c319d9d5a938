"""Work that needs a person: lost, late, stuck, idle or failed; found by two queries, however much runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F, Q
from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.dashboard.attention_items import Attention
from gpuconsole.providers import registry
from gpuconsole.providers.features import Feature
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
        why = _("{provider} no longer lists it. {rate}").format(provider=_provider(row), rate=_rate(row))
        return _item(row, "circle-help", "lost-text", _("is lost"), why, row.state_at, _("Review"), _may_cost(row))
    if row.intent in _ACTS or row.state == State.STOPPING:
        return _late(row, now)
    if row.state in _WAITS or row.state == State.SUBMITTING:
        return _stuck(row, usual, now)
    return _idle(row, now)


def _late(row: Workload, now: datetime) -> Attention:
    asked = row.intent_at or row.state_at
    text = _("The guard asked {age} ago and not confirmed by {provider}.")
    if row.reason_code not in OF_GUARDS:
        text = _("Asked {age} ago and not confirmed by {provider}.")
    cost = _cost(row)
    if row.billed_since is not None and row.hourly_now is None:
        cost = _("It costs an unknown amount.")
    why = f"{text.format(age=formats.duration(now - asked), provider=_provider(row))} {cost}".rstrip()
    text = {Intent.START: _("does not start"), Intent.RESTART: _("does not restart")}.get(
        Intent(row.intent), _("does not end")
    )
    return _item(row, "triangle-alert", "warning-text", text, why, asked, _("Review"), row.hourly_now)


def _stuck(row: Workload, usual: dict[str, float], now: datetime) -> Attention | None:
    """Queued or starting for three times as long as alike work, and a quarter of an hour at least."""
    words = _WAITS.get(State(row.state), ())
    known = [usual[word] for word in words if word in usual]
    waited, wait_s = now - row.state_at, sum(known)
    is_told = row.queue_warned_at is not None and row.queue_warned_at >= row.state_at
    if not is_told and waited < max(STUCK_AFTER, timedelta(seconds=STUCK_TIMES * wait_s)):
        return None
    text = _("{state} {time}; the usual wait for this hardware is {usual}.") if known else _("{state} {time}.")
    why = text.format(state=State(row.state).label, time=formats.duration(waited), usual=formats.duration(wait_s))
    if is_told:
        limit = formats.duration_words(row.queue_limit_s)
        why = f"{why} {_('You wanted to hear of it after {time}.').format(time=limit)}"
    item = _item(row, "clock-alert", "warning-text", _("looks stuck"), why, row.state_at, _("Open"), row.hourly_now)
    return replace(item, other=_("Cancel…"), other_url=f"{item.url}{_END[Kind(row.kind)]}/")


def _idle(row: Workload, now: datetime) -> Attention | None:
    since = idleness.since(row, now)
    if since is None:
        return None
    text = _("GPU under {percent} % for {time}, and nothing stops it for that.")
    text = text.format(percent=row.idle_percent, time=formats.duration(now - since))
    why = f"{text} {_cost(row)}".rstrip()
    item = _item(row, "moon", "warning-text", _("is idle"), why, since, _("Open"), row.hourly_now)
    return replace(item, other=_("Set auto-stop"), other_url=f"{item.url}guards/")


def _of_ended(row: Workload) -> Attention | None:
    if row.state != State.FAILED or row.ended_at is None:
        return None
    why = row.reason_text or str(ReasonCode(row.reason_code).label)
    item = _item(row, "circle-x", "bad-text", _("failed"), why, row.ended_at, _("Open"), None)
    if Feature.LOGS in registry.get(row.provider).features:
        item = replace(item, url=f"{item.url}logs/", action=_("View log"))
    return replace(item, other=_("Clone with changes"), other_url=acts.clone_url(row))


def _item(
    row: Workload, icon: str, css: str, text: str, why: str, at: datetime, action: str, hourly: Decimal | None
) -> Attention:
    return Attention(icon, css, row.name, text, why, at, row.get_absolute_url(), action, hourly, workload=row)


def _provider(row: Workload) -> str:
    return registry.get(row.provider).name


def _cost(row: Workload) -> str:
    """What it costs now in a sentence; empty where that is not known."""
    if row.hourly_now is None:
        return ""
    return _("It costs {price}.").format(price=formats.hourly(row.hourly_now, row.currency))


def _may_cost(row: Workload) -> Decimal | None:
    return row.hourly_now or row.hourly_price


def _rate(row: Workload) -> str:
    if row.hourly_price is None:
        return _("What it costs is not known.")
    return _("It may be costing {price}.").format(price=formats.hourly(row.hourly_price, row.currency))
