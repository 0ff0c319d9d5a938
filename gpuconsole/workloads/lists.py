"""The list page that jobs and instances share: views, filters, rows and the band above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats, polling
from gpuconsole.core.errors import Refused
from gpuconsole.core.paging import Page, page
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.workloads import access, causes, queries, stale, timeline
from gpuconsole.workloads.models import LaunchRequest, Workload
from gpuconsole.workloads.states import FINAL, Kind, State, Verb
from gpuconsole.workloads.usage import cost_so_far, step

SIZES = (25, 50, 100)
_PAGING = ("after", "before")


@dataclass(frozen=True, slots=True)
class Words:
    """How one kind of workload is called on its pages."""

    kind: Kind
    noun: str
    nouns: str
    url: str
    """Address of the list, with a slash at the end."""


@dataclass(frozen=True, slots=True)
class Row:
    """One workload as a line of the table."""

    workload: Workload
    provider_name: str
    product: str
    hardware: str
    cost: Decimal | None
    step: tuple[int, Decimal] | None
    bar: timeline.Timeline
    verbs: Sequence[Verb]
    url: str
    cause: str
    """Why it ended badly, in few words; empty where it did not."""
    trouble: str = ""
    """What is not as it should be, beside its state."""
    cost_note: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A tab or a choice of a filter: a word, where it leads, whether it is chosen."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A chip: its name, the chosen value in words (empty: none), the link that clears it, and what can be chosen."""

    name: str
    value: str
    clear_url: str
    choices: Sequence[Link]


_VIEWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("All", ()),
    "active": ("Active", tuple(sorted(set(State.values) - {state.value for state in FINAL}))),
    "mine": ("Mine", ()),
    "failed": ("Failed this week", (State.FAILED.value,)),
}


def context(request: HttpRequest, viewer: Viewer, project: Project | None, words: Words) -> dict[str, Any]:
    """Everything that the list page and its polled table show."""
    now = timezone.now()
    query = _Query(request, words)
    scope = access.visible_workloads(viewer).filter(kind=words.kind)
    if project is not None:
        scope = scope.filter(project=project)
    rows = queries.listing(scope, query.filters(viewer, now))
    found = _page(rows, request, query.size)
    shown = [row(workload, viewer, words, now) for workload in found.items]
    return {
        "words": words,
        "rows": shown,
        "now": now,
        "views": query.views(queries.view_counts(scope, viewer.user, now - timedelta(days=7))),
        "chips": query.chips(scope),
        "q": query.text,
        "is_filtered": query.is_filtered,
        "clear_url": words.url,
        "newer_url": query.url(before=found.newer) if found.newer else "",
        "older_url": query.url(after=found.older) if found.older else "",
        "sums": queries.sums(line.workload for line in shown),
        "total": queries.capped_count(rows),
        "unfiltered": queries.capped_count(scope) if not shown and query.is_filtered else None,
        "poll_url": request.get_full_path(),
        "stamp": polling.stamp(request, *_topics(viewer, project), fresh_s=60),
        "is_live": any(not line.workload.is_final for line in shown),
    }


def row(workload: Workload, viewer: Viewer, words: Words, now: datetime) -> Row:
    """One line, made from the row alone."""
    provider = registry.get(workload.provider)
    return Row(
        workload=workload,
        provider_name=provider.name,
        product=provider.product,
        hardware=hardware(workload),
        cost=cost_so_far(workload, now),
        step=step(workload, now),
        bar=timeline.mini(workload, now),
        verbs=[verb for verb in Verb if access.may(viewer, workload, verb)],
        url=f"{words.url}{workload.public_id}/",
        trouble=late_words(workload, now),
        cost_note="may be costing" if workload.state == State.LOST else "",
        cause=causes.word(workload),
    )


def late_words(workload: Workload, now: datetime) -> str:
    """For how long an act of ours is not confirmed, from five minutes on, else how old its state is where its provider
    is not heard of; empty: all is in time."""
    if not workload.late_min(now) or workload.intent_at is None:
        return stale.words(workload, now)
    return f"not confirmed {formats.age(now - workload.intent_at)}"


def hardware(workload: Workload | LaunchRequest) -> str:
    """``2 × H100``, or the provider's own id where the GPU is not known, or CPU only."""
    if workload.gpu_count and workload.gpu_model:
        return f"{workload.gpu_count} × {workload.gpu_model}"
    return workload.hardware_id or ("CPU only" if workload.gpu_count == 0 else "–")


class _Query:
    """What the query string asks for, and links that change one part of it."""

    def __init__(self, request: HttpRequest, words: Words) -> None:
        self._params = {
            name: str(value) for name, value in request.GET.items() if value and name not in ("v", "project")
        }
        self._words = words
        self.text = self._params.get("q", "").replace("\0", "")[:200]
        self.view = self._params.get("view", "") if self._params.get("view", "") in _VIEWS else ""
        size = self._params.get("size", "50")
        self.size = int(size) if size.isdigit() and int(size) in SIZES else 50

    @property
    def is_filtered(self) -> bool:
        return any(name in self._params for name in ("q", "view", "state", "cause", "provider", "owner"))

    def filters(self, viewer: Viewer, now: datetime) -> queries.Filters:
        state, owner = self._params.get("state", ""), self._params.get("owner", "")
        states = (state,) if state in State.values else _VIEWS[self.view][1]
        provider = self._params.get("provider", "")
        return queries.Filters(
            providers=(provider,) if provider in registry.SLUGS else (),
            states=states,
            cause=self._params.get("cause", "") if self._params.get("cause", "") in causes.FILTERS else "",
            owner=viewer.user.email if owner == "me" or self.view == "mine" else "",
            text=self.text,
            created_from=now - timedelta(days=7) if self.view == "failed" else None,
        )

    def url(self, **changes: str | None) -> str:
        params = {name: value for name, value in self._params.items() if name not in _PAGING}
        params.update({name: value for name, value in changes.items() if value})
        for name, value in changes.items():
            if not value:
                params.pop(name, None)
        return f"{self._words.url}?{urlencode(params)}" if params else self._words.url

    def views(self, counts: dict[str, int]) -> list[Link]:
        return [
            Link(label, self.url(view=slug or None, state=None), slug == self.view, counts.get(slug))
            for slug, (label, _) in _VIEWS.items()
        ]

    def chips(self, scope: Any) -> list[Filter]:
        states = [(state.value, state.label) for state in State if state != State.DRAFT]
        providers = [(provider.slug, provider.name) for provider in registry.every()]
        return [
            self._chip("State", "state", states),
            self._chip("Cause", "cause", list(causes.FILTERS.items())),
            self._chip("Provider", "provider", providers),
            self._chip("Owner", "owner", [("me", "me")]),
        ]

    def _chip(self, label: str, name: str, choices: list[tuple[str, str]]) -> Filter:
        chosen = self._params.get(name, "")
        return Filter(
            name=label,
            value=dict(choices).get(chosen, ""),
            clear_url=self.url(**{name: None}),
            choices=[Link(word, self.url(**{name: value}), value == chosen) for value, word in choices],
        )


def _page(rows: Any, request: HttpRequest, size: int) -> Page[Workload]:
    try:
        return page(rows, after=request.GET.get("after"), before=request.GET.get("before"), limit=size)
    except Refused:  # a cursor from elsewhere: the first page is the useful answer
        return page(rows, limit=size)


def _topics(viewer: Viewer, project: Project | None) -> tuple[str, ...]:
    return (f"project:{project.pk}",) if project else (f"team:{viewer.team.pk}",) if viewer.team else ()
