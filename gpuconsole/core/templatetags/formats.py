"""Template filters and tags for numbers, money and time; all of it is written by ``gpuconsole.core.formats``."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gpuconsole.core import formats

register = template.Library()


@register.filter
def money(amount: Decimal | None, currency: str = "USD") -> str:
    """``{{ amount|money }}`` or ``{{ amount|money:currency }}``: $18.08."""
    return formats.money(amount, currency or "USD")


@register.filter
def money_summary(amount: Decimal | None, currency: str = "USD") -> str:
    """``{{ amount|money_summary }}``: $6,214, without cents from 100 on."""
    return formats.money(amount, currency or "USD", summary=True)


@register.filter
def size(number: float | None, unit: str = "GB") -> str:
    """``{{ number|size:"GiB" }}``: 468 GiB."""
    return formats.size(number, unit)


@register.filter
def plain(number: Decimal | None) -> str:
    """``{{ rate|plain }}``: 1.1, all its digits and no zeros behind them."""
    return formats.MISSING if number is None else f"{number.normalize():f}"


@register.filter
def percent_fine(value: float | None) -> str:
    """``{{ value|percent_fine }}``: 0.9 %."""
    return formats.percent(value, fine=True)


@register.filter
def times(number: int | None, name: str) -> str:
    """``{{ 2|times:"H100" }}``: 2 × H100."""
    return formats.gpus(number, name)


@register.filter
def ago_text(moment: datetime | None) -> str:
    """``{{ moment|ago_text }}``: 3 s ago, as text only (the tag ``ago`` counts on)."""
    return formats.ago(None if moment is None else timezone.now() - moment)


@register.filter
def age_text(moment: datetime | None) -> str:
    """``{{ moment|age_text }}``: 12 m."""
    return formats.age(None if moment is None else timezone.now() - moment)


@register.filter
def within(moment: datetime | None) -> str:
    """``{{ moment|within }}``: in 9 days."""
    return formats.MISSING if moment is None else formats.within(moment - timezone.now())


register.filter("duration", formats.duration)
register.filter("duration_words", formats.duration_words)
register.filter("running_clock", formats.running_clock)
register.filter("count", formats.count)
register.filter("technical", formats.technical)
register.filter("percent", formats.percent)
register.filter("bytes_size", formats.bytes_size)
register.filter("initials", formats.initials)


@register.simple_tag
def moment(value: datetime | None) -> str:
    """``{% moment job.created_at %}``: a <time> with 14:32, yesterday, 18 Nov; the full time on hover."""
    if value is None:
        return formats.MISSING
    return _time(value, formats.moment(_local(value), now=timezone.localtime()))


@register.simple_tag
def clock_time(value: datetime | None) -> str:
    """``{% clock_time event.at %}``: a <time> with 14:32:08."""
    return formats.MISSING if value is None else _time(value, formats.exact_time(_local(value)))


@register.simple_tag
def day(value: datetime | None) -> str:
    """``{% day value %}``: a <time> with 18 Nov."""
    if value is None:
        return formats.MISSING
    return _time(value, formats.day(_local(value).date(), today=timezone.localdate()))


@register.simple_tag
def ago(value: datetime | None) -> str:
    """``{% ago connection.synced_at %}``: a <time> with 3 s ago that counts on in the browser."""
    if value is None:
        return formats.ago(None)
    return _counting(value, "ago", formats.ago(timezone.now() - value))


@register.simple_tag
def elapsed(start: datetime | None, end: datetime | None = None) -> str:
    """``{% elapsed job.started_at job.ended_at %}``: 3 h 12 m 08 s, counting on while there is no end."""
    if start is None:
        return formats.MISSING
    if end is not None:
        return _time(start, formats.duration(end - start))
    return _counting(start, "elapsed", formats.running_clock(timezone.now() - start))


@register.simple_tag
def elapsed_short(start: datetime | None, end: datetime | None = None) -> str:
    """``{% elapsed_short start end %}``: 3 h 12 m, for lists; counts on while there is no end."""
    if start is None:
        return formats.MISSING
    if end is not None:
        return _time(start, formats.duration(end - start))
    return _counting(start, "short", formats.duration(timezone.now() - start))


@register.simple_tag
def remaining(until: datetime | None) -> str:
    """``{% remaining instance.stop_at %}``: 27 m 48 s, counting down to zero."""
    if until is None:
        return formats.MISSING
    return _counting(until, "remaining", formats.running_clock(until - timezone.now()))


@register.simple_tag
def cost_so_far(
    amount: Decimal | None,
    hourly_price: Decimal | None = None,
    currency: str = "USD",
    step: tuple[int, Decimal] | None = None,
) -> str:
    """``{% cost_so_far job.cost job.hourly_price_now %}``: $3.50, counting on at the rate while there is one.

    With ``step`` it goes up by whole steps, as the bill does: their seconds, and those gone of the present one.
    """
    text = formats.money(amount, currency)
    if amount is None or not hourly_price:
        return text
    symbol = formats.SYMBOLS.get(currency, f"{currency}{formats.THIN}")
    steps = format_html(' data-step="{}" data-gone="{}"', *step) if step else ""
    return format_html(
        '<span data-clock-cost="{}" data-rate="{}" data-symbol="{}"{}>{}</span>',
        amount,
        hourly_price,
        symbol,
        steps,
        text,
    )


def _local(value: datetime) -> datetime:
    return timezone.localtime(value)


def _time(value: datetime, text: str) -> SafeString:
    local = _local(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(timespec="seconds"), formats.full_time(local), text
    )


def _counting(value: datetime, kind: str, text: str) -> SafeString:
    """A clock that the browser counts on from the server's own number of seconds, whatever the browser's clock says."""
    local, seconds = _local(value), (timezone.now() - value).total_seconds()
    return format_html(
        '<time datetime="{}" title="{}" data-clock="{}" data-seconds="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        formats.full_time(local),
        kind,
        f"{-seconds if kind == 'remaining' else seconds:.0f}",
        text,
    )
