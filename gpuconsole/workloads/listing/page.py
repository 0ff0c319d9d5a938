"""What the list page and its polled table show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from html import escape
from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats, icons, polling
from gpuconsole.core.htmx import wants_fragment
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.workloads import access, queries
from gpuconsole.workloads.listing import asked as addresses
from gpuconsole.workloads.listing import columns as table
from gpuconsole.workloads.listing import picks, sorting, standing
from gpuconsole.workloads.listing.asked import SIZES, Asked
from gpuconsole.workloads.listing.cells import Line, Said
from gpuconsole.workloads.listing.chips import chips
from gpuconsole.workloads.listing.columns import Column
from gpuconsole.workloads.lists import Link, Words
from gpuconsole.workloads.models import SavedView, Workload, WorkloadQuerySet
from gpuconsole.workloads.states import VERBS, Kind, State

_ONLY = (
    *("public_id", "kind", "team", "project", "provider", "is_sandbox", "name", "labels", "owner", "api_token"),
    *(
        "state",
        "state_at",
        "attempt",
        "attempts_most",
        "is_status_known",
        "reason_code",
        "phases",
        "intent",
        "intent_at",
        "remote_id",
    ),
    *("hardware_id", "gpu_model", "gpu_count", "region", "hourly_price", "resting_hourly_price", "currency"),
    *("rounding", "cost_closed", "billed_since", "billed_tariff", "billed_before_s", "billed_lanes"),
    *("billed_closed_s", "created_at", "ended_at"),
    *("observed_at", "connection__synced_at"),
)
"""All that a line is made from: reading the other seventy columns would take longer than the rest of the page."""
_NAMES = {"project_name": F("project__name"), "owner_name": F("owner__name"), "owner_email": F("owner__email")}


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column; ``direction`` is ascending or descending where the list is sorted by it."""

    label: str
    css: str
    url: str
    direction: str


def context(request: HttpRequest, viewer: Viewer, project: Project | None, words: Words) -> dict[str, Any]:
    """Everything that both show."""
    now = timezone.now()
    asked = addresses.of(request, words, _own_views(request, viewer, words))
    scope, filters = scope_of(viewer, project, words), asked.filters(viewer, now)
    rows = queries.narrowed(scope, filters)
    stands = standing.of_scope(_of_both_kinds(viewer, project), words.kind, viewer)
    viewer.memo[queries.OPEN_COUNTS] = stands.open_counts
    found = sorting.page(scope, rows.select_related("connection").annotate(**_NAMES).only(*_ONLY), asked, now)
    shown = table.shown(viewer.user, words.kind)
    lines = _lines(found.items, words, now)
    sums = stands.sums if not asked.is_filtered else standing.NOTHING
    if asked.is_filtered and standing.may_be_live(filters):
        sums = standing.sums(rows)
    total = sums.live if standing.is_all_live(filters) else standing.total(rows, _key(viewer, project, asked))
    at = {} if asked.sort.endswith("created") else {"at": f"{asked.as_of(now).timestamp():.0f}"}
    return {
        "words": words,
        "asked": asked,
        "heads": [_head(asked, column, words) for column in shown],
        "rows": [_row(line, shown) for line in lines],
        # callables are for the whole page alone: a poll of the table leaves them be
        "views": lambda: _views(asked, stands, standing.failed_count(scope, now)),
        "chips": lambda: chips(asked, has_project=project is not None),
        "view_url": f"{words.url}views/?{asked.query()}",
        "columns_url": f"{words.url}columns/?{asked.query()}",
        "filter_url": f"{words.url}filter/?{asked.query()}",
        "export_url": f"{words.url}export.csv?{asked.query()}",
        "bulk_url": f"{words.url}bulk/",
        "bulk_acts": picks.acts(words.kind),
        "query": asked.query(),
        "hidden": [(name, value) for name, value in asked.kept.items() if name != "q"],
        "sums": sums,
        "gpus_text": formats.plural(sums.gpus, "GPU", "GPUs"),
        "rates": rates(sums.hourly),
        "total": total,
        "total_text": total_text(total, words),
        "most_at_once": picks.MOST,
        "newer_url": asked.page_url({"before": found.newer, **at}) if found.newer else "",
        "older_url": asked.page_url({"after": found.older, **at}) if found.older else "",
        "order_text": order_text(asked),
        **_pager_words(is_by_age=asked.sort == addresses.USUAL_SORT),
        "sizes": [Link(str(size), f"{asked.page_url({'size': str(size)})}", size == asked.size) for size in SIZES],
        "unfiltered": _without(scope, viewer, project, words) if not lines and asked.is_filtered else None,
        "poll_url": request.get_full_path(),
        "stamp": polling.stamp(request, *_topics(viewer, project), fresh_s=60),
        "is_live": any(not line.workload.is_final for line in lines),
    }


def _own_views(request: HttpRequest, viewer: Viewer, words: Words) -> list[SavedView]:
    """Tabs are for the whole page; a poll needs those of the person only where it asks for one of them."""
    is_needed = not wants_fragment(request) or request.GET.get("view", "") not in addresses.NOT_OWN
    return addresses.own_views(viewer, words) if is_needed else []


_ORDERS = {
    "-created": gettext_noop("Newest first"),
    "created": gettext_noop("Oldest first"),
    "-cost": gettext_noop("Most costly first"),
    "cost": gettext_noop("Least costly first"),
    "-duration": gettext_noop("Longest first"),
    "duration": gettext_noop("Shortest first"),
}


def order_text(asked: Asked) -> str:
    """``Newest first``."""
    return _(_ORDERS[asked.sort])


def _pager_words(*, is_by_age: bool) -> dict[str, str]:
    if is_by_age:
        return {"newer_text": _("Newer"), "older_text": _("Older")}
    return {"newer_text": _("Previous"), "older_text": _("Next")}


def scope_of(viewer: Viewer, project: Project | None, words: Words) -> WorkloadQuerySet:
    """All that the list could show."""
    return _of_both_kinds(viewer, project).filter(kind=words.kind)


def _of_both_kinds(viewer: Viewer, project: Project | None) -> WorkloadQuerySet:
    scope = access.listed_workloads(viewer)
    return scope if project is None else scope.filter(project=project)


def rates(hourly: Mapping[str, Decimal]) -> str:
    """``$26.40 per hour``, an amount a currency."""
    return " + ".join(formats.hourly(amount, currency) for currency, amount in hourly.items())


def total_text(total: int, words: Words) -> str:
    """``1,284 jobs``, or that there are more than are counted."""
    if total > queries.MOST_COUNTED:
        most = formats.count(queries.MOST_COUNTED)
        return _("more than {number} {things}").format(number=most, things=words.nouns)
    return picks.counted(total, words.kind)


def _views(asked: Asked, stands: standing.Standing, failed: int) -> list[Link]:
    counts = {"active": stands.open_counts.get(asked.words.kind, 0), "mine": stands.mine, "failed": failed}
    everything = Link(_("All"), asked.words.url, asked.view is None)
    tabs = [
        Link(view.label, asked.address({"view": view.slug}), view == asked.view, counts.get(view.slug))
        for view in asked.views
    ]
    return [everything, *tabs]


def _head(asked: Asked, column: Column, words: Words) -> Head:
    label = words.noun.capitalize() if column.key == "name" else column.label
    if not column.sort:
        return Head(label, column.css, "", "")
    is_down, is_chosen = asked.sort.startswith("-"), asked.sort.removeprefix("-") == column.sort
    following = column.sort if is_chosen and is_down else f"-{column.sort}"
    direction = ("descending" if is_down else "ascending") if is_chosen else ""
    return Head(label, column.css, asked.url(sort=following), direction)


def _lines(rows: Sequence[Workload], words: Words, now: datetime) -> list[Line]:
    zone, said = timezone.get_current_timezone(), Said()
    local = now.astimezone(zone)
    return [
        Line(
            workload=row,
            url=f"{words.url}{row.public_id}/",
            now=local,
            zone=zone,
            project=row.project_name,  # type: ignore[attr-defined]
            owner=row.owner_name or row.owner_email or "",  # type: ignore[attr-defined]
            said=said,
        )
        for row in rows
    ]


def _row(line: Line, shown: Sequence[Column]) -> SafeString:
    """One line of the table: cells are HTML, all else is escaped here."""
    workload, url, id_, said = line.workload, line.url, line.workload.public_id, line.said
    name = escape(workload.name)
    cells = "".join([f'<td class="{column.css}">{column.cell(line)}</td>' for column in shown])
    verbs = _verbs(workload.provider, workload.kind, workload.state)
    gpus, rate = workload.gpu_count if workload.is_active else 0, workload.hourly_now or ""
    return SafeString(
        f'<tr data-href="{url}" data-provider="{workload.provider}" data-verbs="{verbs}" id="row-{id_}">'
        f'<td class="pick not-small"><input type="checkbox" form="bulk" name="pick" value="{id_}" id="pick-{id_}"'
        f' aria-label="{said.select.format(name=name)}" data-gpus="{gpus}" data-rate="{rate}"'
        f' data-currency="{escape(workload.currency)}"></td>{cells}'
        f'<td class="more not-small"><details class="menu" data-menu="{url}menu/"><summary'
        f' class="button button-quiet button-icon button-small" aria-label="{said.acts_for.format(name=name)}">'
        f'{_dots()}</summary><div class="menu-list"><a href="{url}menu/">{said.acts}</a></div></details></td></tr>'
    )


@cache
def _dots() -> SafeString:
    return icons.svg("ellipsis", 16)


@cache
def _verbs(provider: str, kind: str, state: str) -> str:
    """What the state and the provider allow; whether the person may is asked when it comes to it."""
    allowed = VERBS[Kind(kind)].items()
    features = registry.get(provider).features
    return " ".join(
        verb.value for verb, states in allowed if State(state) in states and access.is_offered(features, kind, verb)
    )


def _without(scope: WorkloadQuerySet, viewer: Viewer, project: Project | None, words: Words) -> str:
    total = standing.total(scope, _digest(viewer, project, words, {}))
    text = ngettext("{count} matches without these filters.", "{count} match without these filters.", total)
    return capfirst(text.format(count=total_text(total, words)))


def _key(viewer: Viewer, project: Project | None, asked: Asked) -> str:
    return _digest(viewer, project, asked.words, {name: value for name, value in asked.kept.items() if name != "sort"})


def _digest(viewer: Viewer, project: Project | None, words: Words, kept: Mapping[str, str]) -> str:
    """What a count depends on, in few characters."""
    team = viewer.team.pk if viewer.team else 0
    facts = (team, viewer.user.pk, project.pk if project else 0, words.kind.value, sorted(kept.items()))
    return sha256(repr(facts).encode()).hexdigest()[:32]


def _topics(viewer: Viewer, project: Project | None) -> tuple[str, ...]:
    return (f"project:{project.pk}",) if project else (f"team:{viewer.team.pk}",) if viewer.team else ()
