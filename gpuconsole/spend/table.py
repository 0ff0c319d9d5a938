"""The lines of the costs table."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from gpuconsole.projects.forecast import Forecast
from gpuconsole.projects.models import Project
from gpuconsole.projects.outlook import Outlook, outlook
from gpuconsole.spend import budgets, foretold
from gpuconsole.spend.axes import By
from gpuconsole.spend.currencies import Total
from gpuconsole.spend.sums import Period, Sums


@dataclass(frozen=True, slots=True)
class Line:
    """One key's month; ``percent``, ``pace`` and ``foretold`` are out of 100, of the budget."""

    name: str
    url: str
    css: str
    sums: Sums
    budget: Decimal | None
    forecast: Forecast | None
    outlook: Outlook | None
    percent: Decimal | None
    pace: Decimal
    trend: Sequence[Decimal]
    trend_series: int

    @property
    def spent(self) -> Total:
        return self.sums.now.spent

    @property
    def is_unpriced(self) -> bool:
        """Whether there was use and none of it has a price: its cost is not zero, nobody knows it."""
        return self.sums.now.unpriced_s > 0 and not self.spent.amount and self.spent.is_whole

    @property
    def meter_kind(self) -> str:
        """The bar has the colour of the words beside it."""
        return self.outlook.kind if self.outlook and self.outlook.kind in ("warning", "bad") else ""

    @property
    def meter_label(self) -> str:
        return _("{name}: {spent} % of the budget spent, even pace {pace} %").format(
            name=self.name, spent=f"{self.percent:.0f}", pace=f"{self.pace:.0f}"
        )


def lines(
    sums: Mapping[Hashable, Sums],
    names: Mapping[Hashable, str],
    css: Mapping[Hashable, str],
    by: By,
    period: Period,
    projects: Sequence[Project],
    budgeted: budgets.Budgets,
) -> list[Line]:
    """One a key, dearest first; projects that have a budget are there though nothing was spent."""
    slugs = {project.pk: project.slug for project in projects}
    shown = dict(sums)
    if by is By.PROJECT:
        current = [project.pk for project in projects if project.archived_at is None]
        shown |= {pk: Sums() for pk in current if pk not in sums}
    found = []
    for key, one in shown.items():
        project = key if by is By.PROJECT and isinstance(key, int) else None
        url = f"?project={slugs[project]}" if project in slugs else ""
        budget = None if project is None else budgeted.each.get(project)
        if project is None or one.now.spent.amount or one.now.gpu_s or one.now.spent.unconverted or budget is not None:
            found.append(line(names.get(key, "–"), url, css.get(key, ""), one, budget, period))
    return found


def line(name: str, url: str, css: str, sums: Sums, budget: Decimal | None, period: Period) -> Line:
    """One line."""
    found = foretold.of_sums(sums, period)
    spent = sums.now.spent.amount
    said = outlook(budget, found, spent, period.today)
    return Line(
        name=name,
        url=url,
        css=css,
        sums=sums,
        budget=budget,
        forecast=found,
        outlook=said,
        percent=spent / budget * 100 if budget and (spent or not sums.now.unpriced_s) else None,
        pace=period.pace * 100,
        trend=sums.trend(period.until),
        trend_series=int(css[-1]) if css.startswith("series-") else 6,
    )
