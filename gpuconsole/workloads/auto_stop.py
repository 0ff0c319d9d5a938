"""The card that says what will end a workload, how far that is, and offers one press for more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from gpuconsole.core import formats
from gpuconsole.core.templatetags import formats as live
from gpuconsole.providers import registry
from gpuconsole.workloads import guarding, idleness, services, usage
from gpuconsole.workloads.models import QueueThen, Workload
from gpuconsole.workloads.services import EXTENDABLE, GUARDABLE
from gpuconsole.workloads.states import State

EXTEND_BY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Press:
    """One button: where it posts, what, and its words, which name the money."""

    url: str
    label: str
    inputs: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: whether it is on, when it ends the work, how far that is, and what can be done at once."""

    label: str
    is_on: bool
    text: SafeString | str
    note: str = ""
    percent: Decimal | None = None
    press: Press | None = None


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
    rules = [_end(workload, press_url, now), _cost(workload, press_url, now), _idle(workload, now)]
    if workload.state in (State.SUBMITTING, State.QUEUED):
        rules.append(_queue(workload, now))
    return Card(rules, f"{url}guards/" if may_act else "")


def _end(workload: Workload, url: str, now: datetime) -> Rule:
    if workload.ends_by is None:
        return Rule("Latest end", False, "none")
    text, note = format_html("in {}", live.remaining(workload.ends_by)), f"{workload.ends_by:%d %b %Y, %H:%M} UTC"
    if not url or workload.state not in EXTENDABLE:
        return Rule("Latest end", True, text, note)
    more = _more(workload, max(now, workload.ends_by) + EXTEND_BY, now)
    label = f"Extend 1 h, + {formats.money(more, workload.currency)}" if more else "Extend 1 h"
    return Rule("Latest end", True, text, note, None, Press(f"{url}extend/", label, {"hours": "1"}))


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
        return Rule("Stop at cost", False, "off")
    cost = formats.money(spent, workload.currency)
    percent = min(Decimal(100), (spent or Decimal(0)) / limit * 100).quantize(Decimal("0.01"))
    raised = limit * 2
    press = None
    if url:
        label = f"Raise to {formats.money(raised, workload.currency)}"
        press = Press(f"{url}guards/", label, {"stop_at_cost": f"{raised.normalize():f}"})
    return Rule("Stop at cost", True, formats.money(limit, workload.currency), f"{cost} so far", percent, press)


def _idle(workload: Workload, now: datetime) -> Rule:
    provider = registry.get(workload.provider)
    if why := guarding.no_idle(provider, workload.gpu_count):
        return Rule("Stop when idle", False, "not offered", why)
    if workload.idle_after_s is None:
        return Rule("Stop when idle", False, "off")
    limit = formats.duration_words(workload.idle_after_s)
    return Rule("Stop when idle", True, f"after {limit}", _use(workload, now))


def _use(workload: Workload, now: datetime) -> str:
    """What its GPUs do, as far as samples tell."""
    low = f"GPU under {workload.idle_percent} %"
    if workload.state != State.RUNNING:
        return f"{low}, once it runs"
    if workload.measured_at is None or now - workload.measured_at > idleness.FRESH:
        return "Its GPUs' use is not told just now: nothing is ended for it"
    since = idleness.since(workload, now)
    return f"{low} for {formats.duration(now - since)}" if since else "Its GPUs are in use"


def _queue(workload: Workload, now: datetime) -> Rule:
    if workload.queue_limit_s is None:
        return Rule("Queued too long", False, "off")
    then = "cancelled then" if workload.queue_then == QueueThen.CANCEL else "you are told then"
    note = f"{formats.duration(now - workload.state_at)} by now, {then}"
    return Rule("Queued too long", True, f"after {formats.duration_words(workload.queue_limit_s)}", note)
