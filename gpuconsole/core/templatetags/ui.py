"""Template tags for the small parts of the interface: icons, pills, badges, tiles, meters, copy boxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Protocol

from django import template
from django.contrib.messages.storage.base import Message
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gpuconsole.core import formats, icons, json_markup, notices, script_words
from gpuconsole.providers import registry

register = template.Library()

NEAR_PACE = 10  # points above the even pace at which a meter warns


class ShownState(Protocol):
    """How a state is presented; see ``gpuconsole.workloads.states``."""

    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def icon(self) -> str: ...


@register.simple_tag
def icon(name: str, size: int = 16, css: str = "") -> SafeString:
    """``{% icon "rocket" 14 %}``: an outline in 12, 14, 16, 20 or 24 px, silent for screen readers."""
    return icons.svg(name, size, css)


@register.simple_tag
def state_pill(state: ShownState, size: str = "") -> SafeString:
    """``{% state_pill job.state_shown "large" %}``: icon, word and colour of a state."""
    return format_html(
        '<span class="pill{} state-{}">{}{}</span>',
        " pill-large" if size == "large" else "",
        state.value,
        icons.svg(state.icon, 16 if size == "large" else 14),
        state.label,
    )


@register.simple_tag
def badge(text: Any, kind: str = "", icon_name: str = "") -> SafeString:
    """``{% badge "2 of 3 up" "warning" %}``; kinds: outline, status (a provider's word), warning, bad, ok, count."""
    return format_html(
        '<span class="badge{}">{}{}</span>',
        f" badge-{kind}" if kind else "",
        icons.svg(icon_name, 12) if icon_name else "",
        text,
    )


@register.simple_tag
def sandbox_badge(is_sandbox: bool = True) -> SafeString | str:
    """``{% sandbox_badge connection.is_sandbox %}``: marks whatever the simulator priced, and nothing else."""
    return badge(_("sandbox"), "sandbox") if is_sandbox else ""


@register.simple_tag
def provider_tile(slug: str, size: int = 18) -> SafeString:
    """``{% provider_tile workload.provider 30 %}``: two letters in its colour; its name must stand beside."""
    letters = registry.get(slug).tile if slug in registry.SLUGS else slug[:2].capitalize()
    return format_html(
        '<span class="tile{} provider-{}" aria-hidden="true">{}</span>',
        " tile-large" if size > 18 else "",
        slug,
        letters,
    )


@register.simple_tag
def person_mark(name: Any, kind: str = "") -> SafeString:
    """``{% person_mark user.display_name %}`` or ``{% person_mark token.name "token" %}``: initials, name on hover."""
    text = str(name)
    css = f" {kind}" if kind else ""
    return format_html(
        '<span class="mark-person{}" title="{}" aria-hidden="true">{}</span>', css, text, formats.initials(text)
    )


@register.simple_tag
def meter(
    percent: float | Decimal | None,
    label: str,
    *,
    pace: float | Decimal | None = None,
    forecast: float | Decimal | None = None,
    kind: str = "",
) -> SafeString:
    """``{% meter 69 "69 % of the budget spent" pace=70 forecast=98 %}``: a bar, out of 100.

    Without a ``kind`` (warning, bad, ok, running) it warns above the even pace plus 10 points and turns bad when the
    forecast passes 100. ``label`` is the sentence for screen readers.
    """
    filled, even, expected = _clamped(percent), _given(pace), _given(forecast)
    chosen = kind or _meter_kind(filled, even, expected)
    tick = _pace_tick(even) if even is not None else ""
    return format_html(
        '<svg class="meter{}" height="6" role="img" aria-label="{}">'
        '<rect class="track" width="100%" height="6" rx="3"/>'
        '<rect class="fill" width="{}%" height="6" rx="3"/>{}</svg>',
        f" meter-{chosen}" if chosen else "",
        label,
        filled,
        tick,
    )


@register.simple_tag
def meter_parts(parts: Iterable[tuple[float | Decimal, str]], label: str) -> SafeString:
    """``{% meter_parts parts "17 running, 10 starting, of 40" %}``: parts are (percent, state) from the left."""
    bars, start = [], Decimal(0)
    for percent, state in parts:
        width = min(_clamped(percent), 100 - start)
        bars.append((start, width, state))
        start += width
    return format_html(
        '<svg class="meter" height="6" role="img" aria-label="{}"><rect class="track" width="100%" height="6" rx="3"/>'
        "{}</svg>",
        label,
        format_html_join("", '<rect class="fill state-{2}" x="{0}%" width="{1}%" height="6" rx="1.5"/>', bars),
    )


@register.simple_tag
def sparkline(
    values: Sequence[float | Decimal], series: int = 1, width: int = 72, height: int = 20
) -> SafeString | str:
    """``{% sparkline values 2 %}``: a line without axes, its last point dotted; a number must stand beside it."""
    points = _points([float(value) for value in values], width, height)
    if len(points) < 2:
        return ""
    last_x, last_y = points[-1]
    return format_html(
        '<svg class="sparkline series-{}" width="{}" height="{}" viewBox="0 0 {} {}" aria-hidden="true">'
        '<polyline points="{}"/><circle cx="{}" cy="{}" r="2"/></svg>',
        series,
        width,
        height,
        width,
        height,
        " ".join(f"{x},{y}" for x, y in points),
        last_x,
        last_y,
    )


@register.simple_tag
def copy_button(text: str, what: str = "") -> SafeString:
    """``{% copy_button job.public_id "id" %}``: copies the text."""
    name = _("Copy {what}").format(what=what) if what else _("Copy")
    return format_html(
        '<button type="button" class="copy needs-script" data-copy="{}" aria-label="{}" title="{}">{}{}</button>',
        text,
        name,
        name,
        icons.svg("copy", 14),
        icons.svg("check", 14, "done"),
    )


@register.simple_tag
def copy_id(text: str, what: str = "") -> SafeString:
    """``{% copy_id job.public_id %}``: a mono id with its copy button."""
    return format_html('<span class="copy-id"><code>{}</code>{}</span>', text, copy_button(text, what or _("id")))


@register.simple_tag
def copy_box(text: str, what: str = "") -> SafeString:
    """``{% copy_box url "base URL" %}``: one line of mono text, cut with an ellipsis, with its copy button."""
    return format_html('<div class="copy-box"><code title="{}">{}</code>{}</div>', text, text, copy_button(text, what))


@register.simple_tag
def code_block(source: Any, label: str, lang: str = "json") -> SafeString:
    """``{% code_block value "Request" %}``: coloured, scrolling, with a copy button.

    ``source`` is a JSON value for lang json, text for lang text (JSON-looking or plain), shell or python.
    """
    if lang == "json":
        body = json_markup.json_html(source)
    elif lang == "text":
        body = json_markup.json_text_html(str(source))
    else:
        body = json_markup.code_html(str(source))
    return format_html(
        '<div class="code"><pre tabindex="0" role="region" aria-label="{}" data-copy-source>{}</pre>'
        '<button type="button" class="copy needs-script" data-copy-near aria-label="{}" title="{}">{}{}</button>'
        "</div>",
        label,
        body,
        _("Copy {what}").format(what=label),
        _("Copy"),
        icons.svg("copy", 14),
        icons.svg("check", 14, "done"),
    )


@register.simple_tag
def script_texts() -> SafeString | str:
    """``{% script_texts %}``: what the script says in the reader's language, before the script; nothing in English."""
    where = script_words.url()
    return format_html('<script defer src="{}"></script>', where) if where else ""


@register.filter
def json_colours(value: Any) -> SafeString:
    """``{{ spec|json_colours }}``: a JSON value, indented, escaped and coloured, for use inside a <pre>."""
    return json_markup.json_html(value)


@register.filter
def beside(message: Message) -> notices.More:
    """``{% with more=message|beside %}``: a notice's second line and its action."""
    return notices.more(message)


@register.filter
def as_list(text: str) -> list[str]:
    """``{% for line in "a,b"|as_list %}``."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _clamped(percent: float | Decimal | None) -> Decimal:
    return min(max(Decimal(str(percent or 0)), Decimal(0)), Decimal(100)).quantize(Decimal("0.01"))


def _given(number: float | Decimal | str | None) -> Decimal | None:
    """An optional number; templates turn an attribute that is not there into an empty string."""
    return None if number is None or number == "" else Decimal(str(number))


def _meter_kind(filled: Decimal, pace: Decimal | None, forecast: Decimal | None) -> str:
    if forecast is not None and forecast > 100:
        return "bad"
    return "warning" if pace is not None and filled > pace + NEAR_PACE else ""


def _pace_tick(pace: Decimal) -> SafeString:
    return format_html('<rect class="pace" x="{}%" y="-2" width="2" height="10"/>', _clamped(pace))


def _points(values: list[float], width: int, height: int) -> list[tuple[float, float]]:
    if not values:
        return []
    low, span = min(values), (max(values) - min(values)) or 1
    step = (width - 4) / max(len(values) - 1, 1)
    flat = min(values) == max(values)
    return [
        (round(2 + index * step, 1), round(height / 2 if flat else height - 2 - (value - low) / span * (height - 4), 1))
        for index, value in enumerate(values)
    ]
