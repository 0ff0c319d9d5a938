"""The four figures of the overview: GPUs, workloads, and what it all costs an hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.db.models import Q

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats
from gpuconsole.core.money import Money
from gpuconsole.projects import quotas, rates
from gpuconsole.projects.models import Measure, Project, Quota
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads.limits import tight, use
from gpuconsole.workloads.limits.bars import Bar
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import ACTIVE, State

_UP = (State.RUNNING, State.STOPPING)
_BURNING = ("running", "stopping")
HOURS = 24
_COMING = (State.STARTING, State.QUEUED)


@dataclass(frozen=True, slots=True)
class Burn:
    """Money an hour: in the team's currency where all of it has a rate to it, and as the providers charge it."""

    whole: str
    """Empty where a rate is missing."""
    parts: tuple[str, ...]
    """One a currency; empty where all is charged in the team's own."""

    def __bool__(self) -> bool:
        return bool(self.whole or self.parts)


@dataclass(frozen=True, slots=True)
class Figures:
    """What runs, what is on its way, what ended in the last day."""

    states: Mapping[str, int]
    running: int
    coming: int
    limit: int | None
    """GPUs at once in the scope; None: no limit."""
    ended: int
    failed: int
    burn: Burn
    coming_burn: Burn
    trend: Sequence[Decimal]
    """The rate at each hour of the last day, oldest first; empty where not all of its work is at hand."""

    @property
    def gpus(self) -> int:
        return self.running + self.coming

    @property
    def shares(self) -> list[tuple[Decimal, str]]:
        """Of the limit, for a meter: out of 100, with the state that gives the colour."""
        whole = Decimal(self.limit or self.gpus or 1)
        return [(self.running / whole * 100, "running"), (self.coming / whole * 100, "starting")]


def of(
    viewer: Viewer,
    project: Project | None,
    active: Sequence[Workload],
    ended: Sequence[Workload],
    now: datetime,
    *,
    is_whole: bool,
) -> Figures:
    """From the rows that the page has, with a query for the limit and one for rates. ``is_whole``: all that is active,
    and all that ended in the last day, is among them."""
    waits = [one for one in active if one.billed_tariff != Tariff.RUN and one.state in ACTIVE]
    currency = viewer.team.currency if viewer.team else "USD"
    coming = _by_currency((one.currency, one.hourly_price) for one in waits if one.state != State.LOST)
    worth = _Worth(currency)
    burning = _by_currency((one.currency, one.hourly_now) for one in active) or {currency: Decimal(0)}
    return Figures(
        states={state.value: sum(one.state == state for one in active) for state in State},
        running=sum(one.gpu_count for one in active if one.state in _UP),
        coming=sum(one.gpu_count for one in active if one.state in _COMING),
        limit=_limit(viewer, project),
        ended=len(ended),
        failed=sum(one.state == State.FAILED for one in ended),
        burn=_burn(burning, worth),
        coming_burn=_burn(coming, worth),
        trend=_trend([*active, *ended], worth, now) if is_whole else (),
    )


def gpu_bars(viewer: Viewer, project: Project | None, now: datetime) -> list[Bar]:
    """Limits on GPUs at once of the project in focus and of the team, the fullest first; but for the one that stands
    beside the figure itself."""
    if viewer.team is None:
        return []
    scope = Q(project=None) | Q(project=project) if project else Q(project=None)
    rows = Quota.objects.filter(scope, team=viewer.team, measure=Measure.GPUS, member=None)
    found = [one for one in rows.select_related("team", "project") if one.project != project or not _is_plain(one)]
    uses = use.used(found, now, owner=viewer.user)
    return tight.fullest(((one, uses[one.pk]) for one in found), viewer.team.currency, most=2)


def _limit(viewer: Viewer, project: Project | None) -> int | None:
    found = Quota.objects.filter(team=viewer.team, measure=Measure.GPUS, project=project)
    return next((int(one.number) for one in found if _is_plain(one)), None)


def _is_plain(quota: Quota) -> bool:
    return quotas.is_plain(quota, Measure.GPUS)


def _by_currency(prices: Iterable[tuple[str, Decimal | None]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for currency, price in prices:
        if price is not None:
            sums[currency] = sums.get(currency, Decimal(0)) + price
    return sums


class _Worth:
    """What amounts are worth in the team's currency; rates are read where one is foreign."""

    def __init__(self, currency: str) -> None:
        self.currency = currency

    @cached_property
    def _quotes(self) -> dict[str, rates.Quote]:
        return rates.into(self.currency)

    def of(self, amount: Decimal, currency: str) -> Decimal | None:
        """None where no rate is known."""
        if currency == self.currency:
            return amount
        found = self._quotes.get(currency)
        return None if found is None else found.convert(Money(amount, currency)).amount


def _burn(sums: Mapping[str, Decimal], worth: _Worth) -> Burn:
    own_first = sorted(sums.items(), key=lambda one: (one[0] != worth.currency, one[0]))
    known = [worth.of(amount, currency) for currency, amount in own_first]
    parts = tuple(formats.money(amount, currency) for currency, amount in own_first)
    total = None if None in known or not known else sum(filter(None, known), Decimal(0))
    whole = "" if total is None else formats.money(total, worth.currency, summary=True)
    return Burn(whole, () if set(sums) == {worth.currency} else parts)


def _trend(rows: Sequence[Workload], worth: _Worth, now: datetime) -> list[Decimal]:
    """By the spans in which it ran; what has no known price is not in it, as in the rate itself."""
    marks = [(now - timedelta(hours=back)).timestamp() for back in range(HOURS, -1, -1)]
    sums = [Decimal(0)] * len(marks)
    for row in rows:
        price = None if row.hourly_price is None else worth.of(row.hourly_price, row.currency)
        if not price:
            continue
        for start, end in _burning(row):
            until = end or now.timestamp() + 1
            sums = [total + price if start <= mark < until else total for total, mark in zip(sums, marks, strict=True)]
    return sums


def _burning(row: Workload) -> list[tuple[float, float | None]]:
    spans = (span for attempt in row.phases for span in attempt["spans"])
    return [(start, end) for word, start, end in spans if word in _BURNING]
