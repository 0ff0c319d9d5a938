"""Compares what a workload was metered with what invoices ask for it: three figures, the difference, its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from gpuconsole.connections.models import Connection
from gpuconsole.spend.invoices.reasons import Reason
from gpuconsole.spend.models import What
from gpuconsole.workloads import usage
from gpuconsole.workloads.models import Workload

TO_THE_CENT = Decimal("0.005")
_LEAST_S = Decimal("0.000001")
_SAME_PRICE = Decimal("0.00001")
_EXACT = Decimal("0.000001")


@dataclass(slots=True)
class Charged:
    """The lines of invoices for one resource in the month, together; a line over its end counts by time."""

    resource_id: str
    name: str = ""
    currency: str = ""
    compute: Decimal = Decimal(0)
    storage: Decimal = Decimal(0)
    """Storage, subscriptions and whatever else is no running time."""
    lines: int = 0
    unpriced: int = 0
    is_mixed: bool = False
    """Its lines are in more than one currency."""
    is_open: bool = False
    prices: set[Decimal] = field(default_factory=set)
    """Of each line: the price per hour of all its units."""

    @property
    def amount(self) -> Decimal | None:
        """None where a line has no amount."""
        return None if self.unpriced else self.compute + self.storage

    def add(self, line: Bill) -> None:
        """Count one line."""
        self.lines += 1
        self.name = self.name or line.name
        self.is_mixed = self.is_mixed or self.currency not in ("", line.currency)
        self.currency = self.currency or line.currency
        self.is_open = self.is_open or line.is_open
        if line.amount is None:
            self.unpriced += 1
        elif line.what == What.COMPUTE:
            self.compute += line.amount
        else:
            self.storage += line.amount
        if line.what == What.COMPUTE and line.hourly_price is not None:
            self.prices.add(line.hourly_price * (line.units or 1))


@dataclass(frozen=True, slots=True)
class Bill:
    """What matters of one invoice line, cut to the month."""

    resource_id: str
    name: str
    what: str
    amount: Decimal | None
    currency: str
    units: int | None
    hourly_price: Decimal | None
    is_open: bool


@dataclass(slots=True)
class Metered:
    """What the console metered of one workload in the month."""

    amount: Decimal | None = Decimal(0)
    """None where the price of a part is unknown."""
    currency: str = ""
    prices: set[Decimal] = field(default_factory=set)
    is_open: bool = False
    intervals: int = 0
    unsure: Decimal = Decimal(0)
    """How far the amount may be off, as nobody looked while something began or ended and its provider gave no stamp."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a reconciliation. Amounts are in the currency beside them; None is unknown."""

    connection: Connection
    workload: Workload | None
    resource_id: str
    name: str
    estimated: Decimal | None
    """The most that it could cost, as the launch was told, in the currency of ``metered``."""
    metered: Decimal | None
    metered_currency: str
    invoiced: Decimal | None
    invoiced_currency: str
    variance: Decimal | None
    """Invoiced less metered; None where the two cannot be compared."""
    reason: Reason

    @property
    def currency(self) -> str:
        """That of the variance."""
        return self.invoiced_currency or self.metered_currency

    @property
    def size(self) -> Decimal:
        """How far the two are apart; what is on one side only counts whole."""
        if self.variance is not None:
            return abs(self.variance)
        return abs(self.invoiced if self.invoiced is not None else self.metered or Decimal(0))

    def is_beyond(self, tolerance: Decimal) -> bool:
        """Whether somebody should look at it; storage of the account itself and what still runs are no cause."""
        if self.reason.is_settled or (self.reason == Reason.STORAGE and self.workload is None):
            return False
        return self.size > tolerance


def row(
    connection: Connection, workload: Workload, metered: Metered, charged: Charged | None, *, has_invoice: bool
) -> Row:
    """The comparison for one workload."""
    return Row(
        connection=connection,
        workload=workload,
        resource_id=workload.remote_id,
        name=workload.name,
        estimated=workload.estimated_most,
        metered=metered.amount,
        metered_currency=metered.currency or workload.currency,
        invoiced=charged.amount if charged else None,
        invoiced_currency=charged.currency if charged else "",
        variance=_variance(workload, metered, charged),
        reason=_reason(workload, metered, charged, has_invoice=has_invoice),
    )


def stray(connection: Connection, charged: Charged) -> Row:
    """The comparison for what no workload stands behind."""
    is_storage = not charged.compute and not charged.prices and not charged.unpriced
    return Row(
        connection=connection,
        workload=None,
        resource_id=charged.resource_id,
        name=charged.name,
        estimated=None,
        metered=None,
        metered_currency="",
        invoiced=charged.amount,
        invoiced_currency=charged.currency,
        variance=charged.amount,
        reason=Reason.STORAGE if is_storage else Reason.UNKNOWN,
    )


def _variance(workload: Workload, metered: Metered, charged: Charged | None) -> Decimal | None:
    if charged is None or charged.amount is None or metered.amount is None:
        return None
    if _has_other_currency(workload, metered, charged):
        return None
    return charged.amount - metered.amount


def _has_other_currency(workload: Workload, metered: Metered, charged: Charged) -> bool:
    """An amount of nothing has no currency that could differ."""
    ours = metered.currency or workload.currency
    return charged.is_mixed or (bool(ours) and bool(metered.amount) and charged.currency != ours)


def _reason(workload: Workload, metered: Metered, charged: Charged | None, *, has_invoice: bool) -> Reason:
    if charged is None:
        return _without_lines(metered, has_invoice=has_invoice)
    if _has_other_currency(workload, metered, charged):
        return Reason.CURRENCY
    if charged.amount is None or metered.amount is None:
        return Reason.NO_PRICE if charged.amount is None and not metered.amount else Reason.PRICE
    difference = charged.amount - metered.amount
    if abs(difference) < TO_THE_CENT and bool(metered.amount) == bool(charged.amount):
        return Reason.AGREES  # what only one side has at all does not agree, however little it is
    if not metered.intervals and not charged.compute:
        return Reason.STORAGE
    if metered.prices and not _same_prices(metered.prices, charged.prices):
        return Reason.PRICE
    if metered.is_open or charged.is_open:
        return Reason.OPEN
    return _by_amount(workload, metered, charged, difference)


def _without_lines(metered: Metered, *, has_invoice: bool) -> Reason:
    if not has_invoice:
        return Reason.NO_INVOICE
    if metered.amount is None:
        return Reason.NO_PRICE
    return Reason.OPEN if metered.is_open else Reason.NOT_ON_INVOICE if metered.amount else Reason.AGREES


def _by_amount(workload: Workload, metered: Metered, charged: Charged, difference: Decimal) -> Reason:
    if charged.storage and abs(difference - charged.storage) < TO_THE_CENT:
        return Reason.STORAGE
    if not metered.amount and charged.compute:
        return Reason.UNSEEN
    if metered.unsure and abs(difference) < _most_unsure(workload, metered) + TO_THE_CENT:
        return Reason.UNSEEN
    unit = usage.price_of(_LEAST_S, max(metered.prices, default=workload.hourly_price), workload.rounding)
    units = max(metered.intervals, charged.lines)
    if unit is not None and abs(difference) <= unit * units + TO_THE_CENT:
        return Reason.ROUNDING
    return Reason.LENGTH


def _most_unsure(workload: Workload, metered: Metered) -> Decimal:
    """With a begun unit for each interval, as a length that is off may fall into the next one."""
    unit = usage.price_of(_LEAST_S, max(metered.prices, default=workload.hourly_price), workload.rounding)
    return metered.unsure + (unit or Decimal(0)) * metered.intervals


def _same_prices(ours: Iterable[Decimal], theirs: Iterable[Decimal]) -> bool:
    """Whether each price on the invoice is one of ours, to the digits that are kept."""
    known = list(ours)
    return all(any(abs(price - own) <= _SAME_PRICE for own in known) for price in theirs)


def part_of(amount: Decimal | None, share: Decimal) -> Decimal | None:
    """The share (0 to 1) of an amount, to a millionth."""
    return None if amount is None else (amount * share).quantize(_EXACT, ROUND_HALF_UP)
