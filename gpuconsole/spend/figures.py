"""The four figures at the head of the costs page, ready to be read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from gpuconsole.core import formats
from gpuconsole.projects.forecast import Forecast
from gpuconsole.spend.currencies import Total
from gpuconsole.spend.reading import Odd
from gpuconsole.spend.sums import Period, Sums


@dataclass(frozen=True, slots=True)
class Figure:
    """``aside`` stands at the end of the note's line, in the colour of ``kind`` (ok, bad or none)."""

    label: str
    value: str
    note: str
    aside: str = ""
    kind: str = ""
    is_sandbox: bool = False


def of(
    whole: Sums, odd: Odd, found: Forecast | None, budget: Decimal | None, period: Period, currency: str
) -> list[Figure]:
    """Spent, forecast, average per GPU-hour, spent on failed runs."""
    return [
        _spent(whole, budget, currency),
        _forecast(found, budget, period, currency),
        _average(whole, period, currency),
        _failed(whole, odd, period, currency),
    ]


def _spent(whole: Sums, budget: Decimal | None, currency: str) -> Figure:
    value = told(whole.now.spent, currency)
    if whole.now.unpriced_s and not whole.now.spent.amount and whole.now.spent.is_whole:
        value = "not priced"
    if budget is None:
        return Figure("Spent", value, "no budget for all of it", is_sandbox=whole.has_sandbox)
    share = formats.percent(whole.now.spent.amount / budget * 100) if budget else ""
    note = f"of {formats.money(budget, currency, summary=True)} budget"
    return Figure("Spent", value, note, share, is_sandbox=whole.has_sandbox)


def _forecast(found: Forecast | None, budget: Decimal | None, period: Period, currency: str) -> Figure:
    label = "Forecast for the month"
    if found is None:
        return Figure(label, "not known yet", "three full days or a rate are missing")
    value = formats.money(found.total, currency, summary=True)
    note = "the month is over"
    if not period.is_over:
        low, high = (formats.money(amount, currency, summary=True) for amount in (found.low, found.high))
        note = f"range {low} to {high}"
    if budget is None:
        return Figure(label, value, note)
    rest = budget - found.total
    words = f"{formats.money(abs(rest), currency, summary=True)} {'under' if rest >= 0 else 'over'}"
    return Figure(label, value, note, words, "ok" if rest >= 0 else "bad")


def _average(whole: Sums, period: Period, currency: str) -> Figure:
    now, before = whole.now.per_gpu_hour, whole.before.per_gpu_hour
    value = formats.money(now, currency)
    note = f"{formats.gpu_hours(whole.now.gpu_hours)} GPU-hours"
    if not now or not before:
        return Figure("Average per GPU-hour", value, note)
    change = (now - before) / before * 100
    return Figure(
        "Average per GPU-hour", value, note, f"{changed(change)} to {period.month.before.short}", _kind(change)
    )


def _failed(whole: Sums, odd: Odd, period: Period, currency: str) -> Figure:
    label, value, runs = (
        "Spent on failed runs",
        told(whole.now.failed, currency),
        formats.plural(odd.failed, "run", "runs"),
    )
    now, before = whole.now.failed_percent, whole.before.failed_percent
    if now is None:
        return Figure(label, value, runs)
    note = f"{formats.percent(now, fine=True)} of spend, {runs}"
    if before is None:
        return Figure(label, value, note)
    points = (now - before).quantize(Decimal("0.1"))
    words = f"{formats.MINUS if points < 0 else '+'}{abs(points)} pt to {period.month.before.short}"
    return Figure(label, value, note, words, _kind(points))


def told(total: Total, currency: str) -> str:
    """The amount, and what has no rate beside it in its own currency."""
    parts = [formats.money(total.amount, currency, summary=True)] if total.amount or total.is_whole else []
    parts += [formats.money(amount, own or "?", summary=True) for own, amount in sorted(total.unconverted.items())]
    return " + ".join(parts)


def changed(percent: Decimal) -> str:
    """``+12 %``, ``−6 %``, ``±0 %``."""
    whole = percent.quantize(Decimal(1))
    sign = "±" if not whole else formats.MINUS if whole < 0 else "+"
    return f"{sign}{abs(whole):,}{formats.THIN}%"


def _kind(change: Decimal) -> str:
    return "" if not round(change, 1) else "bad" if change > 0 else "ok"
