"""The four figures at the head of the costs page, ready to be read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.projects.forecast import Forecast
from gpuconsole.spend.cells import Odd
from gpuconsole.spend.currencies import Total
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
        value = _("not priced")
    if budget is None:
        return Figure(_("Spent"), value, _("no budget for all of it"), is_sandbox=whole.has_sandbox)
    share = formats.percent(whole.now.spent.amount / budget * 100) if budget else ""
    note = _("of {amount} budget").format(amount=formats.money(budget, currency, summary=True))
    return Figure(_("Spent"), value, note, share, is_sandbox=whole.has_sandbox)


def _forecast(found: Forecast | None, budget: Decimal | None, period: Period, currency: str) -> Figure:
    label = _("Forecast for the month")
    if found is None:
        return Figure(label, _("not known yet"), _("three full days or a rate are missing"))
    value = formats.money(found.total, currency, summary=True)
    note = _("the month is over")
    if not period.is_over:
        low, high = (formats.money(amount, currency, summary=True) for amount in (found.low, found.high))
        note = _("range {low} to {high}").format(low=low, high=high)
    if budget is None:
        return Figure(label, value, note)
    rest = budget - found.total
    words = _("{amount} under") if rest >= 0 else _("{amount} over")
    words = words.format(amount=formats.money(abs(rest), currency, summary=True))
    return Figure(label, value, note, words, "ok" if rest >= 0 else "bad")


def _average(whole: Sums, period: Period, currency: str) -> Figure:
    now, before = whole.now.per_gpu_hour, whole.before.per_gpu_hour
    value = formats.money(now, currency)
    note = _("{number} GPU-hours").format(number=formats.gpu_hours(whole.now.gpu_hours))
    if not now or not before:
        return Figure(_("Average per GPU-hour"), value, note)
    change = (now - before) / before * 100
    words = _("{change} to {month}").format(change=changed(change), month=period.month.before.short)
    return Figure(_("Average per GPU-hour"), value, note, words, _kind(change))


def _failed(whole: Sums, odd: Odd, period: Period, currency: str) -> Figure:
    label, value = _("Spent on failed runs"), told(whole.now.failed, currency)
    runs = formats.plural(odd.failed, "run", "runs")
    now, before = whole.now.failed_percent, whole.before.failed_percent
    if now is None:
        return Figure(label, value, runs)
    note = _("{share} of spend, {runs}").format(share=formats.percent(now, fine=True), runs=runs)
    if before is None:
        return Figure(label, value, note)
    points = (now - before).quantize(Decimal("0.1"))
    change = f"{formats.MINUS if points < 0 else '+'}{abs(points)}"
    words = _("{change} pt to {month}").format(change=change, month=period.month.before.short)
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
