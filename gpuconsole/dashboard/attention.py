"""What needs a person, the most costly first: what happened, why we think so, and one thing to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats
from gpuconsole.core.processes import Process, silent
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.workloads.models import LaunchRequest, Workload
from gpuconsole.workloads.requests import access as requests
from gpuconsole.workloads.states import ReasonCode, State

MOST = 12
STUCK_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that needs a person: what happened, why we think so, what to do about it."""

    icon: str
    css: str
    name: str
    text: str
    why: str
    at: datetime
    url: str
    action: str
    hourly: Decimal | None = None
    """What it costs now, as far as that is known; the dearest is named first."""


def found(
    viewer: Viewer, project: Project | None, active: Sequence[Workload], ended: Sequence[Workload], now: datetime
) -> list[Attention]:
    """All that this person should look at, of their workloads and of what others ask of them."""
    of_workloads = (_of_workload(workload, now) for workload in (*active, *ended))
    of_requests = (_of_request(request, now) for request in _asked(viewer, project, now))
    of_processes = (_of_process(one, now) for one in silent(now) if viewer.may_administer)
    items = [item for item in (*of_workloads, *of_requests, *of_processes) if item is not None]
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


def _of_process(process: Process, now: datetime) -> Attention:
    """A process of the console that is not there, for whoever may see to it."""
    seen = f"Last seen {formats.ago(now - process.seen_at)}. " if process.seen_at else ""
    why, at = seen + process.trouble, process.seen_at or now
    return Attention("shield-alert", "bad-text", process.label, "not running", why, at, "/connections/", "See")


def _of_workload(workload: Workload, now: datetime) -> Attention | None:
    url, name, hourly = workload.get_absolute_url(), workload.name, workload.hourly_now or workload.hourly_price
    if workload.state == State.FAILED and workload.ended_at is not None:
        why = workload.reason_text or ReasonCode(workload.reason_code).label
        return Attention("circle-x", "bad-text", name, "failed", why, workload.ended_at, url, "Open")
    if workload.state == State.LOST:
        why = f"{_provider(workload)} no longer lists it. {_rate(workload)}"
        return Attention("circle-help", "lost-text", name, "is lost", why, workload.state_at, url, "Review", hourly)
    if workload.state == State.SUBMITTING and workload.reason_code == ReasonCode.NOT_FOUND:
        why = f"It was sent and we did not find it at {_provider(workload)}. {_rate(workload)}"
        return Attention(
            "circle-help", "lost-text", name, "needs a decision", why, workload.state_at, url, "Review", hourly
        )
    if workload.state == State.STOPPING and now - workload.state_at > timedelta(minutes=5):
        age = formats.duration(now - workload.state_at)
        why = f"Asked {age} ago and not confirmed by {_provider(workload)}. {_rate(workload)}"
        text = "does not end"
        return Attention("triangle-alert", "warning-text", name, text, why, workload.state_at, url, "Review", hourly)
    if workload.state in (State.QUEUED, State.STARTING) and now - workload.state_at > STUCK_AFTER:
        age = formats.duration(now - workload.state_at)
        word = State(workload.state).label
        why, rate = f"{word} {age}.", workload.hourly_now
        return Attention("clock-alert", "warning-text", name, "looks stuck", why, workload.state_at, url, "Open", rate)
    return None


def _provider(workload: Workload) -> str:
    return registry.get(workload.provider).name


def _rate(workload: Workload) -> str:
    if workload.hourly_price is None:
        return "What it costs is not known."
    return f"It may be costing {formats.hourly(workload.hourly_price, workload.currency)}."
