"""The guard of budgets: what they have to tell is recorded, and, only where that was chosen, work is ended at 120 %."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from gpuconsole.projects.models import AlertKind, Budget, BudgetAlert
from gpuconsole.sync import guards
from gpuconsole.workloads.limits import alerts, money
from gpuconsole.workloads.limits.money import Standing
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Fault, Reason, ReasonCode

EVERY = timedelta(minutes=1)
MOST_A_TICK = 50
MOST_ENDED_A_TICK = 200


def enforce(now: datetime) -> int:
    """Look at the budgets whose turn it is; gives how many workloads were asked to end. Twice does no harm."""
    due = _claim(now)
    if not due:
        return 0
    standings = money.standings(due, now)
    alerts.raise_due(standings, now)
    return sum(_stop(standing, now) for standing in standings if standing.budget.stops_at_120)


def _claim(now: datetime) -> Sequence[Budget]:
    """Those that nobody has looked at for a while; each is looked at by one worker."""
    is_due = Q(looked_at=None) | Q(looked_at__lte=now - EVERY)
    with transaction.atomic():
        locked = Budget.objects.filter(is_due).select_for_update(skip_locked=True, of=("self",))
        found = list(locked.select_related("team", "project").order_by("looked_at", "pk")[:MOST_A_TICK])
        Budget.objects.filter(pk__in=[one.pk for one in found]).update(looked_at=now)
    return found


def _stop(standing: Standing, now: datetime) -> int:
    """End what runs on this budget once the grace is over that began when 120 % were seen."""
    budget = standing.budget
    if standing.balance is None or AlertKind.STOP not in alerts.passed(standing):
        return 0
    seen = BudgetAlert.objects.filter(budget=budget, month=standing.month.first, kind=AlertKind.STOP).first()
    if seen is None or now < seen.at + timedelta(seconds=budget.grace_s):
        return 0
    scope = {"team": budget.team_id} if budget.project_id is None else {"project": budget.project_id}
    running = Workload.objects.filter(**scope, state__in=guards.GUARDED).order_by("pk")[:MOST_ENDED_A_TICK]
    text = _("{spent} of the project's {budget} for {month} were spent, more than 120 % since {time} UTC.")
    if budget.project_id is None:
        text = _("{spent} of the team's {budget} for {month} were spent, more than 120 % since {time} UTC.")
    text = text.format(
        spent=standing.balance.spent,
        budget=standing.balance.budget,
        month=standing.month.name,
        time=f"{seen.at:%F %H:%M}",
    )
    reason = Reason(ReasonCode.BUDGET, text, Fault.NOBODY)
    return sum(guards.end(workload, reason, _("the budget was overspent")) for workload in running)
