"""What the pages of launch requests show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats
from gpuconsole.core.paging import page
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.workloads.lists import hardware
from gpuconsole.workloads.models import LaunchRequest
from gpuconsole.workloads.requests import access
from gpuconsole.workloads.requests.shown import shown

VIEWS = (
    ("mine-to-decide", gettext_noop("Waiting for you")),
    ("mine", gettext_noop("Yours")),
    ("all", gettext_noop("All")),
)


def listing(viewer: Viewer, project: Project | None, query: QueryDict, now: datetime) -> dict[str, Any]:
    """The requests of one view, newest first."""
    waiting = access.waiting_for(viewer, now)
    views: dict[str, Any] = {
        "mine-to-decide": waiting,
        "mine": access.visible(viewer).filter(by=viewer.user),
        "all": access.visible(viewer),
    }
    if project is not None:
        views = {name: rows.filter(project=project) for name, rows in views.items()}
    chosen = query.get("view", "")
    count = views["mine-to-decide"].count()
    if chosen not in views:
        chosen = "mine-to-decide" if count else "mine" if views["mine"].exists() else "all"
    found = page(views[chosen], after=query.get("after"), before=query.get("before"))
    return {
        "rows": [row(one, now) for one in found.items],
        "chosen": chosen,
        "newer_url": f"?view={chosen}&before={found.newer}" if found.newer else "",
        "older_url": f"?view={chosen}&after={found.older}" if found.older else "",
        "tabs": [
            {
                "label": _(label),
                "url": f"?view={name}",
                "current": name == chosen,
                "count": count if name == "mine-to-decide" else None,
            }
            for name, label in VIEWS
        ],
    }


def row(request: LaunchRequest, now: datetime) -> dict[str, Any]:
    """A request as lists show it."""
    return {
        "request_": request,
        "provider": registry.get(request.provider),
        "is_open": request.is_open(now),
        "state": request.state_at(now),
        "hardware": hardware(request),
        "url": reverse("request", args=(request.public_id,)),
    }


def detail(viewer: Viewer, request: LaunchRequest, now: datetime) -> dict[str, Any]:
    """One request with everything that a decision needs, and what this person may do with it."""
    is_open = request.is_open(now)
    seen = shown(request, now)
    return {
        **row(request, now),
        "shown": seen,
        "preview": seen.preview,
        "pairs": pairs(request, now) if seen.figures is None else _pairs_now(request, seen.figures, now),
        "may_approve": is_open and access.may_approve(viewer, request),
        "may_decline": is_open and access.may_decline(viewer, request),
        "may_withdraw": is_open and access.may_withdraw(viewer, request),
        "decline_url": reverse("request-decline", args=(request.public_id,)),
        "trim_url": trim_url(request),
        "work_url": work_url(request),
    }


def trim_url(request: LaunchRequest) -> str:
    """Where the launch form is opened to launch less of it."""
    return f"{reverse('launch:form', args=(request.provider, request.kind))}?request={request.public_id}"


def work_url(request: LaunchRequest) -> str:
    """The workload that came of it; empty: none yet."""
    return request.workload.get_absolute_url() if request.workload else ""


def pairs(request: LaunchRequest, now: datetime) -> list[dict[str, Any]]:
    """What it costs, as of when it was asked."""
    most = _("At most, {time}").format(time=formats.duration(request.longest_s)) if request.longest_s else _("At most")
    return [
        {"label": _("Per hour"), "value": request.hourly or formats.not_priced()},
        {"label": most, "value": request.most or formats.not_priced(), "is_total": True},
    ]


def _pairs_now(request: LaunchRequest, figures: Any, now: datetime) -> Sequence[dict[str, Any]]:
    hourly, most = figures.hourly or formats.not_priced(), figures.upper or formats.not_priced()
    label = _("At most")
    if figures.ends_s is not None:
        label = _("At most, {time}").format(time=formats.duration(figures.ends_s))
    found = [{"label": _("Per hour"), "value": hourly}, {"label": label, "value": most, "is_total": True}]
    if request.hourly is not None and figures.hourly is not None and request.hourly != figures.hourly:
        then = _("{amount} per hour").format(amount=request.hourly)
        found.insert(1, {"label": _("When it was asked"), "value": then})
    return found
