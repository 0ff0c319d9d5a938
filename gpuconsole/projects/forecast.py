"""What a month will cost, from what its days and those before it did: a forecast with its 80 % range. Pure.

Each day to come is taken as the mean of the last full days like it (workdays and weekends apart once there are two
weeks of them); the range comes from how far days were from that mean. Money already spent is sure. The one forecast of
the house: alerts, the costs page and the page of limits all say what this says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import stdev

from gpuconsole.core.days import Month

LOOK_BACK = 28
"""Days that the mean is taken of."""
FEWEST = 3
"""Full days without which nothing is foretold."""
_TELLING_APART, _WEEK = 14, 7
_SPREAD = 1.2816  # standard deviations to both sides that hold 80 of 100
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """The month's sum at the end of a day to come."""

    day: date
    total: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """The month's sum at its end, with the range that holds it in 80 of 100 months; ``steps`` lead there by day."""

    total: Decimal
    low: Decimal
    high: Decimal
    spent: Decimal
    steps: Sequence[Step]
    sums: Sequence[tuple[date, Decimal]]
    """What was spent up to each day so far."""
    a_day: Decimal | None = None
    """The mean of the last week's full days; None for a month that is over."""

    def spent_on(self, budget: Decimal) -> date | None:
        """The day on which a budget is used up, past or to come; None: not in this month."""
        return self._reached(budget, [(step.day, step.total) for step in self.steps])

    def against(self, budget: Decimal) -> Ahead:
        """The forecast of what a budget is for, held against it."""
        return Ahead(
            total=self.total,
            low=self.low,
            high=self.high,
            spent_on=self.spent_on(budget),
            earliest=self._reached(budget, [(step.day, step.high) for step in self.steps]),
            latest=self._reached(budget, [(step.day, step.low) for step in self.steps]),
        )

    def _reached(self, budget: Decimal, ahead: Sequence[tuple[date, Decimal]]) -> date | None:
        return next((day for day, total in [*self.sums, *ahead] if total >= budget and total > 0), None)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Where a budget's month ends, and the day on which the budget is used up: as expected, and at the earliest and
    latest of the same range; None: not in this month."""

    total: Decimal
    low: Decimal
    high: Decimal
    spent_on: date | None
    earliest: date | None
    latest: date | None


def forecast(per_day: Mapping[date, Decimal], month: Month, today: date, share_gone: Decimal) -> Forecast | None:
    """The forecast from spend by day, this month's and the weeks' before it; ``today`` is over by ``share_gone``.

    A month that is over is told exactly. None where too few days are known to say anything.
    """
    sums = _sums(per_day, month, today)
    spent = sums[-1][1] if sums else Decimal(0)
    if today > month.last:
        return Forecast(spent, spent, spent, spent, (), sums)
    known = _known(per_day, today)
    if len(known) < FEWEST:
        return None
    means, spread = _means(known), _spread(known)
    a_day = _mean([amount for _, amount in known[-_WEEK:]])
    rest = 1 - min(max(share_gone, Decimal(0)), Decimal(1))
    total, variance, steps = spent, 0.0, []
    for step in range((month.last - max(today, month.first)).days + 1):
        day = max(today, month.first) + _DAY * step
        weight = rest if day == today else Decimal(1)
        total += means[_kind(day)] * weight
        variance += spread**2 * float(weight)
        # the mean is itself a guess from the days known, the further ahead the more it counts
        width = Decimal(_SPREAD * (variance + (spread * (step + 1)) ** 2 / len(known)) ** 0.5)
        steps.append(Step(day, _exact(total), _exact(max(spent, total - width)), _exact(total + width)))
    return Forecast(steps[-1].total, steps[-1].low, steps[-1].high, spent, steps, sums, a_day)


def _sums(per_day: Mapping[date, Decimal], month: Month, today: date) -> list[tuple[date, Decimal]]:
    total, found = Decimal(0), []
    for step in range((min(today, month.last) - month.first).days + 1):
        total += per_day.get(month.first + _DAY * step, Decimal(0))
        found.append((month.first + _DAY * step, total))
    return found


def _known(per_day: Mapping[date, Decimal], today: date) -> list[tuple[date, Decimal]]:
    """Full days back to the first on which anything was spent."""
    first = min((day for day, amount in per_day.items() if amount), default=today)
    start = max(first, today - _DAY * LOOK_BACK)
    return [(start + _DAY * step, per_day.get(start + _DAY * step, Decimal(0))) for step in range((today - start).days)]


def _kind(day: date) -> bool:
    return day.weekday() >= 5


def _means(known: Sequence[tuple[date, Decimal]]) -> dict[bool, Decimal]:
    whole = _mean([amount for _, amount in known])
    if len(known) < _TELLING_APART:
        return {False: whole, True: whole}
    return {kind: _mean([amount for day, amount in known if _kind(day) is kind]) for kind in (False, True)}


def _mean(amounts: Sequence[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0)) / len(amounts)


def _spread(known: Sequence[tuple[date, Decimal]]) -> float:
    means = _means(known)
    return stdev([float(amount - means[_kind(day)]) for day, amount in known])


def _exact(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.000001"))
