"""The card that says what will end a workload, how far that is, and offers one press for more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypedDict

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.core.templatetags import formats as live
from gpuconsole.providers import registry
from gpuconsole.workloads import guarding, idleness, services, usage
from gpuconsole.workloads.guards import SHORTEST_IDLE_S
from gpuconsole.workloads.models import QueueThen, TellMe, Workload
from gpuconsole.workloads.services import EXTENDABLE, GUARDABLE
from gpuconsole.workloads.states import State

EXTEND_BY = timedelta(hours=1)
USUAL_IDLE_MIN, USUAL_REST_DAYS, USUAL_WARNING_MIN = "45", "7", "15"
"""What a press turns these rules on with."""


@dataclass(frozen=True, slots=True)
class Press:
    """One button: where it posts, what, and its words, which name the money."""

    url: str
    label: str
    inputs: dict[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A value that can be changed in its place: where it is posted under which name, and its unit."""

    url: str
    name: str
    value: str
    unit: str
    least: str
    step: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: whether it is on, when it ends the work, how far that is, and what can be done at once."""

    label: str
    is_on: bool
    text: SafeString | str
    note: str = ""
    percent: Decimal | None = None
    press: Press | None = None
    switch: Press | None = None
    """What turns it off, or on as it usually is."""
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """``change_url`` is empty where this person, or nobody, may change anything."""

    rules: Sequence[Rule] = field(default_factory=tuple)
    change_url: str = ""


def of(workload: Workload, url: str, now: datetime, *, may_act: bool) -> Card | None:
    """The card of work that can still be ended; None for what has ended."""
    if workload.state not in GUARDABLE:
        return None
    press_url = url if may_act else ""
    rules = [_idle(workload, press_url, now), _end(workload, press_url, now), _cost(workload, press_url, now)]
    if not guarding.no_rest(registry.get(workload.provider)):
        rules.append(_rest(workload, press_url))
    if workload.ends_by is not None:
        rules.append(_warning(workload, press_url))
    if workload.state in (State.SUBMITTING, State.QUEUED):
        rules.append(_queue(workload, now))
    rules.append(_told(workload))
    return Card(rules, f"{url}guards/" if may_act else "")


def _end(workload: Workload, url: str, now: datetime) -> Rule:
    if workload.ends_by is None:
        return Rule(_("Latest end"), False, _("none"))
    text = format_html(_("in {time}"), time=live.remaining(workload.ends_by))
    day = f"{workload.ends_by:%d} {formats.month(workload.ends_by.month)} {workload.ends_by.year}"
    note = f"{day}, {formats.time_of_day(workload.ends_by)} UTC"
    if not url or workload.state not in EXTENDABLE:
        return Rule(_("Latest end"), True, text, note)
    more = _more(workload, max(now, workload.ends_by) + EXTEND_BY, now)
    label = (
        _("Extend 1 h, + {amount}").format(amount=formats.money(more, workload.currency)) if more else _("Extend 1 h")
    )
    return Rule(_("Latest end"), True, text, note, None, Press(f"{url}extend/", label, {"hours": "1"}))


def _more(workload: Workload, ends_by: datetime, now: datetime) -> Decimal | None:
    """How much more it can cost with another end; None: unknown."""
    assert workload.ends_by is not None
    limit, pricing = workload.stop_at_cost, services.pricing_of(workload)
    most = [usage.most_until(workload, end, now) for end in (workload.ends_by, ends_by)]
    before, after = (guarding.capped(one, limit, pricing) for one in most)
    return None if before is None or after is None else after - before


def _cost(workload: Workload, url: str, now: datetime) -> Rule:
    limit, spent = workload.stop_at_cost, guarding.spent(workload, now)
    if limit is None:
        if workload.hourly_price is None:
            return Rule(_("Stop at cost"), False, _("off"), _("Its price is not known, so a cost can't be held."))
        entry = Entry(f"{url}guards/", "stop_at_cost", "", workload.currency, "0.01", "0.01") if url else None
        return Rule(_("Stop at cost"), False, _("off"), entry=entry)
    cost = formats.money(spent, workload.currency)
    percent = min(Decimal(100), (spent or Decimal(0)) / limit * 100).quantize(Decimal("0.01"))
    raised = limit * 2
    press = None
    if url:
        label = _("Raise to {amount}").format(amount=formats.money(raised, workload.currency))
        press = Press(f"{url}guards/", label, {"stop_at_cost": f"{raised.normalize():f}"})
    return Rule(
        label=_("Stop at cost"),
        is_on=True,
        text=formats.money(limit, workload.currency),
        note=_("{cost} so far").format(cost=cost),
        percent=percent,
        press=press,
        switch=Press(f"{url}guards/", _("Stop at cost"), {"stop_at_cost": ""}) if url else None,
    )


def _idle(workload: Workload, url: str, now: datetime) -> Rule:
    provider = registry.get(workload.provider)
    if why := guarding.no_idle(provider, workload.gpu_count):
        return Rule(_("Stop when idle"), False, _("not offered"), why)
    minutes, least = _in(workload.idle_after_s, 60), _in(SHORTEST_IDLE_S, 60)
    ways = _ways(url, _("Stop when idle"), "idle_after_min", minutes, USUAL_IDLE_MIN, _("min"), least)
    if workload.idle_after_s is None:
        return Rule(
            _("Stop when idle"),
            False,
            _("off"),
            _("GPU under {percent} % for a set time").format(percent=workload.idle_percent),
            **ways,
        )
    limit = formats.duration_words(workload.idle_after_s)
    return Rule(_("Stop when idle"), True, _("after {limit}").format(limit=limit), _use(workload, now), **ways)


def _use(workload: Workload, now: datetime) -> str:
    """What its GPUs do, as far as samples tell."""
    if workload.state != State.RUNNING:
        return _("GPU under {percent} %, once it runs").format(percent=workload.idle_percent)
    if workload.measured_at is None or now - workload.measured_at > idleness.FRESH:
        return _("Its GPUs' use is not told just now: nothing is ended for it")
    since = idleness.since(workload, now)
    if since is None:
        return _("Its GPUs are in use")
    return _("GPU under {percent} % for {time}").format(
        percent=workload.idle_percent, time=formats.duration(now - since)
    )


def _rest(workload: Workload, url: str) -> Rule:
    days = _in(workload.terminate_after_s, 86_400)
    ways = _ways(url, _("Terminate after stop"), "terminate_after_days", days, USUAL_REST_DAYS, _("days"), "0.05")
    text = _("off") if workload.terminate_after_s is None else formats.duration_words(workload.terminate_after_s)
    return Rule(_("Terminate after stop"), bool(days), text, _("Deletes the disks"), **ways)


def _warning(workload: Workload, url: str) -> Rule:
    minutes = _in(workload.warn_before_s, 60)
    ways = _ways(url, _("Warn me"), "warn_before_min", minutes, USUAL_WARNING_MIN, _("min"), "1")
    text = _("off")
    if workload.warn_before_s is not None:
        text = _("{time} before").format(time=formats.duration_words(workload.warn_before_s))
    return Rule(_("Warn me"), bool(minutes), text, _("Before the latest end, by mail and webhook"), **ways)


def _told(workload: Workload) -> Rule:
    return Rule(_("Tell me"), workload.tell_me != TellMe.TROUBLE, str(TellMe(workload.tell_me).label))


def _in(seconds: int | None, unit_s: int) -> str:
    return "" if seconds is None else f"{seconds / unit_s:g}"


class _Ways(TypedDict, total=False):
    switch: Press
    entry: Entry | None


def _ways(url: str, label: str, name: str, value: str, usual: str, unit: str, least: str) -> _Ways:
    """How a rule is turned on and off, and its value set while it is on; none for who may not."""
    if not url:
        return {}
    switch = Press(f"{url}guards/", label, {name: "" if value else usual})
    return {"switch": switch, "entry": Entry(f"{url}guards/", name, value, unit, least, "any") if value else None}


def idle_words(workload: Workload, now: datetime) -> str:
    """Since when it is idle and when that ends it; empty while it is not."""
    since = idleness.since(workload, now) if workload.state == State.RUNNING else None
    if since is None:
        return ""
    then = workload.idle_after_s
    told = _("GPU under {percent} % for {time}.")
    told = told.format(percent=workload.idle_percent, time=formats.duration(now - since))
    if then is None:
        return told
    return f"{told} {_('Auto-stop when idle comes at {time}.').format(time=formats.duration(then))}"


def _queue(workload: Workload, now: datetime) -> Rule:
    if workload.queue_limit_s is None:
        return Rule(_("Queued too long"), False, _("off"))
    note = _("{time} by now, you are told then")
    if workload.queue_then == QueueThen.CANCEL:
        note = _("{time} by now, cancelled then")
    limit = _("after {limit}").format(limit=formats.duration_words(workload.queue_limit_s))
    return Rule(_("Queued too long"), True, limit, note.format(time=formats.duration(now - workload.state_at)))
