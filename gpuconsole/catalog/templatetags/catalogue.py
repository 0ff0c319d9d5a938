"""Template tags of the catalogue."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gpuconsole.catalog.lines import Price

register = template.Library()

_UNKNOWN = '<span class="muted"><span aria-hidden="true">–</span><span class="visually-hidden">{}</span></span>'


@register.simple_tag
def price(found: Price) -> SafeString | str:
    """``{% price row.gpu_price %}``: the amount, the provider's own below it where that differs; a dash for unknown."""
    if not found.text:
        return format_html(_UNKNOWN, _("unknown"))
    return format_html('{}<span class="sub">{}</span>', found.text, found.note) if found.note else found.text
