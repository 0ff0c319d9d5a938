"""Use beside its limit, in words and as a bar: everything that a page needs to draw one, decided here."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from gpuconsole.core.days import Span
from gpuconsole.core.money import Money
from gpuconsole.projects import quota_words
from gpuconsole.projects.models import Budget, Quota
from gpuconsole.projects.quotas import Use
from gpuconsole.workloads.limits.money import Standing

NEAR = Decimal(80)
"""Per cent of a quota from which its bar warns."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: ``percent`` of 100 (None: nothing to draw), ``level`` as ``ui.meter`` calls its kinds, and the words."""

    label: str
    used: str
    limit: str
    percent: Decimal | None
    level: str
    sentence: str


def of_quota(quota: Quota, use: Use | None, currency: str) -> Bar:
    """A quota's bar; run times and lists have nothing in use, so they have words alone."""
    label, limit = quota_words.label(quota), limit_words(quota, currency)
    if use is None:
        return Bar(label, "", limit, None, "", f"{label} {quota_words.scope(quota)}: {limit}")
    used = quota_words.amount(quota, use.amount, currency)
    if use.amount is None:
        text = _("{limit}: what is in use is unknown, for want of a rate").format(limit=label)
        return Bar(label, used, limit, None, "", text)
    percent = _percent(use.amount, quota.number)
    level = "bad" if use.amount > quota.number else "warning" if percent >= NEAR else ""
    if not use.who:
        text = _("{what}: {used} of {limit} in use").format(what=label, used=used, limit=limit)
        return Bar(label, used, limit, percent, level, text)
    text = _("{what}: {used} of {limit} in use, by {who}").format(what=label, used=used, limit=limit, who=use.who)
    return Bar(label, _("{used}, by {who}").format(used=used, who=use.who), limit, percent, level, text)


def of_budget(standing: Standing) -> Bar:
    """A budget's bar: what is spent of it."""
    whole = Money(standing.budget.amount, standing.budget.currency)
    label = name_of_budget(standing.budget, standing.month)
    if standing.balance is None:
        text = _("{budget}: what was spent is unknown, for want of a rate").format(budget=label)
        return Bar(label, _("unknown"), str(whole), None, "", text)
    spent = standing.balance.spent
    percent = _percent(spent.amount, whole.amount)
    level = "bad" if percent >= 100 else "warning" if percent >= NEAR else ""
    text = _("{budget}: {spent} of {whole} spent").format(budget=label, spent=spent, whole=whole)
    return Bar(label, str(spent), str(whole), percent, level, text)


def name_of_budget(budget: Budget, month: Span) -> str:
    """Whose it is and for which month."""
    text = _("Budget for {month}") if budget.project_id else _("Team budget for {month}")
    return text.format(month=month.name)


def limit_words(quota: Quota, currency: str) -> str:
    """What a quota allows, in words."""
    if quota.is_list:
        return quota_words.allowed_words(quota)
    return quota_words.amount(quota, quota.number, currency)


def consequence_words(row: Quota | Budget) -> str:
    """What happens when it is reached."""
    return str(row.get_consequence_display() if isinstance(row, Quota) else row.get_when_spent_display())


def _percent(used: Decimal, limit: Decimal) -> Decimal:
    """Out of 100, and never more; of a limit of nothing everything is in use."""
    if not limit:
        return Decimal(100)
    return min(Decimal(100), used / limit * 100).quantize(Decimal("0.01"))
