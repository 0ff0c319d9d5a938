"""Template filters of the costs page."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from gpuconsole.core import formats
from gpuconsole.spend import figures
from gpuconsole.spend.currencies import Total

register = template.Library()
register.filter("told", figures.told)
register.filter("changed", figures.changed)


@register.filter
def gpu_hours(hours: Decimal) -> str:
    """``{{ hours|gpu_hours }}``: see ``formats.gpu_hours``."""
    return formats.gpu_hours(hours)


@register.filter
def share_of(part: Total, whole: Total) -> str:
    """``{{ line.spent|share_of:whole.spent }}``: 12 %; unknown where a rate is missing."""
    if not (part.is_whole and whole.is_whole and whole.amount > 0):
        return formats.MISSING
    return formats.percent(part.amount / whole.amount * 100, fine=True)


@register.simple_tag
def cells(texts: Iterable[str]) -> SafeString:
    """``{% cells bar.cells %}``: numbers as cells of a table's row."""
    return format_html_join("", '<td class="number">{}</td>', ((text,) for text in texts))
