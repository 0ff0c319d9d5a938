"""Stacked bars of a month by day or week, computed to places: templates only draw. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.core.days import Month

HEIGHT = 220
WIDTH = 1000  # of the drawing's own units; it is stretched to the place it has
MOST_SERIES = 5
_FILLED = Decimal("0.74")  # of a bar's place
_TOPS = tuple(Decimal(step) for step in ("1", "1.2", "1.6", "2", "2.4", "3.2", "4", "5", "6", "8", "10"))
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Series:
    """One colour: its css class, its name, and the keys that it stands for."""

    css: str
    name: str
    keys: tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A day or a week; x, width and middle in per cent of the chart's width. ``cells`` are the table's row."""

    label: str
    """For the axis."""
    row: str
    """For the table."""
    x: Decimal
    width: Decimal
    middle: Decimal
    has_label: bool
    title: str
    total: Decimal
    cells: tuple[str, ...]
    is_to_come: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across, with what it stands for."""

    y: Decimal
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, colours and axis; ``paths`` draw the blocks of one colour each."""

    series: tuple[Series, ...]
    paths: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    sentence: str


def series_of(names: Mapping[Hashable, str], css: Mapping[Hashable, str] | None = None) -> tuple[Series, ...]:
    """The five largest, which come first, and the others together; ``css`` gives keys a colour of their own."""
    keys = list(names)
    shown = keys if len(keys) <= MOST_SERIES + 1 and css else keys[:MOST_SERIES]
    found = [
        Series((css or {}).get(key) or f"series-{place}", names[key], (key,)) for place, key in enumerate(shown, 1)
    ]
    rest = tuple(keys[len(shown) :])
    return (*found, Series("series-6", _("Other"), rest)) if rest else tuple(found)


def chart(
    per_day: Mapping[Hashable, Mapping[date, Decimal]],
    series: Sequence[Series],
    month: Month,
    today: date,
    currency: str,
    *,
    by_week: bool = False,
) -> Chart:
    """Bars of the whole month; those of days to come are empty."""
    stretches = _weeks(month) if by_week else [(day, day) for day in month.span("UTC")]
    sums = [[_sum(per_day, one.keys, since, until) for one in series] for since, until in stretches]
    top = top_of(max((sum(amounts, Decimal(0)) for amounts in sums), default=Decimal(0)))
    place = Decimal(100) / len(stretches)
    bars = tuple(
        _bar(stretch, amounts, place * index, place, today, currency)
        for index, (stretch, amounts) in enumerate(zip(stretches, sums, strict=True))
    )
    paths = tuple((one.css, _path(bars, sums, index, top)) for index, one in enumerate(series))
    return Chart(tuple(series), paths, bars, ticks(top, currency), _sentence(bars, currency, by_week=by_week))


def ticks(top: Decimal, currency: str, height: int = HEIGHT) -> tuple[Tick, ...]:
    """Five lines from nothing to the top."""
    return tuple(
        Tick(_at(Decimal(height) * (4 - step) / 4), _axis_label(top * step / 4, currency)) for step in range(5)
    )


def top_of(highest: Decimal) -> Decimal:
    """The round number at the top of an axis, of which a quarter is round too."""
    if highest <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(highest.adjusted())
    leading = highest / power
    return next((step for step in _TOPS if leading <= step), Decimal(10)) * power


def _axis_label(amount: Decimal, currency: str) -> str:
    text = formats.money(amount, currency, summary=True)
    return text if amount and amount != amount.to_integral_value() else text.removesuffix(".00")


def _weeks(month: Month) -> list[tuple[date, date]]:
    """Monday to Sunday, cut at the month's ends."""
    found, first = [], month.first
    while first <= month.last:
        last = min(first + _DAY * (6 - first.weekday()), month.last)
        found.append((first, last))
        first = last + _DAY
    return found


def _sum(
    per_day: Mapping[Hashable, Mapping[date, Decimal]], keys: Sequence[Hashable], since: date, until: date
) -> Decimal:
    days = [since + _DAY * step for step in range((until - since).days + 1)]
    return sum((per_day[key].get(day, Decimal(0)) for key in keys for day in days), Decimal(0))


def _bar(
    stretch: tuple[date, date], amounts: Sequence[Decimal], x: Decimal, place: Decimal, today: date, currency: str
) -> Bar:
    since, until = stretch
    total, label = sum(amounts, Decimal(0)), _label(since, until)
    is_day = since == until
    return Bar(
        label=str(since.day) if is_day else f"{since.day}–{until.day}",
        row=label,
        x=_at(x + place * (1 - _FILLED) / 2),
        width=_at(place * _FILLED),
        middle=_at(x + place / 2),
        has_label=not is_day or since.day == 1 or since.day % 5 == 0,
        title=f"{label}: {formats.money(total, currency)}",
        total=total,
        cells=tuple(formats.money(amount, currency) for amount in (*amounts, total)),
        is_to_come=since > today,
    )


def _path(bars: Sequence[Bar], sums: Sequence[Sequence[Decimal]], index: int, top: Decimal) -> str:
    """The blocks of one colour, each on those of the colours before it."""
    blocks = []
    for bar, amounts in zip(bars, sums, strict=True):
        height = amounts[index] / top * HEIGHT
        if height > 0:
            y = HEIGHT - sum(amounts[:index], Decimal(0)) / top * HEIGHT
            left, width = bar.x * WIDTH / 100, bar.width * WIDTH / 100
            blocks.append(f"M{left:.1f} {y:.2f}h{width:.1f}v{-height:.2f}h{-width:.1f}z")
    return "".join(blocks)


def _label(since: date, until: date) -> str:
    if since == until:
        return formats.day_of_month(since)
    return _("{first} to {last}").format(first=since.day, last=formats.day_of_month(until))


def _sentence(bars: Sequence[Bar], currency: str, *, by_week: bool) -> str:
    spent = [bar for bar in bars if bar.total > 0]
    if not spent:
        return _("Nothing was spent.")
    most, number = max(spent, key=lambda bar: bar.total), len(spent)
    total = formats.money(sum((bar.total for bar in spent), Decimal(0)), currency, summary=True)
    when = formats.plural(number, "week", "weeks") if by_week else formats.plural(number, "day", "days")
    return _("{total} on {when}; most on {day}, {amount}.").format(
        total=total, when=when, day=most.row, amount=formats.money(most.total, currency)
    )


def _at(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.01"))
