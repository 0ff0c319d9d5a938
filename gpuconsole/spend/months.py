"""The running month of some projects, for the side bar and the overview: two figures, from the rollups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gpuconsole.accounts.models import Team
from gpuconsole.core.days import Month, day_of
from gpuconsole.projects.forecast import Forecast
from gpuconsole.projects.models import Project
from gpuconsole.spend import foretold
from gpuconsole.spend.axes import By
from gpuconsole.spend.cells import Scope
from gpuconsole.spend.currencies import Rates, rates_to
from gpuconsole.spend.reading import Reader
from gpuconsole.spend.sums import Sums, added_up, period_of


@dataclass(frozen=True, slots=True)
class Running:
    """In the team's currency, each day at its rate; ``spent`` is None where a rate is missing."""

    spent: Decimal | None
    forecast: Forecast | None


def running(team: Team, projects: Sequence[Project] | None, now: datetime) -> Running:
    """What they spent and will have spent; ``projects`` None: all of the team.

    Two queries, and one for the rates where something was charged in another currency.
    """
    zone = team.time_zone
    period = period_of(Month.of(day_of(now, zone)), zone, now)
    reader = Reader(Scope(team, None if projects is None else tuple(project.pk for project in projects)), now)
    span = reader.span(period.month.before.first, period.until)
    cells = [cell for cell in reader.cells(span, By.ALL) if cell.cost]
    is_foreign = any(cell.currency != team.currency for cell in cells)
    rates = rates_to(team.currency) if is_foreign else Rates(team.currency)
    sums = added_up(cells, period, rates).get("", Sums())
    spent = sums.now.spent
    return Running(spent.amount if spent.is_whole else None, foretold.of_sums(sums, period))
