"""The burn-down: a month's sum by day against even pace and budget, with its forecast; computed to points. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.core.days import Month
from gpuconsole.projects.forecast import Forecast, Step
from gpuconsole.spend.bars import Tick, ticks, top_of

HEIGHT = 200
WIDTH = 1000  # of the drawing's own units; it is stretched to the place it has
Point = tuple[Decimal, Decimal]
Sums = Sequence[tuple[date, Decimal]]
"""What was spent up to each day."""
_ORIGIN: Point = (Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Mark:
    """A place: x in per cent of the width, y in pixels, and what is written there."""

    x: Decimal
    y: Decimal
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One project, or all together: points of what was spent and of the forecast."""

    css: str
    name: str
    spent: str
    foretold: str
    words: str


@dataclass(frozen=True, slots=True)
class Burn:
    """Everything the drawing needs; empty points are not drawn."""

    lines: tuple[Line, ...]
    area: str
    band: str
    pace: str
    budget: Mark | None
    now: Mark | None
    end: Mark | None
    ticks: tuple[Tick, ...]
    days: tuple[Mark, ...]
    sentence: str
    rows: tuple[tuple[str, str, str], ...]
    """For the table: day, sum, range."""


def burn(
    found: Forecast | None, sums: Sums, month: Month, pace: Decimal, budget: Decimal | None, currency: str
) -> Burn:
    """All together, in money; ``pace`` is how much of the month is over. Without a forecast what was spent is drawn."""
    steps = found.steps if found else ()
    spent = sums[-1][1] if sums else Decimal(0)
    frame = _Frame(month, top_of(max([spent, budget or Decimal(0), *(step.high for step in steps)])), pace)
    points = frame.so_far(sums)
    ahead = [points[-1], *((frame.end_of(step.day), step.total) for step in steps)]
    low = [points[-1], *((frame.end_of(step.day), step.low) for step in steps)]
    high = [points[-1], *((frame.end_of(step.day), step.high) for step in steps)]
    end = formats.estimated(found.total, currency, summary=True) if found and steps else ""
    return Burn(
        lines=(Line("series-1", _("Spent"), frame.points(points), frame.points(ahead) if steps else "", ""),),
        area=frame.points([*points, (points[-1][0], Decimal(0))]) if len(points) > 1 else "",
        band=frame.points([*low, *reversed(high)]) if steps else "",
        pace=frame.points([_ORIGIN, (Decimal(1), budget)]) if budget else "",
        budget=frame.mark(Decimal(0), budget, _("budget {amount}").format(amount=_whole(budget, currency)))
        if budget
        else None,
        now=frame.mark(*points[-1], _whole(spent, currency)) if sums else None,
        end=frame.mark(Decimal(1), found.total, end) if found and steps else None,
        ticks=ticks(frame.top, currency, HEIGHT),
        days=frame.labels(),
        sentence=_sentence(found if steps else None, spent, budget, currency),
        rows=_rows(sums, steps, currency),
    )


@dataclass(frozen=True, slots=True)
class Share:
    """A project that has a budget, for ``shares``."""

    css: str
    name: str
    budget: Decimal
    found: Forecast | None
    sums: Sums
    words: str


def shares(projects: Sequence[Share], month: Month, pace: Decimal) -> Burn:
    """Each project as a share of its own budget."""

    def of(one: Share, total: Decimal) -> Decimal:
        return total / one.budget * 100

    totals = [of(one, one.found.total) for one in projects if one.found]
    spent = [of(one, one.sums[-1][1]) for one in projects if one.sums]
    frame = _Frame(month, top_of(max([Decimal(100), *totals, *spent])), pace)
    lines = []
    for one in projects:
        points = frame.so_far([(day, of(one, total)) for day, total in one.sums])
        steps = one.found.steps if one.found else ()
        ahead = [points[-1], *((frame.end_of(step.day), of(one, step.total)) for step in steps)] if steps else []
        lines.append(Line(one.css, one.name, frame.points(points), frame.points(ahead), one.words))
    said = [f"{one.name}: {one.words}." for one in projects if one.words]
    return Burn(
        lines=tuple(lines),
        area="",
        band="",
        pace=frame.points([_ORIGIN, (Decimal(1), Decimal(100))]),
        budget=frame.mark(Decimal(0), Decimal(100), _("each one's budget")),
        now=None,
        end=None,
        ticks=tuple(Tick(Decimal(HEIGHT * (4 - step)) / 4, formats.percent(frame.top * step / 4)) for step in range(5)),
        days=frame.labels(),
        sentence=" ".join([_("Share of its own budget that each project has spent."), *said]),
        rows=tuple(
            (one.name, formats.percent(of(one, one.sums[-1][1])) if one.sums else formats.MISSING, one.words)
            for one in projects
        ),
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    month: Month
    top: Decimal
    pace: Decimal

    def end_of(self, day: date) -> Decimal:
        """As a share of the month."""
        return Decimal((day - self.month.first).days + 1) / self.month.length

    def so_far(self, sums: Sums) -> list[Point]:
        """From nothing to the last sum, which stands where the month is now."""
        return [_ORIGIN, *((min(self.end_of(day), self.pace), total) for day, total in sums)]

    def points(self, places: Sequence[Point]) -> str:
        return " ".join(f"{x * WIDTH:.1f},{self._y(amount):.1f}" for x, amount in places)

    def mark(self, x: Decimal, amount: Decimal, label: str) -> Mark:
        return Mark(_at(x * 100), _at(self._y(amount)), label)

    def labels(self) -> tuple[Mark, ...]:
        length = self.month.length
        return tuple(
            Mark(_at(Decimal(day - 1) / (length - 1) * 100), Decimal(0), f"{day} {self.month.short}")
            for day in (1, 10, 20, length)
        )

    def _y(self, amount: Decimal) -> Decimal:
        return HEIGHT - min(amount / self.top, Decimal(1)) * HEIGHT


def _at(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.01"))


def _whole(amount: Decimal, currency: str) -> str:
    return formats.money(amount, currency, summary=True)


def _sentence(found: Forecast | None, spent: Decimal, budget: Decimal | None, currency: str) -> str:
    text = _("{spent} spent") if budget is None else _("{spent} spent of a budget of {budget}")
    text = text.format(spent=_whole(spent, currency), budget="" if budget is None else _whole(budget, currency))
    if found is None:
        return f"{text}."
    total, low, high = (_whole(amount, currency) for amount in (found.total, found.low, found.high))
    return _("{spent}; ≈ {total} by the end of the month, in 8 of 10 cases {low} to {high}.").format(
        spent=text, total=total, low=low, high=high
    )


def _rows(sums: Sums, steps: Sequence[Step], currency: str) -> tuple[tuple[str, str, str], ...]:
    def words(amount: Decimal) -> str:
        return formats.money(amount, currency)

    spent = [(_label(day), words(total), "") for day, total in sums]
    ahead = [(_label(step.day), f"≈ {words(step.total)}", f"{words(step.low)} to {words(step.high)}") for step in steps]
    return (*spent, *ahead)


def _label(day: date) -> str:
    return f"{formats.day_of_month(day)}"
