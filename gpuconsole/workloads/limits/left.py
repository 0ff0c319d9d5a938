"""What quotas and budgets still have left for a person in a project, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.core.days import Span
from gpuconsole.core.money import Money
from gpuconsole.projects import budgets, quota_words, rules
from gpuconsole.projects.models import Budget, Project, Quota
from gpuconsole.workloads.limits import bars, money, use
from gpuconsole.workloads.models import LaunchRequest


@dataclass(frozen=True, slots=True)
class Left:
    """One limit's rest: ``12 of 16 in use``, ``$40.00 of $100.00 left``."""

    label: str
    words: str


def of_budgets(listed: Sequence[Budget], now: datetime, *, without: LaunchRequest | None = None) -> list[Left]:
    """What each budget of one team has left this month; ``without`` leaves out what one request holds."""
    if not listed:
        return []
    month = budgets.month_of(now, listed[0].team.time_zone)
    rests = money.left(listed, [month], now, without=without)
    return [_of_budget(budget, month, rest) for budget, (rest,) in zip(listed, rests, strict=True)]


def of_quotas(listed: Sequence[Quota], now: datetime, *, owner: User | None) -> list[Left]:
    """What is in use of each quota that counts something, with its limit."""
    uses = use.used(listed, now, owner=owner)
    return [_of_quota(quota, uses[quota.pk].amount) for quota in listed if quota.pk in uses]


def lines(project: Project, owner: User | None, limits: Sequence[str] = ()) -> list[Left]:
    """The budgets, and those quotas whose keys are among ``limits``."""
    now, found = timezone.now(), rules.of(project, owner)
    listed = [quota for quota in found.quotas if quota.public_id in limits]
    return [*of_budgets(found.budgets, now), *of_quotas(listed, now, owner=owner)]


def _of_budget(budget: Budget, month: Span, rest: Money | None) -> Left:
    label = bars.name_of_budget(budget, month)
    if rest is None:
        return Left(label, _("unknown, for want of a rate"))
    return Left(label, _("{rest} of {whole} left").format(rest=rest, whole=Money(budget.amount, budget.currency)))


def _of_quota(quota: Quota, amount: Decimal | None) -> Left:
    currency = quota.team.currency
    used = quota_words.amount(quota, amount, currency)
    return Left(
        quota_words.label(quota),
        _("{used} of {limit} in use").format(used=used, limit=bars.limit_words(quota, currency)),
    )
