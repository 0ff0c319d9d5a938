"""What a launch says beside its latest end about when it is to be ended: at a cost, when idle, when queued too long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.providers.contract import Provider
from gpuconsole.providers.features import Feature
from gpuconsole.providers.pricing import Pricing
from gpuconsole.workloads import usage
from gpuconsole.workloads.limits.verdicts import Check
from gpuconsole.workloads.models import QueueThen, Workload
from gpuconsole.workloads.states import Kind

IDLE_PERCENT = 5
"""GPU utilisation under which work counts as idle, where nothing else was said."""
STOP_AT_COST, IDLE_AFTER = "guards.stop_at_cost", "guards.idle_after_s"
TERMINATE_AFTER = "guards.terminate_after_s"
KEYS = (
    *("stop_at_cost", "idle_after_s", "idle_percent", "queue_limit_s", "queue_then"),
    *("terminate_after_s", "warn_before_s"),
)
"""Columns of a workload, keys of ``guards`` in the API and in presets, inputs of the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """The guards of one launch; None: it has no such guard."""

    stop_at_cost: Decimal | None = None
    """In the currency that the provider charges in."""
    idle_after_s: int | None = None
    idle_percent: int = IDLE_PERCENT
    queue_limit_s: int | None = None
    queue_then: str = QueueThen.WARN
    terminate_after_s: int | None = None
    """Of an instance that is off."""
    warn_before_s: int | None = None

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Guards:
        """From what a form, a preset or a request keeps; what is no number is taken as left out."""
        then = said.get("queue_then")
        return cls(
            stop_at_cost=_money(said.get("stop_at_cost")),
            idle_after_s=_whole(said.get("idle_after_s")),
            idle_percent=_whole(said.get("idle_percent")) or IDLE_PERCENT,
            queue_limit_s=_whole(said.get("queue_limit_s")),
            queue_then=then if then in QueueThen.values else QueueThen.WARN,
            terminate_after_s=_whole(said.get("terminate_after_s")),
            warn_before_s=_whole(said.get("warn_before_s")),
        )

    @classmethod
    def of(cls, workload: Workload) -> Guards:
        """Those that a workload has now."""
        return cls(**{key: getattr(workload, key) for key in KEYS})

    def put(self, workload: Workload) -> None:
        """Set the columns; the caller saves ``KEYS``."""
        for key in KEYS:
            setattr(workload, key, getattr(self, key))

    @property
    def said(self) -> dict[str, Any]:
        """What is not as it is left out, fit for JSON."""
        found: dict[str, Any] = {}
        if self.stop_at_cost is not None:
            found["stop_at_cost"] = _plain(self.stop_at_cost)
        for key in ("idle_after_s", "queue_limit_s", "terminate_after_s", "warn_before_s"):
            if (seconds := getattr(self, key)) is not None:
                found[key] = seconds
        if self.idle_percent != IDLE_PERCENT:
            found["idle_percent"] = self.idle_percent
        if self.queue_then != QueueThen.WARN:
            found["queue_then"] = str(self.queue_then)
        return found


NONE = Guards()


def capped(most: Decimal | None, stop_at_cost: Decimal | None, pricing: Pricing) -> Decimal | None:
    """The most that work can cost which is ended at a cost: the lower of both.

    A provider that bills minutes or hours goes over it by what is left of the one that reaches it.
    """
    if stop_at_cost is None or pricing.hourly_price is None:
        return most
    reached = reached_at(stop_at_cost, pricing.hourly_price, pricing.rounding)
    return reached if most is None else min(most, reached)


def reached_at(stop_at_cost: Decimal, hourly_price: Decimal, rounding: str) -> Decimal:
    """The first cost, in the provider's steps, that is not below it; steps of a second are too small to be told."""
    step = usage.price_of(usage.rounded_s(Decimal(1), rounding), hourly_price, rounding)
    if not step or usage.rounded_s(Decimal(1), rounding) <= 1:
        return stop_at_cost
    return (stop_at_cost / step).to_integral_value(ROUND_CEILING) * step


def spent(workload: Workload, now: datetime) -> Decimal | None:
    """What its limit of costs is held against; None where nobody knows the price."""
    return usage.cost_so_far(workload, now)


def is_used_up(workload: Workload, now: datetime) -> bool:
    """Whether it has cost what it may: started again, it would be ended at once."""
    cost = spent(workload, now)
    return workload.stop_at_cost is not None and cost is not None and cost >= workload.stop_at_cost


def left(workload: Workload, now: datetime) -> Guards:
    """Its guards for what is still to come: of the cost that it may have, what it has not."""
    guards, cost = Guards.of(workload), spent(workload, now)
    if guards.stop_at_cost is None or cost is None:
        return guards
    return replace(guards, stop_at_cost=guards.stop_at_cost - cost)


def checks(guards: Guards, provider: Provider, pricing: Pricing) -> list[Check]:
    """Why a guard could not be kept: nobody knows the price, or nobody measures the GPU."""
    found = []
    if guards.stop_at_cost is not None and pricing.hourly_price is None:
        text = _("The price is not known, so a cost can't be held: leave Stop at cost empty and set a latest end.")
        found.append(Check(_("Stop at cost"), False, text, STOP_AT_COST, "not_priced"))
    if guards.idle_after_s is not None and (why := no_idle(provider, pricing.gpu_count)):
        found.append(Check(_("Stop when idle"), False, why, IDLE_AFTER, "not_offered"))
    if guards.terminate_after_s is not None and (why := no_rest(provider)):
        found.append(Check(_("Terminate after stop"), False, why, TERMINATE_AFTER, "not_offered"))
    return found


def no_rest(provider: Provider) -> str:
    """Why nothing of it can be off for a while; empty where it can."""
    if provider.kind == Kind.INSTANCE and Feature.STOP in provider.features:
        return ""
    return _("What is stopped at {provider} has ended: there is no rest after which it could be terminated.").format(
        provider=provider.name
    )


def no_idle(provider: Provider, gpu_count: int | None = None) -> str:
    """Why nobody can tell whether it is idle; empty where it is measured. ``gpu_count`` None: not known yet."""
    if Feature.METRICS not in provider.features:
        absent = provider.absent.get(Feature.METRICS)
        why = _(absent) if absent else _("{provider} offers no metrics.").format(provider=provider.name)
        return " ".join((_("Idle work can't be told."), why))
    return _("Idle work can't be told: it has no GPU whose use is measured.") if gpu_count == 0 else ""


def _money(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    amount = Decimal(str(value))
    return amount if amount.is_finite() and amount > 0 else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _plain(amount: Decimal) -> int | float:
    """As a number of JSON, an int where it is whole: so a form keeps it too."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
