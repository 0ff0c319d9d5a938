"""What stands in the cells of a list: a function a column, each making escaped HTML from one row alone.

A page of a hundred rows has a thousand cells: they are written here and not by templates, which cost ten times as much.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gpuconsole.core import formats
from gpuconsole.core.templatetags import formats as shown
from gpuconsole.core.templatetags import ui
from gpuconsole.providers import registry
from gpuconsole.workloads import causes, timeline
from gpuconsole.workloads.lists import hardware, late_words
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from gpuconsole.workloads.usage import cost_so_far, step

NOTHING = SafeString(formats.MISSING)


@dataclass(frozen=True, slots=True)
class Line:
    """One workload as a line of the table."""

    workload: Workload
    url: str
    now: datetime


def state(line: Line) -> SafeString:
    """Pill, what is not as it should be, and why it ended badly."""
    workload = line.workload
    more = [] if workload.is_status_known else [ui.badge("new status", "warning")]
    if trouble := late_words(workload, line.now):
        more.append(ui.badge(trouble, "warning"))
    if cause := causes.word(workload):
        more.append(format_html('<span class="sub">{}</span>', cause))
    rest = format_html_join("", " {}", ((one,) for one in more)) if more else ""
    return format_html('<span data-announce="{}">{}</span>{}', workload.name, _pill(workload.state), rest)


def name(line: Line) -> SafeString:
    """Its name, which is the link, above its project."""
    workload = line.workload
    sandbox = " · sandbox" if workload.is_sandbox else ""
    return format_html(
        '<span class="row"><span class="only-small">{}</span><a class="name" href="{}" title="{}">{}</a></span>'
        '<span class="sub not-phone">{}{}</span>',
        _tile(workload.provider),
        line.url,
        workload.name,
        workload.name,
        workload.project.name,
        sandbox,
    )


def provider(line: Line) -> SafeString:
    return _provider(line.workload.provider)


def machine(line: Line) -> SafeString:
    """Hardware; on cards with the project behind."""
    return format_html(
        '<span class="nowrap">{}</span><span class="only-small"> · {}</span>',
        hardware(line.workload),
        line.workload.project.name,
    )


def phases(line: Line) -> SafeString:
    """The mini timeline; what has ended is drawn once a process."""
    workload = line.workload
    if workload.state == State.DRAFT:
        return SafeString('<span class="muted small">not sent yet</span>')
    if not workload.phases:
        return SafeString('<span class="muted small">sending…</span>')
    if workload.is_final:
        return _ended_bar(json.dumps(workload.phases))
    return _bar(timeline.mini(workload, line.now))


def duration(line: Line) -> SafeString | str:
    return shown.elapsed(line.workload.created_at, line.workload.ended_at)


def cost(line: Line) -> SafeString:
    """What it has cost so far; an en dash where nobody knows the price."""
    workload = line.workload
    amount = cost_so_far(workload, line.now)
    if amount is None:
        text: str = SafeString('<span class="muted" title="The price is not known">–</span>')
    else:
        text = shown.cost_so_far(amount, workload.hourly_now, workload.currency, step(workload, line.now))
    note = SafeString('<small class="sub">may be costing</small>') if workload.state == State.LOST else ""
    return format_html("{}{}{}", "≈ " if note and amount is not None else "", text, note)


def owner(line: Line) -> SafeString:
    person = line.workload.owner
    return NOTHING if person is None else _person(person.display_name, line.workload.api_token_id is not None)


def created(line: Line) -> SafeString | str:
    return shown.moment(line.workload.created_at)


def labels(line: Line) -> SafeString:
    return format_html_join(" ", '<span class="badge">{}</span>', ((one,) for one in line.workload.labels)) or NOTHING


def region(line: Line) -> SafeString:
    return format_html("{}", line.workload.region or formats.MISSING)


def our_id(line: Line) -> SafeString:
    return ui.copy_id(line.workload.public_id)


def remote_id(line: Line) -> SafeString:
    found = line.workload.remote_id
    return ui.copy_id(found, "provider id") if found else NOTHING


@lru_cache(maxsize=32)
def _pill(word: str) -> SafeString:
    return ui.state_pill(State(word))


@lru_cache(maxsize=32)
def _tile(slug: str) -> SafeString:
    return ui.provider_tile(slug)


@lru_cache(maxsize=32)
def _provider(slug: str) -> SafeString:
    found = registry.get(slug)
    return format_html(
        '<span class="row">{}{} <small class="muted">{}</small></span>', _tile(slug), found.name, found.product
    )


@lru_cache(maxsize=512)
def _person(person: str, is_token: bool) -> SafeString:
    mark = ui.person_mark(person, "token" if is_token else "")
    how = ", by API token" if is_token else ""
    return format_html('{}<span class="visually-hidden">{}{}</span>', mark, person, how)


@lru_cache(maxsize=4096)
def _ended_bar(phases: str) -> SafeString:
    return _bar(timeline.geometry(json.loads(phases), now=datetime.now(UTC), size="mini"))


_TRACK = SafeString('<rect class="track" width="100%" height="6" rx="1.5"/>')
_FAILED = '<rect class="span state-failed" x="{}%" width="5" height="6" rx="1.5" transform="translate(-5)"/>'


def _bar(drawn: timeline.Timeline) -> SafeString:
    row = drawn.rows[0] if drawn.rows else None
    if row is None or not row.bars:
        return SafeString('<span class="muted small">sending…</span>')
    spans = format_html_join(
        "",
        '<rect class="span state-{}" x="{}%" width="{}%" height="6" rx="1.5"/>',
        ((bar.phase, bar.x, bar.width) for bar in row.bars),
    )
    dot = ""
    if row.end and row.end.state == State.FAILED:
        dot = format_html(_FAILED, row.end.x)
    if row.live:
        dot = format_html('<circle class="live-dot state-{}" cx="{}%" cy="3" r="4"/>', row.live.phase, row.live.x)
    return format_html(
        '<svg class="timeline timeline-mini" height="6" role="img" aria-label="{}">{}{}{}</svg>',
        drawn.sentence,
        _TRACK,
        spans,
        dot,
    )
