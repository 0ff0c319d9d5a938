"""The guard of costs: what has cost as much as it may is asked to end. PostgreSQL tells which; we count once more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Ceil, Coalesce, Extract, Greatest
from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.providers.remote import Tariff
from gpuconsole.sync import guards
from gpuconsole.workloads import guarding
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Fault, Reason, ReasonCode
from gpuconsole.workloads.usage import UNIT_S

MOST_A_TICK = 200
_FAST = FloatField()
"""Numbers that are good enough to choose by: whom they choose we count again to the cent."""
_HOUR_S = Value(3600.0, _FAST)


def enforce(now: datetime) -> int:
    """Ask for the end of all that has cost what it may; gives how many. Doing it twice does no harm."""
    fired = 0
    for workload in candidates(now).iterator(MOST_A_TICK):
        fired += guarding.is_used_up(workload, now) and _end(workload, now)
        if fired >= MOST_A_TICK:
            break
    return fired


def candidates(now: datetime) -> QuerySet[Workload]:
    """All that can have reached its limit: those whose cost, counted by PostgreSQL and never too low, has."""
    limited = Workload.objects.filter(stop_at_cost__isnull=False, state__in=guards.GUARDED)
    most = _number(F("cost_closed")) + _open_cost(now)
    found = limited.alias(most=most).filter(most__gte=_number(F("stop_at_cost")))
    return found.defer("spec", "request", "remote", "phases", "known_remote_ids").order_by("pk")


def _open_cost(now: datetime) -> Coalesce:
    """Of the open stretch, rounded up as the provider does; of lanes as if each had begun with the first."""
    length = ExpressionWrapper(Value(now, DateTimeField()) - F("billed_since"), DurationField())
    open_s = Greatest(_number(Extract(length, "epoch")), Value(0.0, _FAST))
    before_s, unit_s = _number(F("billed_before_s")), _unit_s()
    steps = Ceil(_number((before_s + open_s) / unit_s)) - Ceil(_number(before_s / unit_s))
    price = Case(When(billed_tariff=Tariff.REST, then=F("resting_hourly_price")), default=F("hourly_price"))
    stretch = _number(_number(steps * unit_s) * _number(price) / _HOUR_S)
    lanes = _number((open_s + unit_s) * _LanePrices("billed_lanes", output_field=_FAST) / _HOUR_S)
    whole = Case(When(Q(billed_lanes=[]), then=stretch), default=lanes, output_field=_FAST)
    return Coalesce(whole + Value(_SLACK, _FAST), Value(0.0, _FAST), output_field=_FAST)


_SLACK = 0.00001
"""So far may such a number be off below; what comes out lower all the same is found a second later."""


class _LanePrices(Func):
    """Prices of the open lanes together."""

    template = (
        "(SELECT COALESCE(SUM((lane->>'price')::numeric), 0) FROM jsonb_array_elements(%(expressions)s) AS lane"
        " WHERE (lane->>'is_open')::boolean)"
    )


def _unit_s() -> Case:
    """Seconds that are paid whole once begun."""
    ways = (When(rounding=name.value, then=Value(float(unit_s), _FAST)) for name, unit_s in UNIT_S.items())
    return Case(*ways, default=Value(1.0, _FAST), output_field=_FAST)


def _number(expression: Any) -> Cast:
    return Cast(expression, _FAST)


def _end(workload: Workload, now: datetime) -> bool:
    cost = formats.money(guarding.spent(workload, now), workload.currency)
    limit = formats.money(workload.stop_at_cost, workload.currency)
    reason = Reason(
        ReasonCode.COST,
        _("It had cost {cost} of the {limit} that it may.").format(cost=cost, limit=limit),
        Fault.NOBODY,
    )
    return guards.end(workload, reason, _("it has cost {limit}").format(limit=limit))
