"""What work has cost so far, for the database to sort and to filter by."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    DecimalField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    Q,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Extract
from django.db.models.lookups import GreaterThanOrEqual

from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads.states import FINAL, OPEN

_MONEY = DecimalField(max_digits=24, decimal_places=6)


class _OpenLanes(Func):
    """The cost up to a moment of what is billed side by side; a lane whose price nobody knows adds nothing."""

    template = (
        "(SELECT SUM((lane->>'price')::numeric * EXTRACT(EPOCH FROM told.now - (lane->>'since')::timestamptz) / 3600)"
        " FROM (SELECT %(expressions)s) AS told(now, lanes), jsonb_array_elements(told.lanes) lane"
        " WHERE (lane->>'is_open')::boolean)"
    )
    output_field = _MONEY


def running_cost(now: datetime) -> Any:
    """About what it has cost by ``now``: the open stretch is not rounded up as the bill will be."""
    open_s = Extract(ExpressionWrapper(Value(now) - F("billed_since"), output_field=DurationField()), "epoch")
    price = Case(When(billed_tariff=Tariff.REST, then=F("resting_hourly_price")), default=F("hourly_price"))
    running = ExpressionWrapper(price * open_s / Value(Decimal(3600)), output_field=_MONEY)
    lanes = _OpenLanes(Value(now, output_field=DateTimeField()), F("billed_lanes"))
    still_open = Case(When(~Q(billed_lanes=[]), then=lanes), default=running, output_field=_MONEY)
    return ExpressionWrapper(F("cost_closed") + Coalesce(still_open, Value(Decimal(0)), output_field=_MONEY), _MONEY)


def costs_from(amount: Decimal, now: datetime) -> Q:
    """Work that has cost so much or more, in its own currency: what has ended by an index, what has not, which is
    little, by its running cost."""
    ended = Q(state__in=FINAL, cost_closed__gte=amount)
    return ended | Q(state__in=OPEN) & Q(GreaterThanOrEqual(running_cost(now), amount))
