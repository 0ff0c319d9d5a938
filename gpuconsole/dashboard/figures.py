"""The four figures of the overview: GPUs, workloads, and what it all costs an hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

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

    @property
    def gpus(self) -> int:
        return self.running + self.coming

    @property
    def shares(self) -> list[tuple[Decimal, str]]:
        """Of the limit, for a meter: out of 100, with the state that gives the colour."""
        whole = Decimal(self.limit or self.gpus or 1)
        return [(self.running / whole * 100, "running"), (self.coming / whole * 100, "starting")]


def of(viewer: Viewer, project: Project | None, active: Sequence[Workload], ended: Sequence[Workload]) -> Figures:
    """From the rows that the page has; two queries for the limit and the rates."""
    waits = [one for one in active if one.billed_tariff != Tariff.RUN and one.state in ACTIVE]
    currency = viewer.team.currency if viewer.team else "USD"
    coming = _by_currency((one.currency, one.hourly_price) for one in waits if one.state != State.LOST)
    return Figures(
        states={state.value: sum(one.state == state for one in active) for state in State},
        running=sum(one.gpu_count for one in active if one.state in _UP),
        coming=sum(one.gpu_count for one in active if one.state in _COMING),
        limit=_limit(viewer, project),
        ended=len(ended),
        failed=sum(one.state == State.FAILED for one in ended),
        burn=_burn(_by_currency((one.currency, one.hourly_now) for one in active) or {currency: Decimal(0)}, currency),
        coming_burn=_burn(coming, currency),
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


def _burn(sums: Mapping[str, Decimal], currency: str) -> Burn:
    """A foreign currency costs a query for its rate."""
    worth = [rates.convert(Money(amount, own), currency) for own, amount in sums.items()]
    known = [one.amount for one in worth if one is not None]
    is_whole = len(known) == len(worth) and bool(worth)
    parts = tuple(formats.money(amount, own) for own, amount in sums.items())
    whole = formats.money(sum(known, Decimal(0)), currency) if is_whole else ""
    return Burn(whole, () if set(sums) == {currency} else parts)
