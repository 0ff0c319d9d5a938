"""Shapes of estimates in the JSON API."""

from datetime import date, datetime

from gpuconsole.core.api import Amount, ApiSchema, MoneyOut
from gpuconsole.core.money import Money
from gpuconsole.core.translated import translated
from gpuconsole.projects.quotas import Violation
from gpuconsole.providers import registry
from gpuconsole.workloads.estimates import Estimate, Typical
from gpuconsole.workloads.limits.verdicts import Check


class TypicalOut(ApiSchema):
    """Medians of work of the same project, provider, kind and hardware that ended last; from five on."""

    cost: MoneyOut | None
    run_s: float
    count: int


class RestingOut(ApiSchema):
    """What is charged on while it is off, until it is deleted; it is a part of the price per hour too."""

    hourly: MoneyOut
    what: str


class BillingOut(ApiSchema):
    """How the provider bills: the stretch that is paid whole once begun, and its rule in a sentence."""

    rounding: str
    rule: str
    attempts: int
    """Tries that the provider makes by itself at most; each is billed by itself."""


class PriceSourceOut(ApiSchema):
    what: str
    seen_at: datetime | None
    """Null: the prices were never read."""
    is_doubted: bool
    """The price is more likely a mistake: far from the one before, or from what is published."""
    is_sandbox: bool


class RateOut(ApiSchema):
    """Units of the team's currency for one of the provider's."""

    value: Amount
    on: date
    source: str


class ConvertedOut(ApiSchema):
    """The same in the team's currency."""

    hourly: MoneyOut | None
    at_most: MoneyOut | None
    rate: RateOut


class CheckOut(ApiSchema):
    """One thing that was looked at; one that blocks and is not ok refuses the launch."""

    name: str
    is_ok: bool
    blocks: bool
    text: str
    field: str
    code: str


class ViolationOut(ApiSchema):
    """A limit that a launch would break; numbers are in the measure's unit, null where nobody knows it."""

    quota: str
    measure: str
    consequence: str
    limit: Amount | None
    used: Amount | None
    asked: Amount | None
    fits: Amount | None
    """What would still fit."""
    text: str


class EstimateOut(ApiSchema):
    """Money before it is spent; null means unknown, never zero."""

    hourly: MoneyOut | None
    at_most: MoneyOut | None
    """Price × longest run × nodes × attempts × workers by the provider's rule; null: unknown price, or no end."""
    ends_after_s: int | None
    """After so many seconds at the latest it is ended, by us or by the provider; null: no end."""
    typical: TypicalOut | None
    resting: RestingOut | None
    """Null: nothing is charged while it is off."""
    not_priced: list[str]
    gpu_count: int
    hardware: str
    billing: BillingOut
    price: PriceSourceOut
    converted: ConvertedOut | None
    """Null where the provider charges in the team's currency, or no rate is known."""
    checks: list[CheckOut]
    violations: list[ViolationOut]
    """Limits that stand against it, those that block first."""
    may_launch: bool


def shape_estimate(estimate: Estimate, provider: str) -> EstimateOut:
    """The figures of a launch at ``provider``."""
    return EstimateOut(
        hourly=shape_money(estimate.hourly),
        at_most=shape_money(estimate.upper),
        ends_after_s=estimate.ends_s,
        typical=_typical(estimate.typical),
        resting=_resting(estimate),
        not_priced=[translated(what) for what in estimate.not_priced],
        gpu_count=estimate.gpu_count,
        hardware=estimate.hardware,
        billing=BillingOut(
            rounding=estimate.rounding.value,
            rule=translated(registry.get(provider).billing),
            attempts=estimate.attempts,
        ),
        price=PriceSourceOut(
            what=estimate.price_source,
            seen_at=estimate.price_seen_at,
            is_doubted=estimate.is_doubted,
            is_sandbox=estimate.is_sandbox,
        ),
        converted=_converted(estimate),
        checks=[_check(check) for check in estimate.checks],
        violations=[_violation(one) for one in estimate.violations],
        may_launch=not estimate.blocking,
    )


def _typical(typical: Typical | None) -> TypicalOut | None:
    if typical is None:
        return None
    return TypicalOut(cost=shape_money(typical.cost), run_s=typical.run_s, count=typical.count)


def _resting(estimate: Estimate) -> RestingOut | None:
    hourly = shape_money(estimate.resting)
    return None if hourly is None else RestingOut(hourly=hourly, what=translated(estimate.resting_for))


def _converted(estimate: Estimate) -> ConvertedOut | None:
    quote = estimate.quote
    if quote is None:
        return None
    rate = RateOut(value=quote.value, on=quote.on, source=quote.source)
    return ConvertedOut(
        hourly=shape_money(estimate.hourly_in_team), at_most=shape_money(estimate.upper_in_team), rate=rate
    )


def _check(check: Check) -> CheckOut:
    return CheckOut(
        name=check.name, is_ok=check.is_ok, blocks=check.blocks, text=check.text, field=check.field, code=check.code
    )


def _violation(violation: Violation) -> ViolationOut:
    return ViolationOut(
        quota=violation.quota.public_id,
        measure=violation.measure,
        consequence=violation.consequence,
        limit=violation.limit,
        used=violation.used,
        asked=violation.asked,
        fits=violation.fits,
        text=violation.text,
    )


def shape_money(money: Money | None) -> MoneyOut | None:
    return None if money is None else MoneyOut(amount=money.amount, currency=money.currency)
