"""The figures of a launch form's rail: hardware, price, and what it costs until it ends, each in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.core.money import Money
from gpuconsole.core.translated import translated
from gpuconsole.providers.remote import Offer
from gpuconsole.workloads.bill import how_billed
from gpuconsole.workloads.estimates import Estimate
from gpuconsole.workloads.forms import LaunchForm
from gpuconsole.workloads.states import Kind

_MONTH_H = 30 * 24


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the rail."""

    label: str
    value: str
    is_total: bool = False


def title(figures: Estimate) -> str:
    """What is asked for: number and model of GPUs."""
    if not figures.pricing.hardware_id and not figures.hardware:
        return _("Hardware not chosen")
    return formats.gpus(figures.gpu_count, figures.hardware) if figures.gpu_count else _("CPU only")


def detail(figures: Estimate, offer: Offer | None) -> str:
    """What is in the hardware that would be taken."""
    parts = [figures.pricing.hardware_id]
    if figures.pricing.units > 1 and figures.pricing.hardware_id:
        parts = [f"{figures.pricing.hardware_id} × {figures.pricing.units}"]
    if offer is not None:
        vram = offer.hardware.vram_gb if offer.hardware else None
        parts += [_("{size} each").format(size=formats.size(vram, "GB"))] if vram else []
        parts += [f"{offer.cpu_count.normalize():f} vCPU"] if offer.cpu_count else []
        parts += [formats.size(offer.ram_gb, "GiB")] if offer.ram_gb else []
    return " · ".join(part for part in parts if part)


def hourly_note(figures: Estimate) -> str:
    """How the price comes about, and in which steps it is billed."""
    if figures.hourly is None:
        return (
            _("The provider tells no price for this.")
            if figures.pricing.hardware_id
            else _("Pick hardware to see its price.")
        )
    billed = how_billed(figures.rounding)
    if figures.quote is not None:
        text = _("{price} per hour, {rate}, {billed}")
        return text.format(price=figures.hourly, rate=figures.quote, billed=billed)
    compute = figures.hourly - figures.resting if figures.resting else figures.hourly
    if figures.gpu_count > 1:
        each = Money(compute.amount / figures.gpu_count, compute.currency)
        return _("{price} per GPU-hour, {billed}").format(price=each, billed=billed)
    return billed[:1].upper() + billed[1:]


def price_note(figures: Estimate) -> str:
    """Whose price it is, and how old; empty without one."""
    if figures.hourly is None:
        return ""
    if figures.price_seen_at is None:
        return _("{source}, never read").format(source=figures.price_source)
    ago = formats.ago(timezone.now() - figures.price_seen_at)
    seen = _("{source}, seen {ago}").format(source=figures.price_source, ago=ago)
    return " ".join((_("An odd price, most likely a mistake."), seen)) if figures.is_doubted else seen


def lines(form: LaunchForm, figures: Estimate) -> list[Line]:
    """What it costs in the end, by what there is to hold on to."""
    found = []
    price, most = figures.hourly_in_team or figures.hourly, money(figures.upper_in_team or figures.upper)
    if figures.typical is not None and figures.typical.cost is not None:
        run = formats.duration(figures.typical.run_s)
        found.append(
            Line(
                _("Typical run, {time}, of {count}").format(time=run, count=figures.typical.count),
                formats.estimated(figures.typical.cost.amount, figures.typical.cost.currency),
            )
        )
    if figures.is_capped:
        found.append(Line(_("Until stopped at its cost"), most, is_total=True))
    elif figures.ends_s is not None:
        is_ours = figures.ends_s == figures.longest_s
        label = _("Until stop limit, {time}") if is_ours else _("With all tries, at most, {time}")
        found.append(Line(label.format(time=formats.duration(figures.ends_s)), most, is_total=True))
    else:
        found.append(Line(_("Until stop limit"), _("no limit set"), is_total=True))
    at_cost = form.other_guards.stop_at_cost
    if at_cost is not None and not figures.is_capped:
        found.append(Line(_("Your cost stop"), formats.money(at_cost, figures.pricing.currency)))
    is_endless = form.provider.kind == Kind.INSTANCE or (form.spec is not None and form.spec.is_endless)
    if is_endless and price is not None:
        found.append(Line(_("If left on for 30 days"), str(price * _MONTH_H)))
    if figures.resting is not None:
        label = _("{what}, while it is off").format(what=translated(figures.resting_for))
        found.append(Line(label, formats.hourly(figures.resting.amount, figures.resting.currency)))
    if figures.pricing.units > 1 and price is not None:
        less = _("− {amount} per hour").format(amount=price * (Decimal(1) / figures.pricing.units))
        found.append(Line(_("One node less") if form.provider.kind == Kind.JOB else _("One worker less"), less))
    found += [Line(translated(what), formats.not_priced()) for what in figures.not_priced]
    return found


def money(amount: Money | None) -> str:
    """An amount, or that there is none."""
    return formats.not_priced() if amount is None else str(amount)
