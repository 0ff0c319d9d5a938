"""Forecasts from the sums by day: of a line of the costs page, and of a budget for whoever asks below."""

from __future__ import annotations

from datetime import datetime

from gpuconsole.core import snapshot
from gpuconsole.core.days import Month, day_of
from gpuconsole.projects.forecast import Forecast, forecast
from gpuconsole.projects.models import Budget
from gpuconsole.spend.axes import By
from gpuconsole.spend.cells import Scope
from gpuconsole.spend.currencies import rates_to
from gpuconsole.spend.reading import Reader
from gpuconsole.spend.sums import Period, Sums, added_up, period_of


def of_sums(sums: Sums, period: Period) -> Forecast | None:
    """None for a sum with amounts that have no rate, since that would leave them out."""
    return None if sums.lacks_rate else forecast(sums.per_day, period.month, period.today, period.share_gone)


def of_budget(budget: Budget, now: datetime) -> Forecast | None:
    """Of the running month of its project or team, in its currency, from the days that the costs page has."""
    zone = budget.team.time_zone
    period, rates = period_of(Month.of(day_of(now, zone)), zone, now), rates_to(budget.currency)
    projects = None if budget.project_id is None else (budget.project_id,)
    with snapshot.one_moment():
        reader = Reader(Scope(budget.team, projects), now)
        cells = reader.cells(reader.span(period.month.before.first, period.until), By.ALL)
    return of_sums(added_up(cells, period, rates).get("", Sums()), period)
