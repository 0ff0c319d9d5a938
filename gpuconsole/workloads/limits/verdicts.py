"""What quotas and budgets say to a launch: one line beside its button for each, and whether it stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.models import User
from gpuconsole.core.days import Span
from gpuconsole.core.money import Money
from gpuconsole.projects import budgets, quotas, rates, rules
from gpuconsole.projects.models import Budget, Consequence, Measure, Project, Quota
from gpuconsole.projects.quotas import Ask, Use, Violation
from gpuconsole.projects.rules import Rules
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.pricing import Pricing
from gpuconsole.workloads.limits import money, use
from gpuconsole.workloads.models import LaunchRequest, Workload

STOP_AFTER = "guards.stop_after_s"
NEEDS_APPROVAL = "needs_approval"
MUST_ALLOW = gettext_noop("An admin must allow it.")
WARNING = "limit_warning"
_OF_TIME = frozenset({Measure.RUN_S, Measure.GPU_HOURS})
_HOUR_S = Decimal(3600)


@dataclass(frozen=True, slots=True)
class Check:
    """One line beside the Launch button; a check that blocks and is not ok refuses the launch."""

    name: str
    is_ok: bool
    text: str
    field: str = ""
    code: str = ""
    blocks: bool = True
    limit: str = ""
    """Key of the limit that it speaks for: a quota's id, or which budget (``money.key``)."""

    @property
    def finding(self) -> str:
        """What is so, without whom to turn to: for whoever is that admin."""
        return self.text.removesuffix(f" {_(MUST_ALLOW)}")

    @property
    def is_for_an_admin(self) -> bool:
        """Whether an admin's yes lets the launch pass."""
        return not self.is_ok and self.code == NEEDS_APPROVAL

    @property
    def look(self) -> tuple[str, str]:
        """Its icon and the icon's colour."""
        if self.is_ok:
            return "circle-check", "ok-text"
        if self.is_for_an_admin:
            return "hand", "warning-text"
        return ("circle-x", "bad-text") if self.blocks else ("triangle-alert", "warning-text")


def blocking(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Those that refuse; what an admin could allow comes last."""
    found = [check for check in checks if check.blocks and not check.is_ok]
    return tuple(sorted(found, key=lambda check: check.code == NEEDS_APPROVAL))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A launch, a start or a longer run, as quotas and budgets see it. None is unknown, or no end."""

    project: Project
    owner: User | None
    provider: Provider
    pricing: Pricing
    hourly: Money | None
    upper: Money | None
    """The most that it can cost from now on."""
    longest_s: int | None
    """The age at which it is ended."""
    ends_by: datetime | None
    now: datetime
    workload: Workload | None = None
    """What runs already and counts no second time; None: a launch, or a start."""
    is_moved: bool = False
    """All that the workload holds is to count in the project from now on; else it is to run longer there."""
    request: LaunchRequest | None = None
    """The launch request that this would answer: what it holds is its own."""
    stop_field: str = STOP_AFTER
    """Path of the field that says when it ends."""

    @property
    def is_longer(self) -> bool:
        """Only its time is asked for: what it holds it has."""
        return self.workload is not None and not self.is_moved


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every limit that stands against the wish, the lines that say so, and what the tightest budget has left then."""

    violations: tuple[Violation, ...] = ()
    checks: tuple[Check, ...] = ()
    budget_after: Money | None = None
    uses: tuple[tuple[Quota, Use], ...] = ()
    """What each quota that has a say has in use; lists and run times have none."""


def verdict(wish: Wish, found: Rules | None = None) -> Verdict:
    """How things stand now; in the transaction that holds ``rules.lock`` nobody can take it away again."""
    found = rules.of(wish.project, wish.owner) if found is None else found
    violations, uses = _violations(wish, found)
    checks, after = _budget_checks(wish, found.budgets)
    return Verdict(violations, (*_quota_checks(wish, found, violations), *checks), after, uses)


def _violations(wish: Wish, found: Rules) -> tuple[tuple[Violation, ...], tuple[tuple[Quota, Use], ...]]:
    listed = [one for one in found.quotas if not wish.is_longer or one.measure in _OF_TIME]
    currency = wish.project.team.currency
    is_of_money = any(one.measure == Measure.HOURLY_PRICE for one in listed)
    hourly = rates.convert(wish.hourly, currency) if wish.hourly and is_of_money else None
    ask = Ask(
        gpus=wish.pricing.gpu_count,
        hourly_price=hourly.amount if hourly else None,
        run_s=wish.longest_s,
        kind=wish.provider.kind,
        provider=wish.provider.slug,
        gpu_model=wish.pricing.hardware_model,
        gpu_hours=_gpu_hours(wish),
    )
    concerned = [one for one in listed if quotas.concerns(one, ask)]
    uses = use.used(concerned, wish.now, owner=wish.owner, without=wish.workload)
    told = tuple((one, uses[one.pk]) for one in concerned if one.pk in uses)
    return tuple(quotas.check(concerned, uses, ask, currency=currency)), told


def _gpu_hours(wish: Wish) -> Decimal:
    """GPU-hours that can fall into the running month: until its latest end, or the month's. Of what runs already
    those of its open stretch too, since it is left out of what is in use."""
    month = budgets.month_of(wish.now, wish.project.team.time_zone)
    since = wish.workload.billed_since if wish.workload else None
    until = min(wish.ends_by or month.end, month.end)
    seconds = Decimal(max(timedelta(), until - max(since or wish.now, month.start)).total_seconds())
    if wish.pricing.billed_at_most_s is not None and not wish.is_longer:
        seconds = min(seconds, Decimal(wish.pricing.billed_at_most_s))
    return wish.pricing.gpu_count * seconds / _HOUR_S


def _quota_checks(wish: Wish, found: Rules, violations: Sequence[Violation]) -> list[Check]:
    if not violations:
        return [Check(_("Quota"), True, _("Within the quotas.") if found.quotas else _("There is no quota."))]
    return [
        _no(one.consequence, _("Quota"), one.text, _field(wish, one.measure), "over_quota", one.quota.public_id)
        for one in violations
    ]


def _field(wish: Wish, measure: Measure) -> str:
    """Dotted path of the input that a limit is about; empty: of none alone."""
    if measure is Measure.RUN_S or wish.is_longer:
        return wish.stop_field
    if measure is Measure.PROVIDERS:
        return "connection"
    provider = wish.provider
    path = provider.hardware_path if measure is Measure.HARDWARE else provider.size_path
    return f"spec.{path}" if path and measure is not Measure.WORKLOADS else ""


def _no(consequence: Consequence, name: str, text: str, field: str, code: str, limit: str) -> Check:
    if consequence is Consequence.ASK:
        return Check(name, False, f"{text} {_(MUST_ALLOW)}", field, NEEDS_APPROVAL, limit=limit)
    if consequence is Consequence.WARN:
        return Check(name, False, text, field, WARNING, blocks=False, limit=limit)
    return Check(name, False, text, field, code, limit=limit)


def _budget_checks(wish: Wish, listed: Sequence[Budget]) -> tuple[list[Check], Money | None]:
    if not listed:
        return [], None
    if wish.hourly is None:
        return [
            Check(_("Budget"), False, _("The price is not known, so the budget can't be checked."), blocks=False)
        ], None
    if wish.upper is None:
        text = _("There is a budget: say after how long the work is to be stopped.")
        return [Check(_("Budget"), False, text, wish.stop_field, "needs_deadline")], None
    months = list(budgets.months_until(wish.now, wish.ends_by, wish.project.team.time_zone))
    lefts = money.left(listed, months, wish.now, without=wish.workload or wish.request)
    found = [_budget(wish, budget, wish.upper, months, own) for budget, own in zip(listed, lefts, strict=True)]
    afters = [after for _check, after in found if after is not None]
    is_sure = len(afters) == len(found) and len({after.currency for after in afters}) == 1
    tightest = min(afters, key=lambda after: after.amount) if is_sure else None
    return [check for check, _after in found], tightest


def _budget(
    wish: Wish, budget: Budget, upper: Money, months: Sequence[Span], lefts: Sequence[Money | None]
) -> tuple[Check, Money | None]:
    """Whether it fits into each month that it can fall into, the running one first; and what is left of that then."""
    assert wish.hourly is not None
    name, after = (_("Budget") if budget.project_id else _("Team budget")), None
    for month, left in zip(months, lefts, strict=True):
        share = money.share(upper.amount, wish.hourly.amount, wish.pricing.rounding, wish.ends_by, wish.now, month)
        most = rates.convert(Money(share, upper.currency), budget.currency)
        if left is None or most is None:
            text = _("A rate to {currency} is missing, so the budget can't be checked. Ask an admin to set it.").format(
                currency=budget.currency
            )
            return Check(name, False, text, code="no_rate"), None
        if most > left:
            text = _too_much(budget, month, months, most, left)
            what = Consequence(budget.when_spent)
            return _no(what, name, text, "", "over_budget", money.key(budget)), None
        after = left - most if after is None else after
    whole = rates.convert(upper, budget.currency)
    text = _("At most {most}; then {after} of {budget} are left.").format(
        most=whole, after=after, budget=_whole(budget)
    )
    return Check(name, True, text, limit=money.key(budget)), after


def _too_much(budget: Budget, month: Span, months: Sequence[Span], most: Money, left: Money) -> str:
    if month is months[0]:
        return _("At most {most}, and {left} of {budget} are left this month.").format(
            most=most, left=left, budget=_whole(budget)
        )
    return _("At most {most} of it can fall into {month}, and {left} of {budget} are left there.").format(
        most=most, month=month.name, left=left, budget=_whole(budget)
    )


def _whole(budget: Budget) -> Money:
    return Money(budget.amount, budget.currency)
