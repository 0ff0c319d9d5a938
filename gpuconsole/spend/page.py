"""The costs page: four figures, bars, burn-down and table of one month, read at one moment."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.core import snapshot
from gpuconsole.core.days import Month
from gpuconsole.spend import bars, budgets, burn, causes, dearest, figures, names, table
from gpuconsole.spend.asked import Asked, Link
from gpuconsole.spend.axes import By
from gpuconsole.spend.cells import Cell, Odd
from gpuconsole.spend.currencies import Rates, rates_to
from gpuconsole.spend.models import CostDay
from gpuconsole.spend.reading import Reader
from gpuconsole.spend.scope import Seen
from gpuconsole.spend.sums import Period, Sums, added_up, period_of

_MOST_MONTHS = 36
_TABLES = {
    By.PROJECT: (gettext_noop("By project"), gettext_noop("Costs by project"), gettext_noop("Project")),
    By.PERSON: (gettext_noop("By person"), gettext_noop("Costs by person"), gettext_noop("Person")),
    By.PROVIDER: (gettext_noop("By provider"), gettext_noop("Costs by provider"), gettext_noop("Provider")),
}


@dataclass(frozen=True)
class Read:
    """All that the database said, at one moment."""

    by_project: Sequence[Cell]
    by_key: Mapping[By, Sequence[Cell]]
    odd: Odd
    dear: Sequence[dearest.Dear]
    failed: Sequence[causes.Failed]
    rates: Rates
    names: Mapping[By, Mapping[Hashable, str]]
    first_month: Month


def context(seen: Seen, asked: Asked, now: datetime) -> dict[str, Any]:
    """Everything that the page and its polled region show."""
    period = period_of(asked.month, seen.team.time_zone, now)
    read = _read(seen, asked, period, now)
    whole = added_up(read.by_project, period, read.rates, key=lambda cell: "").get("", Sums())
    sums = {by: added_up(cells, period, read.rates) for by, cells in read.by_key.items()}
    budgeted = budgets.of(seen.projects, read.rates, period.until, is_whole_team=seen.is_whole_team)
    css = _colours(asked.by, _this_month(sums[asked.by]), read)
    together = table.line(_("Together"), "", "", whole, budgeted.whole, period)
    lines = [] if asked.table is None else _lines(asked, asked.table, sums, css, read, period, seen, budgeted)
    return {
        "asked": asked,
        "period": period,
        "currency": seen.team.currency,
        "now_text": now.astimezone(ZoneInfo(seen.team.time_zone)).strftime("%H:%M %Z"),
        "by_links": asked.links("by"),
        "table_links": asked.links("table"),
        "step_links": asked.links("step"),
        "burn_links": asked.links("burn"),
        "months": _months(asked, read.first_month, period),
        "whole": together,
        "figures": figures.of(whole, read.odd, together.forecast, budgeted.whole, period, seen.team.currency),
        "odd": read.odd,
        "missing_rates": ", ".join(sorted(own or _("no currency") for own in whole.now.spent.unconverted)),
        "other_currencies": sorted({cell.currency for cell in read.by_project} - {seen.team.currency, ""}),
        "chart": _chart(asked, sums[asked.by], css, read, period, seen.team.currency),
        "burn": _burn(asked, seen, together, sums, css, budgeted, period),
        "lines": lines,
        "table_words": _table_words(asked.table),
        "marks_sandbox": any(not one.sums.has_sandbox for one in lines),
        "dear": read.dear,
        "failed": read.failed,
        "has_spent": bool(
            whole.now.spent.amount or whole.now.gpu_s or whole.now.spent.unconverted or read.odd.unpriced
        ),
    }


def _read(seen: Seen, asked: Asked, period: Period, now: datetime) -> Read:
    rates = rates_to(seen.team.currency)
    with snapshot.one_moment():
        reader = Reader(seen.scope, now)
        both, this = reader.span(period.month.before.first, period.until), reader.span(period.month.first, period.until)
        by_key = reader.cells_by(
            {asked.by: this, By.PROJECT: both} | ({} if asked.table is None else {asked.table: both})  # bars: one month
        )
        by_project = by_key[By.PROJECT]
        currencies = {cell.currency for cell in by_project}
        is_by_workload = asked.table is None and not asked.is_by_cause
        dear = dearest.dearest(reader, this, rates, currencies) if is_by_workload else []
        keys = {by: {cell.key for cell in cells} for by, cells in by_key.items()}
        return Read(
            by_project=by_project,
            by_key=by_key,
            odd=reader.odd(this),
            dear=dear,
            failed=causes.by_cause(reader, this, rates) if asked.is_by_cause else [],
            rates=rates,
            names={by: names.names_of(by, found, seen.projects) for by, found in keys.items()},
            first_month=_first_month(seen, period),
        )


def _first_month(seen: Seen, period: Period) -> Month:
    """Of the team's use, as far as the rollups know it."""
    days = CostDay.objects.filter(team=seen.team, axis=By.PROJECT).order_by("day")
    first = days.values_list("day", flat=True).first()
    return Month.of(min(first or period.today, period.month.before.first))


def _months(asked: Asked, first: Month, period: Period) -> list[Link]:
    found: list[Link] = []
    month = Month.of(period.today)
    while month >= first and len(found) < _MOST_MONTHS:
        found.append(Link(month.label, asked.url(month=str(month)), month == asked.month))
        month = month.before
    return found


def _table_words(by: By | None) -> dict[str, str]:
    """Title, what a screen reader hears, and the head of the first column; nothing for workloads."""
    if by is None:
        return {}
    title, heard, head = _TABLES[by]
    return {"title": _(title), "heard": _(heard), "head": _(head)}


def _this_month(sums: Mapping[Hashable, Sums]) -> dict[Hashable, Sums]:
    return {key: one for key, one in sums.items() if one.now.spent.amount or one.now.gpu_s}


def _colours(by: By, sums: Mapping[Hashable, Sums], read: Read) -> dict[Hashable, str]:
    """The css class of each key that has a colour of its own on the page."""
    own = {key: f"provider-{key}" for key in sums} if by is By.PROVIDER else None
    series = bars.series_of({key: read.names[by][key] for key in sums}, own)
    return {key: one.css for one in series for key in one.keys}


def _chart(
    asked: Asked, sums: Mapping[Hashable, Sums], css: Mapping[Hashable, str], read: Read, period: Period, currency: str
) -> bars.Chart:
    shown = _this_month(sums)
    own = css if asked.by is By.PROVIDER else None
    series = bars.series_of({key: read.names[asked.by][key] for key in shown}, own)
    per_day = {key: one.per_day for key, one in shown.items()}
    return bars.chart(per_day, series, period.month, period.today, currency, by_week=asked.is_by_week)


def _burn(
    asked: Asked,
    seen: Seen,
    together: table.Line,
    sums: Mapping[By, Mapping[Hashable, Sums]],
    css: Mapping[Hashable, str],
    budgeted: budgets.Budgets,
    period: Period,
) -> burn.Burn:
    if not asked.is_burn_by_project:
        so_far = _so_far(together.sums, period)
        return burn.burn(together.forecast, so_far, period.month, period.pace, budgeted.whole, seen.team.currency)
    of_projects = sums[By.PROJECT]
    named = [project for project in seen.projects if budgeted.each.get(project.pk)]
    named.sort(key=lambda project: -of_projects.get(project.pk, Sums()).now.spent.amount)
    found = []
    for place, project in enumerate(named[: bars.MOST_SERIES], 1):
        colour = css.get(project.pk, f"series-{place}") if asked.by is By.PROJECT else f"series-{place}"
        one = of_projects.get(project.pk, Sums())
        line = table.line(project.name, "", colour, one, budgeted.each[project.pk], period)
        words = line.outlook.words if line.outlook else ""
        share = burn.Share(colour, project.name, budgeted.each[project.pk], line.forecast, _so_far(one, period), words)
        found.append(share)
    return burn.shares(found, period.month, period.pace)


def _so_far(sums: Sums, period: Period) -> list[tuple[Any, Decimal]]:
    total, found = Decimal(0), []
    for step in range((period.until - period.month.first).days + 1):
        day = period.month.first + timedelta(days=step)
        total += sums.per_day.get(day, Decimal(0))
        found.append((day, total))
    return found


def _lines(
    asked: Asked,
    by: By,
    sums: Mapping[By, Mapping[Hashable, Sums]],
    css: Mapping[Hashable, str],
    read: Read,
    period: Period,
    seen: Seen,
    budgeted: budgets.Budgets,
) -> list[table.Line]:
    shown = _this_month(sums[by])
    colours: Mapping[Hashable, str] = css if by is asked.by else {}
    known = dict(read.names[by])
    if by is By.PROJECT:
        known |= {project.pk: project.name for project in seen.projects}
    return table.lines(shown, known, colours, by, period, seen.projects, budgeted)
