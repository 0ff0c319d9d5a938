"""What needs a person, the most costly first: what happened, why we think so, and one thing to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats
from gpuconsole.dashboard import spent_soon, troubles
from gpuconsole.dashboard.attention_items import Attention
from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import LaunchRequest, Workload, WorkloadQuerySet
from gpuconsole.workloads.requests import access as requests

MOST = 12


def found(
    viewer: Viewer, project: Project | None, scope: WorkloadQuerySet, ended: Sequence[Workload], now: datetime
) -> list[Attention]:
    """All that this person should look at, of their workloads and of what others ask of them."""
    of_workloads = troubles.found(scope, ended, now)
    of_budgets = spent_soon.found(viewer, project, now)
    of_requests = (_of_request(request, now) for request in _asked(viewer, project, now))
    items = [item for item in (*of_workloads, *of_budgets, *of_requests) if item is not None]
    return sorted(items, key=lambda item: (item.hourly or Decimal(0), item.at), reverse=True)[:MOST]


def _asked(viewer: Viewer, project: Project | None, now: datetime) -> list[LaunchRequest]:
    """Launch requests that wait for this person."""
    found = requests.waiting_for(viewer, now)
    return list((found if project is None else found.filter(project=project)).order_by("-id")[:MOST])


def _of_request(request: LaunchRequest, now: datetime) -> Attention:
    who = request.by.display_name if request.by else "Somebody"
    most = f"for up to {request.most}" if request.most else "for an unknown amount"
    why = f"{who} asks {most} in {request.project.name}. Expires in {formats.duration(request.expires_at - now)}."
    url = f"/requests/{request.public_id}/"
    return Attention("hand", "warning-text", str(request), "waits for you", why, request.created_at, url, "Decide")
