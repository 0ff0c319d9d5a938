"""What some projects spent in the running month, for the side bar and the overview: one figure, from the rollups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from gpuconsole.accounts.models import Team
from gpuconsole.projects.models import Project
from gpuconsole.spend.axes import By
from gpuconsole.spend.currencies import Rates, Total, rates_to
from gpuconsole.spend.days import Month, day_of
from gpuconsole.spend.reading import Reader, Scope


def spent(team: Team, projects: Sequence[Project] | None, now: datetime) -> Decimal | None:
    """In the team's currency, each day at its rate; ``projects`` None: all of the team. None where a rate is missing.

    Two queries, and two for the rates where something was charged in another currency.
    """
    reader = Reader(Scope(team, None if projects is None else tuple(project.pk for project in projects)), now)
    cells = [
        cell for cell in reader.cells(Month.of(day_of(now, team.time_zone)).span(team.time_zone), By.ALL) if cell.cost
    ]
    is_foreign = any(cell.currency != team.currency for cell in cells)
    rates, total = rates_to(team.currency) if is_foreign else Rates(team.currency), Total()
    for cell in cells:
        total.add(cell.cost, cell.currency, cell.day, rates)
    return total.amount if total.is_whole else None
