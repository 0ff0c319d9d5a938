"""Money before it is spent: price per hour, the most it can cost, what alike work cost, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.catalog import queries as catalog
from gpuconsole.connections.models import Connection, Health
from gpuconsole.core import formats
from gpuconsole.core.money import Money
from gpuconsole.projects import quotas, rates, rules
from gpuconsole.projects.models import Project, Quota
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.pricing import Pricing, Rounding
from gpuconsole.providers.remote import Offer
from gpuconsole.providers.specs import Spec
from gpuconsole.workloads import guarding, usage
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.halts import holds
from gpuconsole.workloads.limits.verdicts import NEEDS_APPROVAL, STOP_AFTER, WARNING, Check, Wish, blocking, verdict
from gpuconsole.workloads.models import LaunchRequest, Workload
from gpuconsole.workloads.states import FINAL

DOUBTED = "doubted_price"
ALIKE = 30
ALIKE_AT_LEAST = 5
MOST_MONEY, MOST_GPUS = Decimal(10) ** 9, 2**31 - 1
"""What one launch may cost and hold for us to write it down; more is a mistake in a field."""


@dataclass(frozen=True, slots=True)
class Typical:
    """Medians of work of the same project, provider, kind and hardware that ended last."""

    cost: Money | None
    run_s: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What one launch would cost and hold; None means that nobody knows it, never zero."""

    pricing: Pricing
    hourly: Money | None
    upper: Money | None
    """Price × longest run, ours or the provider's own, by the provider's rule, or the cost that it is stopped at where
    that is less; None where the price is unknown or it has no end. What is kept while it is off comes on top, for as
    long as it is kept."""
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
    is_doubted: bool
    """Whether the price rests on an offer whose own is more likely a mistake."""
    is_sandbox: bool
    violations: tuple[quotas.Violation, ...]
    budget_after: Money | None
    """What the month's budget would still have left; None: no budget, or no telling."""
    checks: tuple[Check, ...]
    is_capped: bool = False
    """Whether the cost that it is stopped at is what makes the most that it can cost."""
    uses: tuple[tuple[Quota, quotas.Use], ...] = ()
    """What the quotas that have a say have in use now."""

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
        """Why a launch would be refused; what an admin could allow comes last."""
        return blocking(self.checks)

    @property
    def warnings(self) -> tuple[Check, ...]:
        """Limits that a launch passes with a warning."""
        return tuple(check for check in self.checks if check.code == WARNING)

    @property
    def needs_approval(self) -> bool:
        """Whether nothing stands in the way that an admin could not allow."""
        return bool(self.blocking) and all(check.code == NEEDS_APPROVAL for check in self.blocking)


def estimate(
    *,
    project: Project,
    connection: Connection,
    spec: Spec,
    owner: User | None,
    stop_after_s: int | None = None,
    guards: Guards = guarding.NONE,
    request: LaunchRequest | None = None,
) -> Estimate:
    """The figures of a launch by ``owner`` as things stand now, from what was last seen of the provider.

    With ``request`` it is the launch that a request asks for: what that holds of the budgets does not count against it.
    """
    provider = registry.get(connection.provider)
    offers = catalog.offers(connection)
    pricing = provider.adapter.price(spec, offers)
    is_doubted = _is_doubted(provider, spec, pricing, offers)
    now = timezone.now()
    found = rules.of(project, owner)
    longest_s = stop_after_s or project.default_stop_after_s or quotas.longest_run_s(found.quotas, provider.kind)
    hourly = None if pricing.hourly_price is None else Money(pricing.hourly_price, pricing.currency)
    resting = Money(pricing.resting_hourly_price, pricing.currency) if pricing.resting_hourly_price else None
    upper = _upper(pricing, longest_s, guards.stop_at_cost)
    team_currency = project.team.currency
    quote = rates.quote(pricing.currency, team_currency) if pricing.currency != team_currency else None

    def in_team(money: Money | None) -> Money | None:
        return money if money is None or money.currency == team_currency else quote.convert(money) if quote else None

    wish = Wish(
        project=project,
        owner=owner,
        provider=provider,
        pricing=pricing,
        hourly=hourly,
        upper=upper,
        longest_s=longest_s,
        ends_by=deadline(now, longest_s),
        now=now,
        request=request,
    )
    said = verdict(wish, found)
    is_endless = provider.kind == "instance" or spec.is_endless
    ours = [*_doubt(is_doubted), *_sane(pricing, upper), *guarding.checks(guards, provider, pricing)]
    checks = [*holds.checks(project, connection), *ours, *said.checks, *_end(project, longest_s, is_endless=is_endless)]
    return Estimate(
        pricing=pricing,
        hourly=hourly,
        upper=upper,
        longest_s=longest_s,
        typical=_typical(project, connection, provider.kind, pricing),
        resting=resting,
        quote=quote,
        hourly_in_team=in_team(hourly),
        upper_in_team=in_team(upper),
        price_seen_at=catalog.offers_seen_at(connection),
        price_source=_("Offers of {provider} on {connection}").format(
            provider=provider.name, connection=connection.name
        ),
        is_doubted=is_doubted,
        is_sandbox=connection.is_sandbox,
        violations=said.violations,
        budget_after=said.budget_after,
        checks=(*checks, _key(connection)),
        is_capped=upper != _upper(pricing, longest_s, None),
        uses=said.uses,
    )


def told(figures: Estimate) -> dict[str, Decimal | None]:
    """The columns that keep for good what a launch was told."""
    typical = figures.typical.cost if figures.typical else None
    return {
        "estimated_hourly": figures.hourly.amount if figures.hourly else None,
        "estimated_most": figures.upper.amount if figures.upper else None,
        "estimated_typical": typical.amount if typical else None,
    }


def deadline(since: datetime, longest_s: int | None) -> datetime | None:
    """When the console ends it; an age beyond the calendar is none."""
    return None if longest_s is None else since + timedelta(seconds=longest_s)


def _is_doubted(provider: Provider, spec: Spec, pricing: Pricing, offers: Sequence[Offer]) -> bool:
    """Only the provider knows which offers make its price; without the doubted ones it would be another, or none."""
    believed = [offer for offer in offers if not offer.is_doubted]
    if len(believed) == len(offers) or pricing.hourly_price is None:
        return False
    return provider.adapter.price(spec, believed).hourly_price != pricing.hourly_price


def _doubt(is_doubted: bool) -> list[Check]:
    text = _("It is far from what this costs elsewhere or did before, most likely a mistake: the bill may be higher.")
    return [Check(_("Price"), False, text, code=DOUBTED, blocks=False)] if is_doubted else []


def _sane(pricing: Pricing, upper: Money | None) -> list[Check]:
    hourly, most = pricing.hourly_price or Decimal(0), upper.amount if upper else Decimal(0)
    if max(hourly, most) < MOST_MONEY and pricing.gpu_count <= MOST_GPUS:
        return []
    text = _("It asks for more hardware, or for longer, than anybody can pay: one of the numbers is far too large.")
    return [Check(_("Size"), False, text, code="too_much")]


def _upper(pricing: Pricing, longest_s: int | None, stop_at_cost: Decimal | None) -> Money | None:
    ends_s, most = _ends_s(pricing, longest_s), None
    if ends_s is not None:
        most = usage.most_of(ends_s, pricing.hourly_price, pricing.rounding, attempts=pricing.attempts)
    most = guarding.capped(most, stop_at_cost, pricing)
    return None if most is None else Money(most, pricing.currency)


def _ends_s(pricing: Pricing, longest_s: int | None) -> int | None:
    return min((limit_s for limit_s in (longest_s, pricing.billed_at_most_s) if limit_s is not None), default=None)


def _end(project: Project, longest_s: int | None, *, is_endless: bool) -> list[Check]:
    if not is_endless or longest_s is not None or project.may_never_end:
        return []
    text = _("It runs until somebody ends it: say after how long it is to be stopped.")
    return [Check(_("End"), False, text, STOP_AFTER, "needs_deadline")]


def _key(connection: Connection) -> Check:
    if connection.health == Health.REFUSED:
        text = _("The provider refused the key of {connection}.").format(connection=connection.name)
        return Check(_("Key"), False, text, blocks=False)
    if connection.last_success_at is None:
        return Check(_("Key"), True, _("The key of {connection} was not tried yet.").format(connection=connection.name))
    age = formats.ago(max(timedelta(), timezone.now() - connection.last_success_at))
    text = _("The key of {connection} worked {ago}.").format(connection=connection.name, ago=age)
    return Check(_("Key"), True, text)


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
    costs = [cost for billed_s, cost, price, currency in rows if price is not None and currency == pricing.currency]
    cost = (
        Money(Decimal(median(costs)).quantize(usage.EXACT), pricing.currency) if len(costs) >= ALIKE_AT_LEAST else None
    )
    return Typical(cost, float(median([billed_s for billed_s, *_ in rows])), len(rows))
