"""What the pages of findings show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.access import Viewer
from gpuconsole.connections.access import visible_connections
from gpuconsole.core import formats, polling
from gpuconsole.core.chips import Chip, chip
from gpuconsole.core.errors import Refused
from gpuconsole.core.paging import Page, page
from gpuconsole.inventory import acts, queries
from gpuconsole.inventory.models import Finding, FindingKind, FindingState, HowClosed
from gpuconsole.inventory.queries import FindingView, Total
from gpuconsole.inventory.services.adoption import waits_for_decision
from gpuconsole.providers import registry
from gpuconsole.workloads import usage
from gpuconsole.workloads.lists import Link

VIEWS = (
    (FindingView.OPEN, gettext_noop("Needs somebody")),
    (FindingView.OTHERS, gettext_noop("Other consoles")),
    (FindingView.IGNORED, gettext_noop("Ignored")),
    (FindingView.CLOSED, gettext_noop("Settled")),
)
FRESH_S = 30
_STATES = {
    FindingState.OPEN: ("", ""),
    FindingState.IGNORED: (gettext_noop("ignored"), ""),
    FindingState.ENDING: (gettext_noop("being ended"), "warning"),
    FindingState.CLOSED: (gettext_noop("settled"), "ok"),
}


def listing(request: HttpRequest, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """The findings of one view, most costly first, with what they cost together at the head."""
    query = _Query(request)
    found = queries.listing(viewer, query.view, now)
    connections = list(
        visible_connections(viewer).order_by("provider", "name").only("pk", "public_id", "name", "provider")
    )
    by_id = {one.public_id: one for one in connections}
    if query.kind:
        found = found.filter(kind=query.kind)
    if query.connection in by_id:
        found = found.filter(connection=by_id[query.connection])
    shown = _page(found, request, queries.order(query.view))
    counts = queries.counts(viewer, now)
    return {
        "rows": [row(viewer, one, now) for one in shown.items],
        "view": query.view,
        "tabs": [
            Link(
                _(label),
                query.url(view=None if view is FindingView.OPEN else view),
                view is query.view,
                counts.get(view),
            )
            for view, label in VIEWS
        ],
        "chips": [
            query.chip(_("Kind"), "kind", [(kind.value, str(kind.label)) for kind in FindingKind]),
            query.chip(_("Connection"), "connection", [(one.public_id, one.name) for one in connections]),
        ],
        "is_filtered": query.is_filtered,
        "clear_url": query.url(kind=None, connection=None),
        "figures": figures(queries.sums(queries.alarming(viewer, now))),
        "newer_url": query.url(before=shown.newer) if shown.newer else "",
        "older_url": query.url(after=shown.older) if shown.older else "",
        "readings": _readings([one.pk for one in connections], now),
        "may_check": viewer.may_administer and bool(connections),
        "poll_url": request.get_full_path(),
        "stamp": polling.stamp(request, *_topics(viewer), fresh_s=FRESH_S),
    }


def row(viewer: Viewer, finding: Finding, now: datetime) -> dict[str, Any]:
    """A finding as lists show it."""
    state = finding.state_at(now)
    word, look = _STATES.get(state, ("", ""))
    return {
        "finding": finding,
        "url": reverse("finding", args=(finding.public_id,)),
        "provider": registry.get(finding.provider),
        "hardware": hardware(finding),
        "rate": rate(finding),
        "cost": cost_since(finding, now),
        "state_word": HowClosed(finding.how_closed).label if finding.is_closed and finding.how_closed else _said(word),
        "state_look": look,
        "is_ignored": state == FindingState.IGNORED,
        "acts": acts.of(viewer, finding, now),
        "waits_for_decision": waits_for_decision(finding),
    }


def detail(request: HttpRequest, viewer: Viewer, finding: Finding, now: datetime) -> dict[str, Any]:
    """One finding with the provider's own words, its story, and what may be done."""
    reading = queries.by_connection([finding.connection_id], now)[finding.connection_id].reading
    seen_at = finding.last_seen_at
    if reading is not None and not finding.is_closed and not finding.missing_count:
        seen_at = max(seen_at, reading.read_at)
    return {
        **row(viewer, finding, now),
        "seen_at": seen_at,
        "events": [
            {
                "at": datetime.fromisoformat(line["at"]),
                "state": "queued",
                "title": _("{text} by {person}").format(text=line["text"], person=line["by"])
                if line["by"]
                else line["text"],
                "detail": line["detail"],
            }
            for line in reversed(finding.story)
        ],
        "list_url": reverse("reconcile"),
        "stamp": polling.stamp(request, *_topics(viewer), fresh_s=FRESH_S),
    }


def _said(word: str) -> str:
    """A word of a table as the reader's language has it; an empty one is no text."""
    return _(word) if word else ""


def hardware(finding: Finding) -> str:
    """``2 × H100``, or the provider's own id where the GPU is not known."""
    if finding.gpu_count and finding.gpu_model:
        return formats.gpus(finding.gpu_count, finding.gpu_model)
    return finding.hardware_id or formats.MISSING


def rate(finding: Finding) -> str:
    """Per hour just now; "≈" where it is the catalogue's price for its hardware."""
    text = formats.hourly(finding.hourly_now, finding.currency or "USD", tight=True)
    return f"≈ {text}" if finding.is_estimated and finding.hourly_now else text


def cost_since(finding: Finding, now: datetime) -> str:
    """What it may have cost since it began to run, at today's price; unknown is said to be so."""
    if finding.kind != FindingKind.STRAY:
        return formats.MISSING
    until = finding.closed_at or now
    amount = usage.price_of(
        usage.seconds(max(until, finding.since) - finding.since), finding.hourly_now, finding.rounding
    )
    return formats.estimated(amount, finding.currency or "USD")


def figures(sums: Mapping[str, Total]) -> list[dict[str, str]]:
    """The strip at the head: what is unexplained, what is lost, what differs; each by itself, never added up."""
    notes = {
        FindingKind.STRAY: _("per hour that no record here explains"),
        FindingKind.GHOST: _("per hour still counted for lost work"),
        FindingKind.DRIFT: _("per hour of work that differs"),
    }
    return [_figure(kind, sums.get(kind, Total(0, 0, {})), note) for kind, note in notes.items()]


_COUNTED: dict[FindingKind, Callable[[int], str]] = {
    FindingKind.STRAY: lambda count: formats.plural(count, "stray", "strays"),
    FindingKind.GHOST: lambda count: formats.plural(count, "ghost", "ghosts"),
    FindingKind.DRIFT: lambda count: formats.plural(count, "drift", "drifts"),
}


def _figure(kind: FindingKind, found: Total, note: str) -> dict[str, str]:
    amounts = [formats.money(amount, currency or "USD") for currency, amount in found.hourly.items() if amount]
    value = " + ".join(amounts) or formats.money(Decimal(0))
    if not amounts and found.unpriced:
        value = formats.not_priced()
    elif found.unpriced:
        note = _("{figure}; {count} not priced").format(figure=note, count=found.unpriced)
    return {
        "label": _COUNTED[kind](found.count),
        "value": value,
        "note": note,
    }


def _readings(connections: Sequence[int], now: datetime) -> dict[str, Any]:
    """When the oldest of the newest inventories was taken, and how many there are none of yet."""
    found = [one.reading for one in queries.by_connection(connections, now).values()]
    known = [one.read_at for one in found if one is not None]
    return {"oldest_at": min(known, default=None), "none": len(found) - len(known), "count": len(found)}


def _topics(viewer: Viewer) -> tuple[str, ...]:
    return (f"team:{viewer.team.pk}",) if viewer.team else ()


def _page(found: Any, request: HttpRequest, order: Sequence[str]) -> Page[Finding]:
    try:
        return page(found, order=order, after=request.GET.get("after"), before=request.GET.get("before"))
    except Refused:  # a cursor from elsewhere, or of another view: the first page is the useful answer
        return page(found, order=order)


class _Query:
    """What the query string asks for, and links that change one part of it."""

    def __init__(self, request: HttpRequest) -> None:
        names = ("view", "kind", "connection")
        self._params = {name: str(request.GET[name]) for name in names if request.GET.get(name)}
        wanted = self._params.get("view", "")
        self.view = FindingView(wanted) if wanted in set(FindingView) else FindingView.OPEN
        self.kind = self._params.get("kind", "") if self._params.get("kind", "") in FindingKind.values else ""
        self.connection = self._params.get("connection", "")

    @property
    def is_filtered(self) -> bool:
        return bool(self.kind or self.connection)

    def url(self, **changes: str | None) -> str:
        params = self._params | {name: value for name, value in changes.items() if value}
        for name, value in changes.items():
            if not value:
                params.pop(name, None)
        base = reverse("reconcile")
        return f"{base}?{urlencode(params)}" if params else base

    def chip(self, label: str, name: str, choices: list[tuple[str, str]]) -> Chip:
        return chip(label, self._params.get(name, ""), choices, lambda value: self.url(**{name: value}))
