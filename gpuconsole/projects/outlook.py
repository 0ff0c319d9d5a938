"""How a month's budget will stand, in words and with the colour that goes with them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.projects.forecast import Forecast


@dataclass(frozen=True, slots=True)
class Outlook:
    """``kind`` is ok, warning or bad; ``words`` are for people."""

    kind: str
    words: str
    icon: str


def outlook(budget: Decimal | None, found: Forecast | None, spent: Decimal, today: date) -> Outlook | None:
    """None without a budget. Spent is bad, and so is what even the low end of the forecast uses up."""
    if budget is None:
        return None
    if spent >= budget > 0 or (budget == 0 and spent > 0):
        day = None if found is None else found.spent_on(budget)
        words = _("spent") if day is None else _("spent on {day}").format(day=formats.day(day, today=today))
        return Outlook("bad", words, "circle-alert")
    if found is None:
        return Outlook("", _("too early to say"), "clock")
    day = found.spent_on(budget)
    if day is None or found.total <= budget:
        return Outlook("ok", _("within"), "circle-check")
    words = formats.day(day, today=today)
    if found.low > budget:
        return Outlook("bad", _("spent on {day}").format(day=words), "circle-alert")
    return Outlook("warning", _("over on {day}").format(day=words), "triangle-alert")
