"""The limits that somebody who is about to launch is nearest to, as bars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.projects import rules
from gpuconsole.projects.models import Project, Quota
from gpuconsole.projects.quotas import Use
from gpuconsole.workloads.limits import bars, money, use
from gpuconsole.workloads.limits.bars import Bar

MOST = 3


def bars_of(project: Project, owner: User, now: datetime) -> list[Bar]:
    """Budgets first, then the quotas that are fullest; a constant number of queries."""
    found = rules.of(project, owner)
    of_money = [bars.of_budget(standing) for standing in money.standings(found.budgets, now)]
    uses = use.used(found.quotas, now, owner=owner)
    pairs = [(quota, uses[quota.pk]) for quota in found.quotas if quota.pk in uses]
    return [*of_money, *fullest(pairs, project.team.currency)]


def fullest(pairs: Iterable[tuple[Quota, Use]], currency: str, most: int = MOST) -> list[Bar]:
    """Bars of the fullest quotas; what has no number in use has none."""
    found = [_bar(quota, use, currency) for quota, use in pairs]
    drawn = [bar for bar in found if bar.percent is not None]
    return sorted(drawn, key=lambda bar: -(bar.percent or Decimal(0)))[:most]


def _bar(quota: Quota, use: Use, currency: str) -> Bar:
    """Among others a limit of the whole team says so."""
    bar = bars.of_quota(quota, use, currency)
    return bar if quota.project_id else replace(bar, label=_("{limit}, team").format(limit=bar.label))
