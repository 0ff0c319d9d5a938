"""What was spent, by day, as it is read: of which scope, under which keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gpuconsole.accounts.models import Team

Key = int | str | None


@dataclass(frozen=True, slots=True)
class Scope:
    """A team, or some projects of it."""

    team: Team
    projects: tuple[int, ...] | None = None
    """Their keys; None: all of the team."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What was spent on one day under one key in one currency. Seconds are billed ones."""

    day: date
    key: Key
    currency: str
    cost: Decimal = Decimal(0)
    failed_cost: Decimal = Decimal(0)
    gpu_s: Decimal = Decimal(0)
    unpriced_s: Decimal = Decimal(0)
    unpriced_gpu_s: Decimal = Decimal(0)
    has_sandbox: bool = False


@dataclass(frozen=True, slots=True)
class WorkloadCell:
    """One workload on one day; a day with two projects or currencies has two."""

    workload: int
    day: date
    project: int
    currency: str
    cost: Decimal
    gpu_s: Decimal
    unpriced_s: Decimal
    billed_s: Decimal
    charged_s: Decimal


@dataclass(frozen=True, slots=True)
class FailedCell:
    """What failed of one cause, on one day in one currency; without a day: of all days, with how many there are."""

    cause: str
    day: date | None
    currency: str
    cost: Decimal
    gpu_s: Decimal
    unpriced_s: Decimal
    jobs: int
    instances: int
    has_sandbox: bool


@dataclass(frozen=True, slots=True)
class Odd:
    """How many workloads of a span failed, and how many have hours that nobody knows the price of."""

    failed: int
    unpriced: int
