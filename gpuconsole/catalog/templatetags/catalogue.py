"""Template tags of the catalogue."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from gpuconsole.catalog.lines import Price

register = template.Library()

_UNKNOWN = '<span class="muted"><span aria-hidden="true">–</span><span class="visually-hidden">unknown</span></span>'


@register.simple_tag
def price(found: Price) -> SafeString | str:
    """``{% price row.gpu_price %}``: the amount, the provider's own below it where that differs; a dash for unknown."""
    if not found.text:
        return mark_safe(_UNKNOWN)  # noqa: S308 - a constant
    return format_html('{}<span class="sub">{}</span>', found.text, found.note) if found.note else found.text
