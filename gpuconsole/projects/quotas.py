"""Quota: whether a launch fits into a project's limits. Pure: rows are read by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from gpuconsole.core import formats
from gpuconsole.projects.models import Project


@dataclass(frozen=True, slots=True)
class Quota:
    """A project's limits; None: no limit. The price is in the team's currency, for all active work together."""

    max_gpus: int | None = None
    max_workloads: int | None = None
    max_hourly_price: Decimal | None = None
    max_run_s: int | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """What the active work of a project holds now; ``hourly_price`` counts what is priced."""

    gpus: int = 0
    workloads: int = 0
    hourly_price: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a launch would add. ``hourly_price`` None: nobody knows it; ``run_s`` None: it has no deadline."""

    gpus: int
    hourly_price: Decimal | None
    run_s: int | None
    workloads: int = 1


@dataclass(frozen=True, slots=True)
class Violation:
    """Why the quota says no: the limit's name, its value, what is in use, what was asked and what would fit."""

    limit: str
    allowed: int | Decimal
    used: int | Decimal
    asked: int | Decimal | None
    fits: int | Decimal
    text: str


def quota_of(project: Project) -> Quota:
    """The limits as the row has them."""
    return Quota(project.max_gpus, project.max_workloads, project.max_hourly_price, project.max_run_s)


def check(quota: Quota, use: Use, ask: Ask, *, currency: str = "USD") -> list[Violation]:
    """Every limit that the launch would break; an empty list means that it fits."""
    found = [
        _gpus(quota, use, ask),
        _workloads(quota, use, ask),
        _hourly_price(quota, use, ask, currency),
        _run(quota, ask),
    ]
    return [violation for violation in found if violation is not None]


def _gpus(quota: Quota, use: Use, ask: Ask) -> Violation | None:
    if quota.max_gpus is None or ask.gpus == 0 or use.gpus + ask.gpus <= quota.max_gpus:
        return None
    fits = max(0, quota.max_gpus - use.gpus)
    text = f"{_gpu_words(ask.gpus)} asked, {fits} of {quota.max_gpus} free in this project."
    return Violation("max_gpus", quota.max_gpus, use.gpus, ask.gpus, fits, text)


def _workloads(quota: Quota, use: Use, ask: Ask) -> Violation | None:
    if quota.max_workloads is None or use.workloads + ask.workloads <= quota.max_workloads:
        return None
    fits = max(0, quota.max_workloads - use.workloads)
    text = f"{use.workloads} of {quota.max_workloads} workloads are active in this project."
    return Violation("max_workloads", quota.max_workloads, use.workloads, ask.workloads, fits, text)


def _hourly_price(quota: Quota, use: Use, ask: Ask, currency: str) -> Violation | None:
    limit = quota.max_hourly_price
    if limit is None:
        return None
    fits = max(Decimal(0), limit - use.hourly_price)
    if ask.hourly_price is None:
        text = f"The price is not known, and this project is limited to {formats.hourly(limit, currency)}."
        return Violation("max_hourly_price", limit, use.hourly_price, None, fits, text)
    if ask.hourly_price <= fits:
        return None
    text = (
        f"{formats.hourly(ask.hourly_price, currency)} asked, {formats.money(fits, currency)} "
        f"of {formats.hourly(limit, currency)} free in this project."
    )
    return Violation("max_hourly_price", limit, use.hourly_price, ask.hourly_price, fits, text)


def _run(quota: Quota, ask: Ask) -> Violation | None:
    limit = quota.max_run_s
    if limit is None or (ask.run_s is not None and ask.run_s <= limit):
        return None
    longest = formats.duration(limit)
    asked = "no end was set" if ask.run_s is None else f"{formats.duration(ask.run_s)} asked"
    return Violation("max_run_s", limit, 0, ask.run_s, limit, f"Work runs at most {longest} in this project; {asked}.")


def _gpu_words(count: int) -> str:
    return f"{count} GPU{'' if count == 1 else 's'}"
