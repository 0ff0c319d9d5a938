"""What the catalogue's pages show; each with a fixed number of queries, however many offers there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from gpuconsole.accounts.access import Viewer
from gpuconsole.catalog import chips, compare, history, lines, reading, scope, search
from gpuconsole.catalog.lines import Line
from gpuconsole.catalog.models import Offer, OfferQuerySet
from gpuconsole.catalog.reading import Query
from gpuconsole.catalog.scope import Scope
from gpuconsole.core.errors import Refused
from gpuconsole.core.paging import Page, page

ROOM = ("after", "before")


def listing(viewer: Viewer, asked: QueryDict, now: datetime) -> dict[str, Any]:
    """The list with its filters and the compare tray."""
    seen, query = scope.of(viewer), reading.read(asked)
    found = search.found(seen, query.asked)
    shown = _page(found, query)
    picked = _picked(seen, query.picked)
    rows = lines.of(seen, shown.items, now, team=viewer.team, is_native=query.is_native)
    count = _count(seen, query, found, shown)
    return {
        "rows": rows,
        "query": query,
        "scope": seen,
        "chips": chips.of(seen, query),
        "heads": chips.heads(query),
        "limits": chips.limits(query),
        "errors": [text for name, text in query.errors.items() if name not in search.MEASURES],
        "count": count,
        "is_many": count > search.MOST_COUNTED,
        "newer_url": query.url(before=shown.newer) if shown.newer else "",
        "older_url": query.url(after=shown.older) if shown.older else "",
        "currencies": _currencies(seen, query),
        "foreign": _foreign(seen, rows),
        "may_connect": viewer.may_administer,
        "is_all_sandbox": bool(rows) and all(row.is_sandbox for row in rows),
        "hidden": [pair for pair in query.params if pair[0] != "o"] + [(n, asked[n]) for n in ROOM if asked.get(n)],
        "filters_only": [pair for pair in query.params if pair[0] not in ("q", *search.MEASURES)],
        **tray(seen, query, picked, {row.offer.public_id for row in rows}),
    }


def tray(seen: Scope, query: Query, picked: Sequence[Offer], shown: set[str]) -> dict[str, Any]:
    """The offers that were picked, with what costs least of them."""
    found = [lines.plain(seen, offer, is_native=query.is_native) for offer in picked]
    lowest = lines.cheapest(found)
    first = next((line for line in found if line.offer.public_id in lowest and line.can_launch_now), None)
    return {
        "picked": [(line, query.without(line.offer.public_id), line.offer.public_id in lowest) for line in found],
        "picked_ids": {line.offer.public_id for line in found},
        "picked_elsewhere": [line.offer.public_id for line in found if line.offer.public_id not in shown],
        "lost_count": len(query.picked) - len(found),
        "cheapest_url": first.launch_url if first else "",
        "compare_url": f"{reverse('catalogue:compare')}{query.url()}",
        "emptied_url": query.url(o=None),
        "most_compared": reading.MOST_COMPARED,
    }


def comparison(viewer: Viewer, asked: QueryDict, now: datetime) -> dict[str, Any]:
    """The picked offers side by side."""
    seen, query = scope.of(viewer), reading.read(asked)
    typed = str(asked.get("hours", "")).strip()[:20]
    hours = reading.amount(typed, compare.MOST_HOURS) if typed else None
    found = lines.of(seen, _picked(seen, query.picked), now, team=viewer.team, is_native=query.is_native)
    return {
        "query": query,
        "found": found,
        "rows": compare.table(found, hours),
        "lost_count": len(query.picked) - len(found),
        "hours": typed,
        "hours_error": _("Must be a number of hours above zero, a year at most.") if typed and hours is None else "",
        "currencies": _currencies(seen, query),
        "foreign": _foreign(seen, found),
        "hidden": query.params,
        "back_url": f"{reverse('catalogue:list')}{query.url()}",
        "columns": [(line, query.without(line.offer.public_id)) for line in found],
    }


def detail(viewer: Viewer, public_id: str, now: datetime) -> dict[str, Any]:
    """One offer with everything known of it."""
    seen = scope.of(viewer)
    offer = scope.find(seen, public_id)
    (line,) = lines.of(seen, [offer], now, team=viewer.team)
    return {
        "line": line,
        "offer": offer,
        "note": "" if offer.detail == ", ".join(offer.regions) else offer.detail,
        "changes": history.changes(offer),
        "foreign": _foreign(seen, [line]),
        "pick_url": f"{reverse('catalogue:list')}?o={offer.public_id}",
        "may_connect": viewer.may_administer,
    }


def _page(found: OfferQuerySet, query: Query) -> Page[Offer]:
    order = search.order(query.asked)
    try:
        return page(found, order=order, after=query.after, before=query.before, limit=query.size, keys_first=True)
    except Refused:  # a cursor of another order: the first page is the useful answer
        return page(found, order=order, limit=query.size, keys_first=True)


def _count(seen: Scope, query: Query, found: OfferQuerySet, shown: Page[Offer]) -> int:
    """How many fit, as ``search.capped_count`` has it; counted only where it is not known already."""
    if not query.is_filtered:
        return min(seen.contents.count, search.MOST_COUNTED + 1)
    is_all = not (shown.newer or shown.older or query.after or query.before)
    return len(shown.items) if is_all else search.capped_count(found)


def _picked(seen: Scope, public_ids: Sequence[str]) -> list[Offer]:
    """In the order in which they were picked."""
    if not public_ids:
        return []
    rows = {row.public_id: row for row in seen.offers().filter(public_id__in=public_ids)}
    return [rows[public_id] for public_id in public_ids if public_id in rows]


def _currencies(seen: Scope, query: Query) -> list[dict[str, Any]]:
    """The choice between the providers' currencies and the team's; none where they are the same."""
    if seen.contents.currencies <= {seen.currency}:
        return []
    return [
        {"label": _("Native currency"), "url": query.url(money="native"), "current": query.is_native},
        {"label": seen.currency, "url": query.url(money=None), "current": not query.is_native},
    ]


def _foreign(seen: Scope, rows: Sequence[Line]) -> list[dict[str, Any]]:
    """Other currencies among the rows with their rate, the same for all; a missing one is said to be."""
    found = sorted({row.offer.currency for row in rows if row.offer.currency} - {seen.currency})
    return [{"currency": one, "worth": seen.worth.get(one), "to": seen.currency} for one in found]
