"""What stands in the cells of a list: a function a column, each making escaped HTML from one row alone.

A page of a hundred rows has a thousand cells. They are written here, with values escaped by hand, and not by templates
or ``format_html``, which cost ten and three times as much. Every value that is not a number or a constant goes through
``escape``; what is returned is HTML.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from html import escape

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gpuconsole.core import formats
from gpuconsole.core.templatetags import ui
from gpuconsole.providers import registry
from gpuconsole.workloads import causes, timeline
from gpuconsole.workloads.lists import attempt_words, hardware, late_words
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from gpuconsole.workloads.usage import cost_so_far, step

NOTHING = formats.MISSING


class Said:
    """The words of a page's rows, escaped, that depend on no row: to find them for each would take longer than it."""

    def __init__(self) -> None:
        self.select = escape(_("Select {name}"))
        self.acts_for = escape(_("Actions for {name}"))
        self.acts = escape(_("Actions"))
        self.sandbox = escape(_("sandbox"))
        self.by_token = escape(_("{person}, by API token"))

        self.not_sent = f'<span class="muted small">{escape(_("not sent yet"))}</span>'
        self.sending = f'<span class="muted small">{escape(_("sending…"))}</span>'
        self.may_cost = f'<small class="sub">{escape(_("may be costing"))}</small>'
        self.no_price = f'<span class="muted" title="{escape(_("The price is not known"))}">–</span>'
        self.language = get_language() or ""
        self._pills: dict[str, str] = {}
        self._providers: dict[str, str] = {}

    def provider(self, slug: str) -> str:
        """With its product."""
        if slug not in self._providers:
            found = registry.get(slug)
            product = f'<small class="muted">{escape(_(found.product))}</small>'
            self._providers[slug] = f'<span class="row">{_tile(slug)}{escape(found.name)} {product}</span>'
        return self._providers[slug]

    def pill(self, word: str) -> str:
        """That of a state."""
        if word not in self._pills:
            self._pills[word] = ui.state_pill(State(word))
        return self._pills[word]


@dataclass(frozen=True, slots=True)
class Line:
    """One workload as a line of the table; ``now`` is in the reader's zone."""

    workload: Workload
    url: str
    now: datetime
    zone: tzinfo
    project: str
    owner: str
    """Name of the person; empty: nobody."""
    said: Said


def state(line: Line) -> str:
    """Pill, what is not as it should be, and why it ended badly."""
    workload = line.workload
    more = "" if workload.is_status_known else f" {ui.badge(_('new status'), 'warning')}"
    if trouble := late_words(workload, line.now):
        more += f" {ui.badge(trouble, 'warning')}"
    if cause := causes.word(workload):
        more += f' <span class="sub">{escape(cause)}</span>'
    return f'<span data-announce="{escape(workload.name)}">{line.said.pill(workload.state)}</span>{more}'


def name(line: Line) -> str:
    """Its name, which is the link, above its project."""
    workload = line.workload
    text = escape(workload.name)
    more = f" · {line.said.sandbox}" if workload.is_sandbox else ""
    if workload.attempt > 1:
        more += f" · {escape(attempt_words(workload))}"
    return (
        f'<span class="row"><span class="only-small">{_tile(workload.provider)}</span>'
        f'<a class="name" href="{line.url}" title="{text}">{text}</a></span>'
        f'<span class="sub not-phone">{escape(line.project)}{more}</span>'
    )


def provider(line: Line) -> str:
    return line.said.provider(line.workload.provider)


def machine(line: Line) -> str:
    """Hardware; on cards with the project behind."""
    return (
        f'<span class="nowrap">{escape(hardware(line.workload))}</span>'
        f'<span class="only-small"> · {escape(line.project)}</span>'
    )


def phases(line: Line) -> str:
    """The mini timeline; what has ended is drawn once a process."""
    workload = line.workload
    if workload.state == State.DRAFT:
        return line.said.not_sent
    if not workload.phases:
        return line.said.sending
    if workload.is_final:
        return _ended_bar(json.dumps(workload.phases), line.said.language) or line.said.sending
    return _bar(timeline.mini(workload, line.now)) or line.said.sending


def duration(line: Line) -> str:
    """From the launch to the end; it counts on while there is none."""
    start, end = line.workload.created_at, line.workload.ended_at
    if end is not None:
        return _time(start, line, formats.duration(end - start))
    gone = line.now - start
    return _time(start, line, formats.duration(gone), f' data-clock="short" data-seconds="{gone.total_seconds():.0f}"')


def cost(line: Line) -> str:
    """What it has cost so far, counting on while it is billed; an en dash where nobody knows the price."""
    workload = line.workload
    amount = cost_so_far(workload, line.now)
    note = line.said.may_cost if workload.state == State.LOST else ""
    if amount is None:
        return f"{line.said.no_price}{note}"
    text = escape(formats.money(amount, workload.currency))
    rate = workload.hourly_now
    if rate:
        steps = step(workload, line.now)
        told = f' data-step="{steps[0]}" data-gone="{steps[1]}"' if steps else ""
        symbol = escape(formats.SYMBOLS.get(workload.currency, f"{workload.currency}{formats.THIN}"))
        text = f'<span data-clock-cost="{amount}" data-rate="{rate}" data-symbol="{symbol}"{told}>{text}</span>'
    return f"{'≈ ' if note else ''}{text}{note}"


def owner(line: Line) -> str:
    if not line.owner:
        return NOTHING
    mark, person = _mark(line.owner, line.workload.api_token_id is not None), escape(line.owner)
    if line.workload.api_token_id is not None:
        person = line.said.by_token.format(person=person)
    return f'{mark}<span class="visually-hidden">{person}</span>'


def created(line: Line) -> str:
    at = line.workload.created_at
    return _time(at, line, formats.moment(at.astimezone(line.zone), now=line.now))


def labels(line: Line) -> str:
    return " ".join(f'<span class="badge">{escape(label)}</span>' for label in line.workload.labels) or NOTHING


def region(line: Line) -> str:
    return escape(line.workload.region) or NOTHING


def our_id(line: Line) -> str:
    return ui.copy_id(line.workload.public_id)


def remote_id(line: Line) -> str:
    found = line.workload.remote_id
    return ui.copy_id(found, _("provider id")) if found else NOTHING


def _time(at: datetime, line: Line, text: str, clock: str = "") -> str:
    local = at.astimezone(line.zone)
    whole, full = at.isoformat(timespec="seconds"), formats.full_time(local)
    return f'<time datetime="{whole}" title="{full}"{clock}>{text}</time>'


@lru_cache(maxsize=32)
def _tile(slug: str) -> str:
    return ui.provider_tile(slug)


@lru_cache(maxsize=512)
def _mark(person: str, is_token: bool) -> str:
    return ui.person_mark(person, "token" if is_token else "")


@lru_cache(maxsize=4096)
def _ended_bar(attempts: str, language: str) -> str:
    """Drawn once a process and a language, in which its sentence is."""
    return _bar(timeline.geometry(json.loads(attempts), now=datetime.now(UTC), size="mini"))


_TRACK = '<rect class="track" width="100%" height="6" rx="1.5"/>'


def _bar(drawn: timeline.Timeline) -> str:
    """Empty where there is nothing to draw yet."""
    row = drawn.rows[0] if drawn.rows else None
    if row is None or not row.bars:
        return ""
    spans = "".join(
        f'<rect class="span state-{escape(bar.phase)}" x="{bar.x}%" width="{bar.width}%" height="6" rx="1.5"/>'
        for bar in row.bars
    )
    dot = ""
    if row.end and row.end.state == State.FAILED:
        at = f'x="{row.end.x}%" width="5" height="6" rx="1.5"'
        dot = f'<rect class="span state-failed" {at} transform="translate(-5)"/>'
    if row.live:
        dot = f'<circle class="live-dot state-{escape(row.live.phase)}" cx="{row.live.x}%" cy="3" r="4"/>'
    return (
        f'<svg class="timeline timeline-mini" height="6" role="img" aria-label="{escape(drawn.sentence)}">'
        f"{_TRACK}{spans}{dot}</svg>"
    )
