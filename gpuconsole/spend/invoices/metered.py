"""What the console itself has metered of a workload between two moments."""

from __future__ import annotations

import copy
from datetime import datetime
from decimal import Decimal

from gpuconsole.workloads import usage
from gpuconsole.workloads.models import UsageInterval


def within(interval: UsageInterval, since: datetime, until: datetime, now: datetime) -> Decimal | None:
    """What an interval cost between two moments; None where nobody knows its price.

    Cut as providers cut a bill: what was due at the end less what was due at the begin, so that months add up.
    """
    after, before = _due(interval, until, now), _due(interval, since, now)
    return None if after is None or before is None else after - before


def _due(interval: UsageInterval, moment: datetime, now: datetime) -> Decimal | None:
    """What it had cost by then: an interval that ended later is taken as one that is open still."""
    whole = usage.interval_cost(interval, now)
    end = now if interval.ended_at is None else interval.ended_at
    if moment >= end or whole is None:
        return whole
    if moment <= interval.started_at:
        return Decimal(0)
    part = copy.copy(interval)
    part.ended_at = None
    cost = usage.interval_cost(part, moment)
    return None if cost is None else min(cost, whole)
