"""Quotas: which of a team's limits a launch would break, in words. Pure: rows and use are read by the caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.core import formats, gpus
from gpuconsole.projects.models import Consequence, Held, Measure, Quota
from gpuconsole.projects.quota_words import allowed_words, plain, scope

_ONE_MORE = {
    Held.ALL.value: gettext_noop("1 more workload"),
    Held.JOB.value: gettext_noop("1 more job"),
    Held.INSTANCE.value: gettext_noop("1 more instance"),
}
_A_WORK = {
    Held.ALL.value: gettext_noop("Work"),
    Held.JOB.value: gettext_noop("A job"),
    Held.INSTANCE.value: gettext_noop("An instance"),
}


@dataclass(frozen=True, slots=True)
class Ask:
    """What a launch would add, or an extension; ``hourly_price`` is in the team's currency.

    None: nobody knows the price; it has no latest end; how many GPU-hours of this month it takes cannot be told.
    """

    gpus: int
    hourly_price: Decimal | None
    run_s: int | None
    kind: str = ""
    provider: str = ""
    gpu_model: str = ""
    gpu_hours: Decimal | None = Decimal(0)
    workloads: int = 1


@dataclass(frozen=True, slots=True)
class Use:
    """What a quota's scope holds now, in the measure's unit; None where it can't be told for want of a rate.

    ``who`` is the person it is the use of, for a limit that holds for each person.
    """

    amount: Decimal | None = Decimal(0)
    who: str = ""


@dataclass(frozen=True, slots=True)
class Violation:
    """A limit that stands against a launch: its value, what is in use, what was asked, and what would fit.

    Numbers are in the measure's unit, None where there is none (lists) or nobody knows it.
    """

    quota: Quota
    used: Decimal | None
    asked: Decimal | None
    fits: Decimal | None
    text: str

    @property
    def measure(self) -> Measure:
        return Measure(self.quota.measure)

    @property
    def consequence(self) -> Consequence:
        return Consequence(self.quota.consequence)

    @property
    def limit(self) -> Decimal | None:
        return self.quota.limit


def concerns(quota: Quota, ask: Ask) -> bool:
    """Whether the launch is of what the quota counts: its kind of work, its GPU model."""
    if quota.kind not in (Held.ALL, ask.kind):
        return False
    return is_of(quota, ask.gpu_model)


def is_of(quota: Quota, gpu_model: str) -> bool:
    """Whether the quota counts GPUs of this model, in whatever words either is written."""
    return not quota.gpu_model or gpus.normal(quota.gpu_model) == gpus.normal(gpu_model)


def is_plain(quota: Quota, measure: Measure) -> bool:
    """Whether it is the measure's limit for all that its team or project does, and for nothing narrower."""
    is_narrow = quota.kind or quota.gpu_model or quota.each_member or quota.member_id is not None
    return quota.measure == measure and not is_narrow


def check(quotas: Sequence[Quota], uses: Mapping[int, Use], ask: Ask, *, currency: str = "USD") -> list[Violation]:
    """Every limit that the launch would break, those that block first; empty: it fits.

    ``uses`` tells what is in use by the quota's key; none there is none in use. All quotas are of the
    launch's project and person.
    """
    found = [_one(quota, uses.get(quota.pk, Use()), ask, currency) for quota in quotas if concerns(quota, ask)]
    order = list(Consequence)
    return sorted((one for one in found if one), key=lambda one: order.index(one.consequence))


def longest_run_s(quotas: Sequence[Quota], kind: str) -> int | None:
    """The shortest run time that a limit allows for this kind of work: the latest end of what names none."""
    found = [int(one.number) for one in quotas if one.measure == Measure.RUN_S and one.kind in (Held.ALL, kind)]
    return min((limit_s for limit_s in found if limit_s), default=None)


def _one(quota: Quota, use: Use, ask: Ask, currency: str) -> Violation | None:
    return _CHECKS[Measure(quota.measure)](quota, use, ask, currency)


def _gpus(quota: Quota, use: Use, ask: Ask, currency: str) -> Violation | None:
    return _counted(quota, use, Decimal(ask.gpus), _gpu_words(quota.gpu_model, ask.gpus)) if ask.gpus else None


def _workloads(quota: Quota, use: Use, ask: Ask, currency: str) -> Violation | None:
    if not ask.workloads:
        return None
    return _counted(quota, use, Decimal(ask.workloads), _(_ONE_MORE[quota.kind]))


def _counted(quota: Quota, use: Use, asked: Decimal, what: str) -> Violation | None:
    used, limit = use.amount or Decimal(0), quota.number
    if used + asked <= limit:
        return None
    fits = max(Decimal(0), limit - used)
    full = _("{asked} asked; {used} of {limit} are in use {scope}, so nothing more fits.")
    room = _("{asked} asked; {used} of {limit} are in use {scope}, so {fits} would fit.")
    words = {"used": plain(used), "limit": plain(limit), "scope": scope(quota), "fits": plain(fits)}
    return Violation(quota, used, asked, fits, (room if fits else full).format(asked=what, **words))


def _hourly_price(quota: Quota, use: Use, ask: Ask, currency: str) -> Violation | None:
    limit, most = quota.number, formats.hourly(quota.number, currency)
    if use.amount is None:
        text = _(
            "A rate to {currency} is missing, so the limit of {most} can't be checked. Ask an admin to set it."
        ).format(currency=currency, most=most)
        return Violation(quota, None, ask.hourly_price, None, text)
    fits = max(Decimal(0), limit - use.amount)
    if ask.hourly_price is None:
        text = _("The price is not known in {currency}, and there is a limit of {most} {scope}.").format(
            currency=currency, most=most, scope=scope(quota)
        )
        return Violation(quota, use.amount, None, fits, text)
    if use.amount + ask.hourly_price <= limit or not ask.hourly_price:
        return None
    full = _("{asked} asked; {used} of {limit} are in use {scope}, so nothing more fits.")
    room = _("{asked} asked; {used} of {limit} are in use {scope}, so {fits} would fit.")
    text = (room if fits else full).format(
        asked=formats.hourly(ask.hourly_price, currency),
        used=formats.money(use.amount, currency),
        limit=most,
        scope=scope(quota),
        fits=formats.money(fits, currency),
    )
    return Violation(quota, use.amount, ask.hourly_price, fits, text)


def _run(quota: Quota, use: Use, ask: Ask, currency: str) -> Violation | None:
    limit = quota.number
    if ask.run_s is not None and ask.run_s <= limit:
        return None
    words = {"what": _(_A_WORK[quota.kind]), "longest": formats.duration(limit), "scope": scope(quota)}
    if ask.run_s is None:
        text = _("{what} runs at most {longest} {scope}; no end was set.").format(**words)
        return Violation(quota, None, None, limit, text)
    text = _("{what} runs at most {longest} {scope}; {time} asked.")
    return Violation(quota, None, Decimal(ask.run_s), limit, text.format(time=formats.duration(ask.run_s), **words))


def _gpu_hours(quota: Quota, use: Use, ask: Ask, currency: str) -> Violation | None:
    if not ask.gpus or use.amount is None or ask.gpu_hours is None:
        return None
    limit = quota.number
    if use.amount + ask.gpu_hours <= limit:
        return None
    fits = max(Decimal(0), limit - use.amount)
    hours = _("{number} {gpu} GPU-hours") if quota.gpu_model else _("{number} GPU-hours")
    full = _("Up to {hours} asked this month; {used} of {limit} are used or held {scope}, so nothing more fits.")
    room = _("Up to {hours} asked this month; {used} of {limit} are used or held {scope}, so {fits} would fit.")
    text = (room if fits else full).format(
        hours=hours.format(number=plain(ask.gpu_hours), gpu=quota.gpu_model),
        used=plain(use.amount),
        limit=plain(limit),
        scope=scope(quota),
        fits=plain(fits),
    )
    return Violation(quota, use.amount, ask.gpu_hours, fits, text)


def _providers(quota: Quota, use: Use, ask: Ask, currency: str) -> Violation | None:
    if ask.provider in quota.allowed:
        return None
    text = _("This provider is not allowed {scope}; {listed}.").format(scope=scope(quota), listed=_listed(quota))
    return Violation(quota, None, None, None, text)


def _hardware(quota: Quota, use: Use, ask: Ask, currency: str) -> Violation | None:
    if not ask.gpus or gpus.normal(ask.gpu_model) in map(gpus.normal, quota.allowed):
        return None
    text = _("{gpu} is not allowed {scope}; {listed}.").format(
        gpu=ask.gpu_model or _("An unknown GPU"), scope=scope(quota), listed=_listed(quota)
    )
    return Violation(quota, None, None, None, text)


_CHECKS = {
    Measure.GPUS: _gpus,
    Measure.WORKLOADS: _workloads,
    Measure.HOURLY_PRICE: _hourly_price,
    Measure.RUN_S: _run,
    Measure.GPU_HOURS: _gpu_hours,
    Measure.PROVIDERS: _providers,
    Measure.HARDWARE: _hardware,
}


def _gpu_words(model: str, count: int) -> str:
    return f"{count} {model}" if model else formats.plural(count, "GPU", "GPUs")


def _listed(quota: Quota) -> str:
    if not quota.allowed:
        return _("none is allowed just now")
    return _("allowed: {names}").format(names=allowed_words(quota))
