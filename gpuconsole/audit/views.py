"""The audit log of a team, for its admins: narrowed by chips, an entry unfolded by link, and as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from gpuconsole.accounts.access import require_team_admin, viewer
from gpuconsole.audit.filters import Filters, chips
from gpuconsole.audit.models import Record
from gpuconsole.audit.services import topic
from gpuconsole.audit.words import field_name
from gpuconsole.core import csv_files, polling
from gpuconsole.core.errors import Refused
from gpuconsole.core.htmx import render_page, unchanged, wants_fragment
from gpuconsole.core.paging import page

MOST_COUNTED = 10_000
_PERIOD_S = 60  # where only the latest days are shown, what is older goes within so long
_HEAD = (
    *("at", "who", "by_token", "action", "target_type", "target_id", "target", "project", "result", "from"),
    *("request_id", "why", "before", "after"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after."""

    name: str
    before: Any
    after: Any


@login_required
@require_GET
def audit_log(request: HttpRequest) -> HttpResponse:
    """Who did what, newest first; ``?open=`` unfolds one entry. Only the first page changes, so it alone is live."""
    if wants_fragment(request) and polling.is_unchanged(polling.read(request)):
        return unchanged()
    team = require_team_admin(viewer(request))
    filters, every = Filters.of(request.GET), Record.objects.filter(team=team)
    records = filters.narrowed(every, timezone.now())
    after, before = request.GET.get("after"), request.GET.get("before")
    try:
        found = page(records, after=after, before=before)
    except Refused:
        found = page(records)
    opened = every.filter(public_id=request.GET.get("open", "")).first()
    place = {name: value for name, value in (("after", after), ("before", before)) if value}
    context = {
        "filters": filters,
        "chips": chips(filters, team),
        "records": found.items,
        "count": _count(records),
        "most_counted": MOST_COUNTED,
        "all_count": _count(every) if not found.items else None,
        "opened": opened,
        "changes": _changes(opened) if opened else [],
        "is_live": not place,
        "is_polled": wants_fragment(request),
        "poll_url": request.path + filters.url(open=opened.public_id if opened else ""),
        "stamp": polling.stamp(request, topic(team), fresh_s=_PERIOD_S if filters.when else None),
        "here": urlencode({**filters.given, **place}),
        "newer_url": _turned(filters, "before", found.newer),
        "older_url": _turned(filters, "after", found.older),
    }
    return render_page(request, "audit/log.html", "audit/_records.html", context)


@login_required
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """All of it that the filters leave, newest first."""
    team = require_team_admin(viewer(request))
    records = Filters.of(request.GET).narrowed(Record.objects.filter(team=team), timezone.now())
    return csv_files.answer(f"audit-{timezone.now():%Y-%m-%d}.csv", _lines(records))


def _lines(records: QuerySet[Record]) -> Iterator[tuple[Any, ...]]:
    yield _HEAD
    for row in records.order_by("-id").iterator(chunk_size=500):
        values = (row.before, row.after)
        yield (
            *(row.at.isoformat(), row.user_name or "gpuconsole", "yes" if row.token_id else "", row.action),
            *(row.target_type, row.target_id, row.target_name, row.project_name, row.result, row.origin),
            *(row.request_id, row.why, *(json.dumps(value, ensure_ascii=False) if value else "" for value in values)),
        )


def _count(records: QuerySet[Record]) -> int:
    """One more than MOST_COUNTED stands for more than that, so that counting stays cheap."""
    return records.order_by().values("pk")[: MOST_COUNTED + 1].count()


def _turned(filters: Filters, name: str, cursor: str | None) -> str:
    return f"?{urlencode({**filters.given, name: cursor})}" if cursor else ""


def _changes(record: Record) -> list[Change]:
    names = [*record.before, *(name for name in record.after if name not in record.before)]
    return [Change(field_name(name), record.before.get(name), record.after.get(name)) for name in names]
