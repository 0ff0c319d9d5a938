"""Money before it is spent: price per hour, the most it can cost, what alike work cost, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

from django.utils import timezone

from gpuconsole.catalog import queries as catalog
from gpuconsole.connections.models import Connection, Health
from gpuconsole.core import formats
from gpuconsole.core.money import Money
from gpuconsole.projects import budgets, quotas, rates
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Pricing, Rounding
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads import spending, usage
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import FINAL

ALIKE = 30
ALIKE_AT_LEAST = 5
STOP_AFTER = "guards.stop_after_s"
MOST_MONEY, MOST_GPUS = Decimal(10) ** 9, 2**31 - 1
"""What one launch may cost and hold for us to write it down; more is a mistake in a field."""


@dataclass(frozen=True, slots=True)
class Typical:
    """Medians of work of the same project, provider, kind and hardware that ended last."""

    cost: Money | None
    run_s: float
    count: int


@dataclass(frozen=True, slots=True)
class Check:
    """One line beside the Launch button; a check that blocks and is not ok refuses the launch."""

    name: str
    is_ok: bool
    text: str
    field: str = ""
    code: str = ""
    blocks: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What one launch would cost and hold; None means that nobody knows it, never zero."""

    pricing: Pricing
    hourly: Money | None
    upper: Money | None
    """Price × longest run, ours or the provider's own, by the provider's rule; None where the price is unknown or it
    has no end. What is kept while it is off comes on top, for as long as it is kept."""
    longest_s: int | None
    typical: Typical | None
    resting: Money | None
    """Per hour while it is off, for ``resting_for``; None: nothing is charged then."""
    quote: rates.Quote | None
    """How money is converted to the team's currency; None where it is charged in it, or no rate is known."""
    hourly_in_team: Money | None
    upper_in_team: Money | None
    price_seen_at: datetime | None
    price_source: str
    """Whose prices they are."""
    is_sandbox: bool
    violations: tuple[quotas.Violation, ...]
    budget_after: Money | None
    """What the month's budget would still have left; None: no budget, or no telling."""
    checks: tuple[Check, ...]

    @property
    def ends_s(self) -> int | None:
        """After how many seconds at the latest it costs no more: by our own limit or the provider's; None: no end."""
        return _ends_s(self.pricing, self.longest_s)

    @property
    def not_priced(self) -> tuple[str, ...]:
        return self.pricing.not_priced

    @property
    def resting_for(self) -> str:
        return self.pricing.resting_for

    @property
    def attempts(self) -> int:
        return self.pricing.attempts

    @property
    def gpu_count(self) -> int:
        return self.pricing.gpu_count

    @property
    def hardware(self) -> str:
        return self.pricing.hardware_model or self.pricing.hardware_id

    @property
    def rounding(self) -> Rounding:
        return self.pricing.rounding

    @property
    def blocking(self) -> tuple[Check, ...]:
        """Why a launch would be refused."""
        return tuple(check for check in self.checks if check.blocks and not check.is_ok)


def longest_run_s(project: Project, stop_after_s: int | None) -> int | None:
    """The age at which the console ends it: as asked, else as the project has it; None: never."""
    return stop_after_s or project.default_stop_after_s or project.max_run_s


def estimate(*, project: Project, connection: Connection, spec: Spec, stop_after_s: int | None = None) -> Estimate:
    """The figures of a launch as things stand now, from what was last seen of the provider."""
    provider = registry.get(connection.provider)
    pricing = provider.adapter.price(spec, catalog.offers(connection))
    now = timezone.now()
    longest_s = longest_run_s(project, stop_after_s)
    hourly = None if pricing.hourly_price is None else Money(pricing.hourly_price, pricing.currency)
    resting = Money(pricing.resting_hourly_price, pricing.currency) if pricing.resting_hourly_price else None
    upper = _upper(pricing, longest_s)
    team_currency = project.team.currency
    quote = rates.quote(pricing.currency, team_currency) if pricing.currency != team_currency else None

    def in_team(money: Money | None) -> Money | None:
        return money if money is None or money.currency == team_currency else quote.convert(money) if quote else None

    hourly_in_team = in_team(hourly)
    violations = _violations(project, pricing, hourly_in_team, longest_s)
    budget_check, budget_after = _budget(project, hourly, upper, now)
    checks = [*_sane(pricing, upper), _quota(project, violations), *budget_check, *_end(spec, longest_s)]
    return Estimate(
        pricing=pricing,
        hourly=hourly,
        upper=upper,
        longest_s=longest_s,
        typical=_typical(project, connection, provider.kind, pricing),
        resting=resting,
        quote=quote,
        hourly_in_team=hourly_in_team,
        upper_in_team=in_team(upper),
        price_seen_at=catalog.offers_seen_at(connection),
        price_source=f"Offers of {provider.name} on {connection.name}",
        is_sandbox=connection.is_sandbox,
        violations=violations,
        budget_after=budget_after,
        checks=(*checks, _key(connection)),
    )


def _sane(pricing: Pricing, upper: Money | None) -> list[Check]:
    hourly, most = pricing.hourly_price or Decimal(0), upper.amount if upper else Decimal(0)
    if max(hourly, most) < MOST_MONEY and pricing.gpu_count <= MOST_GPUS:
        return []
    text = "It asks for more hardware, or for longer, than anybody can pay: one of the numbers is far too large."
    return [Check("Size", False, text, code="too_much")]


def _upper(pricing: Pricing, longest_s: int | None) -> Money | None:
    ends_s = _ends_s(pricing, longest_s)
    if ends_s is None:
        return None
    most = usage.most_of(ends_s, pricing.hourly_price, pricing.rounding, attempts=pricing.attempts)
    return None if most is None else Money(most, pricing.currency)


def _ends_s(pricing: Pricing, longest_s: int | None) -> int | None:
    return min((limit_s for limit_s in (longest_s, pricing.billed_at_most_s) if limit_s is not None), default=None)


def _violations(
    project: Project, pricing: Pricing, hourly: Money | None, longest_s: int | None
) -> tuple[quotas.Violation, ...]:
    currency = project.team.currency
    holds = spending.held(Workload.objects.filter(project=project))
    hourly_held = spending.total(holds.hourly, currency)
    use = quotas.Use(holds.gpus, holds.workloads, hourly_held.amount if hourly_held else Decimal(0))
    ask = quotas.Ask(pricing.gpu_count, hourly.amount if hourly else None, longest_s)
    return tuple(quotas.check(quotas.quota_of(project), use, ask, currency=currency))


def _quota(project: Project, violations: tuple[quotas.Violation, ...]) -> Check:
    if not violations:
        has_limits = quotas.quota_of(project) != quotas.Quota()
        return Check("Quota", True, "Within the project's quota." if has_limits else "The project has no quota.")
    only_run = all(violation.limit == "max_run_s" for violation in violations)
    text = " ".join(violation.text for violation in violations)
    return Check("Quota", False, text, STOP_AFTER if only_run else "", "over_quota")


def _balance(project: Project, now: datetime) -> budgets.Balance | None:
    """The month as it stands; None without a budget, or where a sum can't be converted for want of a rate."""
    if project.budget_amount is None:
        return None
    month = budgets.month_of(now, project.team.time_zone)
    spent = spending.total(spending.spent([project], month.start, month.end, now), project.budget_currency)
    reserved = spending.total(spending.reserved(Workload.objects.filter(project=project), now), project.budget_currency)
    return None if spent is None or reserved is None else budgets.balance(project, spent=spent, reserved=reserved)


def _budget(
    project: Project, hourly: Money | None, upper: Money | None, now: datetime
) -> tuple[list[Check], Money | None]:
    if project.budget_amount is None:
        return [], None
    if hourly is None:
        return [Check("Budget", False, "The price is not known, so the budget can't be checked.", blocks=False)], None
    if upper is None:
        text = "This project has a budget: say after how long the work is to be stopped."
        return [Check("Budget", False, text, STOP_AFTER, "needs_deadline")], None
    balance, most = _balance(project, now), rates.convert(upper, project.budget_currency)
    if balance is None or most is None:
        text = (
            f"A rate to {project.budget_currency} is missing, so the budget can't be checked. Ask an admin to set it."
        )
        return [Check("Budget", False, text, code="no_rate")], None
    if not balance.has_room_for(most):
        text = f"At most {most}, and {balance.left} of {balance.budget} are left this month."
        return [Check("Budget", False, text, code="over_budget")], None
    left = balance.left - most
    return [Check("Budget", True, f"At most {most}; then {left} of {balance.budget} are left.")], left


def _end(spec: Spec, longest_s: int | None) -> list[Check]:
    if not spec.is_endless or longest_s is not None:
        return []
    text = "It runs until somebody ends it: say after how long it is to be stopped."
    return [Check("End", False, text, STOP_AFTER, "needs_deadline")]


def _key(connection: Connection) -> Check:
    if connection.health == Health.REFUSED:
        return Check("Key", False, f"The provider refused the key of {connection.name}.", blocks=False)
    if connection.last_success_at is None:
        return Check("Key", True, f"The key of {connection.name} was not tried yet.")
    age = formats.ago(max(timedelta(), timezone.now() - connection.last_success_at))
    return Check("Key", True, f"The key of {connection.name} worked {age}.")


def _typical(project: Project, connection: Connection, kind: str, pricing: Pricing) -> Typical | None:
    ended = Workload.objects.filter(
        project=project,
        provider=connection.provider,
        kind=kind,
        hardware_id=pricing.hardware_id,
        gpu_count=pricing.gpu_count,
        state__in=FINAL,
        billed_closed_s__gt=0,
    )
    rows = list(ended.order_by("-id").values_list("billed_closed_s", "cost_closed", "hourly_price", "currency")[:ALIKE])
    if len(rows) < ALIKE_AT_LEAST:
        return None
    costs = [cost for _, cost, price, currency in rows if price is not None and currency == pricing.currency]
    cost = (
        Money(Decimal(median(costs)).quantize(usage.EXACT), pricing.currency) if len(costs) >= ALIKE_AT_LEAST else None
    )
    return Typical(cost, float(median([billed_s for billed_s, *_ in rows])), len(rows))
