"""The bill of one workload: its ledger by attempt and tariff, what was rounded up, and the sum, also converted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.core import formats
from gpuconsole.core.money import Money
from gpuconsole.projects import rates
from gpuconsole.providers import registry
from gpuconsole.providers.pricing import Rounding
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads import usage
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import State

_CENT = Decimal("0.01")
_BILLED = {
    Rounding.EXACT: gettext_noop("billed by the exact time"),
    Rounding.SECOND: gettext_noop("billed per second"),
    Rounding.MINUTE: gettext_noop("billed per minute"),
    Rounding.HOUR: gettext_noop("billed per hour"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One usage interval: the time that one state was billed; an open one up to now."""

    state: State
    started_at: datetime
    ended_at: datetime | None
    seconds: Decimal
    cost: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What is billed and rounded up as a whole."""

    attempt: int
    node: int | None
    """Which of several that are billed side by side in the attempt, from 1; None: all is billed together."""
    tariff: Tariff
    pieces: Sequence[Piece]
    hourly_price: Decimal | None
    """The last one: it can change with what is kept, such as disks that grow."""
    currency: str
    rounding: Rounding
    unsure: Decimal | None = None
    """How far its cost may be off, where that is a cent or more."""

    @property
    def label(self) -> str:
        if self.tariff == Tariff.REST:
            return _("Kept while off")
        if self.node:
            return _("Attempt {number}, node {node}").format(number=self.attempt, node=self.node)
        return _("Attempt {number}").format(number=self.attempt)

    @property
    def terms(self) -> str:
        """At what price it is billed, and how it is rounded."""
        price = _("price not known") if self.hourly_price is None else formats.hourly(self.hourly_price, self.currency)
        terms = [self.label, price, how_billed(self.rounding)]
        if self.is_rounded:
            terms.append(_("{length} paid").format(length=formats.duration(self.paid_s)))
        text = ", ".join(terms)
        return _("{terms}; an estimate").format(terms=text) if self.unsure else text

    @property
    def seconds(self) -> Decimal:
        """As counted."""
        return sum((piece.seconds for piece in self.pieces), Decimal(0))

    @property
    def paid_s(self) -> Decimal:
        """As paid, every begun unit whole."""
        return usage.rounded_s(self.seconds, self.rounding)

    @property
    def is_rounded(self) -> bool:
        """Whether so much was added that it shows."""
        return self.paid_s - self.seconds >= 1

    @property
    def cost(self) -> Decimal | None:
        costs = [piece.cost for piece in self.pieces if piece.cost is not None]
        return sum(costs, Decimal(0)) if len(costs) == len(self.pieces) else None


@dataclass(frozen=True, slots=True)
class Bill:
    """All that one workload has cost; ``converted`` and ``quote`` are None where the team counts in that currency."""

    stretches: Sequence[Stretch]
    total: Money | None
    converted: Money | None
    quote: rates.Quote | None
    billing: str
    """The provider's rule in a sentence."""
    provider: str
    told: str = ""
    """What was told at the launch; empty where nothing was."""

    @property
    def unsure(self) -> Decimal:
        """How far the sum may be off, as some of it began or ended unseen; 0: it is sure to the cent."""
        return sum((stretch.unsure or Decimal(0) for stretch in self.stretches), Decimal(0))


def of(workload: Workload, now: datetime) -> Bill:
    """The bill as it stands, two queries and those of the rate."""
    cost = usage.cost_so_far(workload, now)
    total = None if cost is None else Money(cost, workload.currency)
    home = workload.project.team.currency
    quote = rates.quote(workload.currency, home) if total and workload.currency != home else None
    return Bill(
        stretches=stretches(workload.usage.order_by("started_at", "pk"), now),
        total=total,
        converted=quote.convert(total) if total and quote else None,
        quote=quote,
        billing=_(registry.get(workload.provider).billing),
        provider=registry.get(workload.provider).name,
        told=_told(workload),
    )


def how_billed(rounding: Rounding) -> str:
    """In which steps time is charged, to stand beside a price."""
    return _(_BILLED[rounding])


def _told(workload: Workload) -> str:
    if workload.estimated_hourly is None:
        return ""
    words = {
        "hourly": formats.hourly(workload.estimated_hourly, workload.currency),
        "most": formats.at_most(workload.estimated_most, workload.currency),
        "typical": formats.money(workload.estimated_typical, workload.currency),
    }
    is_usual = workload.estimated_typical is not None
    if workload.estimated_most is None:
        text = (
            _("Told at launch: {hourly}, no limit to the sum, usually {typical}.")
            if is_usual
            else _("Told at launch: {hourly}, no limit to the sum.")
        )
    else:
        text = (
            _("Told at launch: {hourly}, {most}, usually {typical}.")
            if is_usual
            else _("Told at launch: {hourly}, {most}.")
        )
    return text.format(**words)


def stretches(intervals: Iterable[UsageInterval], now: datetime) -> list[Stretch]:
    """Pieces in order of time, put together to what is rounded as a whole; what lasted no time is left out."""
    found: list[list[UsageInterval]] = []
    for interval in intervals:
        if not found or not _goes_on(found[-1][-1], interval):
            found.append([])
        found[-1].append(interval)
    nodes = _nodes(pieces[0] for pieces in found)
    made = (_stretch(pieces, nodes.get(pieces[0].lane), now) for pieces in found)
    return [stretch for stretch in made if stretch.pieces]


def _nodes(firsts: Iterable[UsageInterval]) -> dict[str, int]:
    """The number of each lane within its attempt, where there are several."""
    of_attempt: dict[int, list[str]] = defaultdict(list)
    for piece in firsts:
        if piece.lane:
            of_attempt[piece.attempt].append(piece.lane)
    several = (lanes for lanes in of_attempt.values() if len(lanes) > 1)
    return {lane: number for lanes in several for number, lane in enumerate(lanes, start=1)}


def _goes_on(before: UsageInterval, after: UsageInterval) -> bool:
    is_same = (before.attempt, before.tariff, before.lane) == (after.attempt, after.tariff, after.lane)
    return is_same and after.before_s == before.before_s + (before.billed_s or 0)


def _stretch(pieces: Sequence[UsageInterval], node: int | None, now: datetime) -> Stretch:
    first, last = pieces[0], pieces[-1]
    return Stretch(
        attempt=first.attempt,
        node=node,
        tariff=Tariff(first.tariff),
        pieces=[_piece(interval, now) for interval in pieces if interval.ended_at is None or interval.billed_s],
        hourly_price=last.hourly_price,
        currency=first.currency,
        rounding=Rounding(first.rounding or Rounding.SECOND),
        unsure=_unsure(pieces),
    )


def _unsure(pieces: Sequence[UsageInterval]) -> Decimal | None:
    found = sum((usage.unsure_cost(piece) or Decimal(0) for piece in pieces), Decimal(0))
    return found if found >= _CENT else None


def _piece(interval: UsageInterval, now: datetime) -> Piece:
    return Piece(
        state=State(interval.state),
        started_at=interval.started_at,
        ended_at=interval.ended_at,
        seconds=usage.seconds(now - interval.started_at) if interval.billed_s is None else interval.billed_s,
        cost=usage.interval_cost(interval, now),
    )
