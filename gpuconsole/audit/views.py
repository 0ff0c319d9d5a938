"""The audit log of a team, for its admins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gpuconsole.accounts.access import require_team_admin, viewer
from gpuconsole.audit.models import Record
from gpuconsole.core.errors import Refused
from gpuconsole.core.paging import page


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after."""

    name: str
    before: Any
    after: Any


@login_required
@require_GET
def audit_log(request: HttpRequest) -> HttpResponse:
    """Who did what, newest first; ``?open=`` unfolds one entry."""
    team = require_team_admin(viewer(request))
    records = Record.objects.filter(team=team)
    after, before = request.GET.get("after"), request.GET.get("before")
    try:
        found = page(records, after=after, before=before)
    except Refused:
        found = page(records)
    opened = records.filter(public_id=request.GET.get("open", "")).first()
    context = {
        "records": found.items,
        "opened": opened,
        "changes": _changes(opened) if opened else [],
        "here": urlencode({name: value for name, value in (("after", after), ("before", before)) if value}),
        "newer_url": f"?before={found.newer}" if found.newer else "",
        "older_url": f"?after={found.older}" if found.older else "",
    }
    return render(request, "audit/log.html", context)


def _changes(record: Record) -> list[Change]:
    names = [*record.before, *(name for name in record.after if name not in record.before)]
    return [Change(name.replace("_", " "), record.before.get(name), record.after.get(name)) for name in names]
