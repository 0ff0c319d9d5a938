"""The detail page that jobs and instances share: header, tabs, and what each polled part of them shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from django.http import HttpRequest
from django.utils import timezone

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats, polling
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Feature, Provider
from gpuconsole.providers.remote import PartState
from gpuconsole.workloads import (
    access,
    acts,
    auto_stop,
    bill,
    checkpoints,
    failure_card,
    figures,
    log_view,
    metric_charts,
    notes,
    queries,
    spec_view,
    timeline,
    usage,
)
from gpuconsole.workloads.lists import Link, Words, late_words
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.services import EXTENDABLE
from gpuconsole.workloads.states import Kind, State

EVENTS_SHOWN = 12
CHECKPOINTS_SHOWN = 20
HEAD_EVERY_S = 2
"""With a look at the provider every two seconds, a change is on the open page within five (`bench latency`)."""


@dataclass(frozen=True, slots=True)
class Poll:
    """What a region needs to be asked again: its address, stamp, and whether it can still change."""

    url: str
    stamp: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A way in as the page shows it; without a value it is hidden until somebody asks. ``key`` is its element's id."""

    label: str
    value: str | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: its word in the URL, label, template, what it shows, and the feature without which it is left out."""

    slug: str
    label: str
    template: str
    context: Callable[[Page], dict[str, Any]]
    feature: Feature | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One look at one workload by one person."""

    request: HttpRequest
    viewer: Viewer
    workload: Workload
    words: Words
    now: datetime
    tab: str = ""

    @property
    def provider(self) -> Provider:
        return registry.get(self.workload.provider)

    @property
    def url(self) -> str:
        return f"{self.words.url}{self.workload.public_id}/"

    @property
    def is_settled(self) -> bool:
        """Nothing of it changes any more, its output and its record at the provider included."""
        return self.workload.is_final and self.workload.is_output_complete and not self.workload.intent

    def poll(self) -> Poll:
        stamp = polling.stamp(
            self.request,
            f"workload:{self.workload.pk}",
            f"connection:{self.workload.connection_id}",
            fresh_s=None if self.is_settled else 30,
            watches=None if self.is_settled else (self.workload.connection_id, self.workload.pk),
        )
        return Poll(self.request.path, stamp, not self.is_settled)


def look(request: HttpRequest, viewer: Viewer, workload: Workload, words: Words, tab: str = "") -> Page:
    return Page(request, viewer, workload, words, timezone.now(), tab)


def context(page: Page) -> dict[str, Any] | None:
    """Everything that a whole page shows; None for a tab that this provider does not have."""
    tab = next((tab for tab in tabs_of(page) if tab.slug == page.tab), None)
    if tab is None:
        return None
    return {
        **head(page),
        "tab_template": tab.template,
        "tabs": [
            Link(other.label, f"{page.url}{other.slug}/" if other.slug else page.url, other.slug == page.tab)
            for other in tabs_of(page)
        ],
        **tab.context(page),
    }


def region(page: Page, target: str) -> tuple[str, dict[str, Any]] | None:
    """Template and context of one polled part, by the id of its element; None for an id that is none."""
    found = _REGIONS.get(target)
    return None if found is None else (found[0], found[1](page))


def head(page: Page) -> dict[str, Any]:
    workload = page.workload
    buttons = acts.of(page.viewer, workload, page.url)
    return {
        "workload": workload,
        "words": page.words,
        "provider": page.provider,
        "product": page.provider.product,
        "attempt_text": f"attempt {workload.attempt}",
        "parts_badge": _parts_badge(workload),
        "late_badge": late_words(workload, page.now),
        "age": None if workload.is_final else workload.seen_at,
        "look_url": "" if workload.is_final or not workload.remote_id else f"{page.url}look/",
        "is_look_new": workload.connection.has_fresh_answer(page.now),
        "acts": buttons,
        "more_acts": [act for act in buttons if act.is_more],
        "removed_text": f"removed at {page.provider.name}" if workload.removed_at else "",
        "notes": notes.of(workload, page.provider, page.now, has_card=not page.tab),
        "kin": failure_card.kin(workload),
        "figures": figures.of(workload, page.now, _extend_url(page)),
        "poll": page.poll(),
        "head_every": HEAD_EVERY_S,
    }


def failure_context(page: Page) -> dict[str, Any]:
    """The card that says why it ended; an empty place while there is nothing to say."""
    card = failure_card.of(page.viewer, page.workload, page.url, page.now)
    return {**card, "workload": page.workload, "poll": page.poll()}


def timeline_context(page: Page) -> dict[str, Any]:
    scale = page.request.GET.get("scale", "") or page.request.COOKIES.get("timeline", "time")
    scale = "even" if scale == "even" else "time"
    drawn = timeline.full(page.workload, page.now, scale=scale)
    return {
        "timeline": drawn,
        "phases": timeline.phase_table(page.workload, page.now, queries.usual_phases(page.workload)),
        "legend": timeline.LEGEND,
        "scales": [
            Link("To scale", f"{page.url}?scale=time", scale == "time"),
            Link("Even steps", f"{page.url}?scale=even", scale == "even"),
        ],
        "poll": page.poll(),
    }


def events_context(page: Page, limit: int | None = EVENTS_SHOWN) -> dict[str, Any]:
    events = page.workload.events.select_related("by").order_by("-id")
    found = list(events[: limit + 1] if limit else events[:500])
    shown = found[:limit] if limit else found
    return {
        "events": [_event(event) for event in shown],
        "more_events_url": f"{page.url}events/" if limit and len(found) > limit else "",
        "poll": page.poll(),
    }


def auto_stop_context(page: Page) -> dict[str, Any]:
    may_act = access.may_act(page.viewer, page.workload)
    return {"auto_stop": auto_stop.of(page.workload, page.url, page.now, may_act=may_act), "poll": page.poll()}


def parts_context(page: Page) -> dict[str, Any]:
    return {
        "parts": [{**part, "shown": State(_PART_STATES[part["state"]])} for part in page.workload.parts],
        "parts_word": figures.PART_WORDS[Kind(page.workload.kind)],
        "tells_nodes": page.provider.tells_nodes,
        "ways": _ways(page.workload),
        "ports": _ports(page.workload),
        "ways_url": f"{page.url}ways/",
        "provider": page.provider,
        "may_show": access.may_act(page.viewer, page.workload),
        "workload": page.workload,
        "poll": page.poll(),
    }


def log_context(page: Page) -> dict[str, Any]:
    return log_view.context(page.request, page.workload, page.url)


def metrics_context(page: Page) -> dict[str, Any]:
    if Feature.METRICS not in page.provider.features:
        return {"no_metrics": page.provider.absent.get(Feature.METRICS, f"{page.provider.name} offers no metrics.")}
    return {"charts": metric_charts.of(page.workload, page.now), "poll": page.poll(), "workload": page.workload}


def checkpoints_context(page: Page) -> dict[str, Any]:
    if Feature.CHECKPOINTS not in page.provider.features:
        return {"has_checkpoints": False, "no_checkpoints": page.provider.absent.get(Feature.CHECKPOINTS, "")}
    found = list(checkpoints.newest_first(page.workload))
    return {
        "has_checkpoints": True,
        "checkpoints": found[:CHECKPOINTS_SHOWN],
        "checkpoint_count": len(found),
        "provider": page.provider,
        "workload": page.workload,
        "poll": page.poll(),
    }


def _summary(page: Page) -> dict[str, Any]:
    return {
        **failure_context(page),
        **timeline_context(page),
        **events_context(page),
        **auto_stop_context(page),
        **parts_context(page),
        **log_context(page),
        **checkpoints_context(page),
        **metrics_context(page),
    }


def _spec(page: Page) -> dict[str, Any]:
    return spec_view.context(page.workload, page.url)


def _cost(page: Page) -> dict[str, Any]:
    return {
        "bill": bill.of(page.workload, page.now),
        "workload": page.workload,
        "step": usage.step(page.workload, page.now),
    }


def _activity(page: Page) -> dict[str, Any]:
    return {"records": queries.activity(page.workload)}


_TABS = (
    Tab("", "Summary", "workloads/_tab_summary.html", _summary),
    Tab("logs", "Logs", "workloads/_tab_logs.html", log_context, Feature.LOGS),
    Tab("events", "Events", "workloads/_tab_events.html", lambda page: events_context(page, None)),
    Tab("metrics", "Metrics", "workloads/_tab_metrics.html", metrics_context, Feature.METRICS),
    Tab("spec", "Spec", "workloads/_tab_spec.html", _spec),
    Tab("cost", "Cost", "workloads/_tab_cost.html", _cost),
    Tab("activity", "Activity", "workloads/_tab_activity.html", _activity),
)

_REGIONS: dict[str, tuple[str, Callable[[Page], dict[str, Any]]]] = {
    "head": ("workloads/_head.html", head),
    "failure": ("workloads/_failure.html", failure_context),
    "timeline": ("workloads/_timeline.html", timeline_context),
    "events": ("workloads/_events.html", events_context),
    "auto-stop": ("workloads/_auto_stop.html", auto_stop_context),
    "parts": ("workloads/_parts.html", parts_context),
    "checkpoints": ("workloads/_checkpoints.html", checkpoints_context),
    "metrics": ("workloads/_metrics.html", metrics_context),
}

_PART_STATES = {
    PartState.STARTING.value: State.STARTING,
    PartState.RUNNING.value: State.RUNNING,
    PartState.STOPPED.value: State.STOPPED,
}


def tabs_of(page: Page) -> Sequence[Tab]:
    """Tabs that make sense for this provider."""
    return [tab for tab in _TABS if tab.feature is None or tab.feature in page.provider.features]


def _ways(workload: Workload) -> Sequence[Way]:
    """A hidden one that is shown stays so while its page is polled, until another value is sealed."""
    if workload.state != State.RUNNING:
        return []
    sealed, in_table = (
        crc32(workload.hidden_ways),
        {port["way"] for port in workload.ports if port["way"] != port["use"]},
    )
    shown = [(label, value) for label, value in workload.connect.items() if label not in in_table]
    found = enumerate(shown, start=1)
    return [Way(label, value, "" if value else f"way-{number}-{sealed:08x}") for number, (label, value) in found]


def _extend_url(page: Page) -> str:
    may = page.workload.state in EXTENDABLE and access.may_act(page.viewer, page.workload)
    return f"{page.url}extend/" if may else ""


def _ports(workload: Workload) -> Sequence[dict[str, Any]]:
    """The published ports with their addresses, which stand in a table of their own."""
    if workload.state != State.RUNNING:
        return []
    return [{**port, "address": workload.connect.get(port["way"])} for port in workload.ports]


def _parts_badge(workload: Workload) -> dict[str, str] | None:
    parts = workload.parts
    if not parts or workload.state not in (State.STARTING, State.RUNNING):
        return None
    up = sum(part["state"] == PartState.RUNNING for part in parts)
    if len(parts) == 1 and up == 1:
        return None
    text = f"{up} of {formats.plural(len(parts), figures.PART_WORDS[Kind(workload.kind)].lower())} up"
    return {"text": text, "kind": "ok" if up == len(parts) else "warning"}


def _event(event: Any) -> dict[str, Any]:
    return {
        "at": event.at,
        "state": event.state,
        "title": f"{event.text} by {event.by.display_name}" if event.by else event.text,
        "detail": event.detail,
        "status": event.remote_status,
    }
