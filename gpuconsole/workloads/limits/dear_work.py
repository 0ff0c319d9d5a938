"""Work that has come to cost more than somebody wanted to hear of: found by a look at what runs, recorded once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from gpuconsole.core.money import Money
from gpuconsole.projects import rates
from gpuconsole.projects.models import AlertAbout, AlertRule
from gpuconsole.workloads import usage
from gpuconsole.workloads.models import Workload, WorkloadAlert

LATE = timedelta(hours=1)
"""How long after its end work is still looked at: what ended between two looks is told too."""
_NEEDED = (
    *("team", "project", "state", "currency", "rounding", "hourly_price"),
    *("cost_closed", "billed_since", "billed_closed_s", "ended_at"),
)


def raise_due(now: datetime) -> int:
    """Record what costs more than a rule allows without a word; how many are new. Twice records once."""
    rules = list(AlertRule.objects.filter(about=AlertAbout.WORKLOAD, is_on=True).select_related("team"))
    if not rules:
        return 0
    lines = _Lines()
    found = _costly(rules, now)
    over = [(rule, work, cost) for work, cost in found for rule in rules if _is_over(rule, work, cost, lines)]
    known = set(
        WorkloadAlert.objects.filter(workload__in=[work.pk for _, work, _ in over]).values_list("rule", "workload")
    )
    fresh = [
        WorkloadAlert(rule=rule, workload=work, at=now, cost=cost)
        for rule, work, cost in over
        if (rule.pk, work.pk) not in known
    ]
    WorkloadAlert.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def _costly(rules: Iterable[AlertRule], now: datetime) -> list[tuple[Workload, Decimal]]:
    """Work of these teams that has cost anything and has not ended, or only just."""
    has_cost = Q(billed_since__isnull=False) | Q(cost_closed__gt=0)
    alive = Q(ended_at=None) | Q(ended_at__gte=now - LATE)
    rows = Workload.objects.filter(has_cost, alive, team__in={rule.team_id for rule in rules}).only(*_NEEDED)
    costs = ((row, usage.cost_so_far(row, now)) for row in rows.iterator(2000))
    return [(row, cost) for row, cost in costs if cost]


class _Lines:
    """Amounts of rules in the currencies of work; a rate is looked up once."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, str], Money | None] = {}

    def of(self, rule: AlertRule, currency: str) -> Money | None:
        """None where a rate is missing."""
        assert rule.amount is not None
        if (rule.pk, currency) not in self._found:
            self._found[rule.pk, currency] = rates.convert(Money(rule.amount, rule.team.currency), currency)
        return self._found[rule.pk, currency]


def _is_over(rule: AlertRule, work: Workload, cost: Decimal, lines: _Lines) -> bool:
    """False where a rate is missing: that can't be told."""
    if rule.team_id != work.team_id or rule.project_id not in (None, work.project_id):
        return False
    if work.ended_at is not None and work.ended_at < rule.since:
        return False
    line = lines.of(rule, work.currency)
    return line is not None and cost > line.amount
