"""Where a budget's month ends: the room above that keeps sums by day registers the answer, alerts and pages ask here.

So an alert, the costs page and the page of limits say the same figure and the same day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gpuconsole.projects.forecast import Forecast
from gpuconsole.projects.models import Budget

Foretell = Callable[[Budget, datetime], Forecast | None]

_registered: list[Foretell] = []


def register(foretell: Foretell) -> None:
    """Have ``foretell(budget, now)`` answer, in the budget's currency; None: too few days, or a rate is missing."""
    _registered[:] = [foretell]


def of(budget: Budget, now: datetime) -> Forecast | None:
    """The forecast of the running month of what a budget is for."""
    (foretell,) = _registered
    return foretell(budget, now)
