"""What needs a person, the most costly first: what happened, why we think so, and one thing to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from gpuconsole.accounts.access import Viewer
from gpuconsole.connections.access import visible_connections
from gpuconsole.connections.models import CheckState, Connection, Health
from gpuconsole.core import formats
from gpuconsole.core.processes import Process, silent
from gpuconsole.dashboard import expiring, spent_soon, troubles
from gpuconsole.dashboard.attention_items import Attention
from gpuconsole.inventory import pages as findings
from gpuconsole.inventory.models import Finding, FindingKind, FindingState, Mark
from gpuconsole.inventory.queries import DEAREST_FIRST, alarming, worth
from gpuconsole.projects.models import Project
from gpuconsole.providers import registry
from gpuconsole.workloads import access, queries
from gpuconsole.workloads.decisions.queries import undecided
from gpuconsole.workloads.halts import access as halts
from gpuconsole.workloads.halts import progress
from gpuconsole.workloads.models import Halt, HaltEntry, HaltScope, LaunchRequest, Workload, WorkloadQuerySet
from gpuconsole.workloads.requests import access as requests

MOST = 12
HALTS_FOR = timedelta(days=1)


def found(
    viewer: Viewer, project: Project | None, scope: WorkloadQuerySet, ended: Sequence[Workload], now: datetime
) -> list[Attention]:
    """All that this person should look at, of their workloads and of what others ask of them."""
    of_workloads = troubles.found(scope, ended, now)
    of_budgets = spent_soon.found(viewer, project, now)
    of_requests = (_of_request(request, now) for request in _asked(viewer, project, now))
    of_decisions = (_of_decision(workload) for workload in _undecided(viewer, project))
    of_findings = (_of_finding(row) for row in _found(viewer, project, now))
    of_halts = (_of_halt(halt) for halt in _halts(viewer, project, now))
    of_processes = (_of_process(one, now) for one in silent(now) if viewer.may_administer)
    of_connections = (_of_connection(row) for row in _refused(viewer))
    of_tokens = expiring.found(viewer, now)
    of_all = (
        *of_connections,
        *of_workloads,
        *of_budgets,
        *of_requests,
        *of_decisions,
        *of_findings,
        *of_halts,
        *of_processes,
        *of_tokens,
    )
    items = [item for item in of_all if item is not None]
    dearest_first = sorted(items, key=lambda item: (item.hourly or Decimal(0), item.at), reverse=True)
    return [_for(viewer, item) for item in dearest_first[:MOST]]


def _for(viewer: Viewer, item: Attention) -> Attention:
    """Without what this person may not do."""
    if item.workload is None or access.may_act(viewer, item.workload):
        return item
    return replace(item, other="", other_url="")


def _refused(viewer: Viewer) -> list[Connection]:
    """Connections whose key was refused by the last call or the last test."""
    is_refused = Q(health=Health.REFUSED) | Q(check_state=CheckState.FAILED)
    return list(visible_connections(viewer).filter(is_refused).order_by("pk")[:MOST])


def _of_connection(row: Connection) -> Attention:
    url = reverse("connection", args=(row.public_id,))
    why = row.health_text if row.health == Health.REFUSED else "The last test failed; its steps say at what."
    text = "key is refused" if row.health == Health.REFUSED else "failed its test"
    at = row.health_at or row.checked_at or row.created_at
    return Attention("key-round", "warning-text", row.name, text, why, at, url, "Open")


def _asked(viewer: Viewer, project: Project | None, now: datetime) -> list[LaunchRequest]:
    """Launch requests that wait for this person."""
    found = requests.waiting_for(viewer, now)
    return list((found if project is None else found.filter(project=project)).order_by("-id")[:MOST])


def _undecided(viewer: Viewer, project: Project | None) -> list[Workload]:
    """Launches that nobody could confirm, among all that this person sees."""
    scope = access.visible_workloads(viewer)
    rows = undecided(scope if project is None else scope.filter(project=project))
    return list(queries.listing(rows, queries.Filters()).order_by("-id")[:MOST])


def _of_decision(workload: Workload) -> Attention:
    url, hourly = f"{workload.get_absolute_url()}decide/", workload.hourly_price
    why = f"It was sent, and {_provider(workload)} did not confirm it. {_rate(workload)}"
    return Attention(
        "circle-help", "lost-text", workload.name, "needs a decision", why, workload.state_at, url, "Decide", hourly
    )


def _of_request(request: LaunchRequest, now: datetime) -> Attention:
    who = request.by.display_name if request.by else "Somebody"
    most = f"for up to {request.most}" if request.most else "for an unknown amount"
    why = f"{who} asks {most} in {request.project.name}. Expires in {formats.duration(request.expires_at - now)}."
    url = f"/requests/{request.public_id}/"
    return Attention("hand", "warning-text", str(request), "waits for you", why, request.created_at, url, "Decide")


def _found(viewer: Viewer, project: Project | None, now: datetime) -> list[Finding]:
    """The dearest strays and drifts; of lost work the work itself speaks."""
    rows = alarming(viewer, now).exclude(kind=FindingKind.GHOST).select_related("workload")
    rows = rows.exclude(state=FindingState.ENDING, escalated=0)
    rows = rows if project is None else rows.filter(workload__project=project)
    return list(worth(viewer, rows.defer("remote", "story")).order_by(*DEAREST_FIRST)[:MOST])


def _of_finding(row: Finding) -> Attention:
    url, provider, price = f"/reconcile/{row.public_id}/", registry.get(row.provider).name, findings.rate(row)
    if row.kind == FindingKind.DRIFT:
        fields = ", ".join(one["field"].lower() for one in row.differences)
        why = f"{provider} tells something else than the record: {fields}. It costs {price}."
        return Attention("arrow-left-right", "warning-text", str(row), "differs", why, row.first_seen_at, url, "Review")
    if row.state == FindingState.ENDING:
        why = f"Asked of {provider} and not confirmed. It costs {price}. {row.end_error}".strip()
        at = row.end_asked_at or row.first_seen_at
        return Attention(
            "triangle-alert", "warning-text", str(row), "does not end", why, at, url, "Review", row.hourly_now
        )
    why = f"{provider} lists it, and {_unexplained(row)}. It costs {price}."
    text = "may be orphaned"
    item = Attention("circle-help", "lost-text", str(row), text, why, row.first_seen_at, url, "Review", row.hourly_now)
    return replace(item, other="Ignore…", other_url=f"{url}ignore/")


def _unexplained(row: Finding) -> str:
    if row.workload is not None:
        return f"our record of {row.workload.name} says {row.workload.state_word.label.lower()}"
    if row.mark == Mark.UNKNOWN:
        return "it carries our mark, without a record here"
    return "no record here explains it"


def _halts(viewer: Viewer, project: Project | None, now: datetime) -> list[Halt]:
    """Those that keep launches from being made, and those of the last day that not all confirmed."""
    left = progress.unconfirmed(HaltEntry.objects.filter(halt=OuterRef("pk")))
    open_ = Q(started_at__gte=now - HALTS_FOR) & Q(Exists(left))
    found = halts.visible(viewer).filter(Q(holds_launches=True, released_at=None) | open_)
    if project is not None:
        found = found.exclude(Q(scope=HaltScope.PROJECT) & ~Q(project=project))
    return list(found.annotate(is_open=Exists(left)).order_by("-id")[:MOST])


def _of_halt(halt: Halt) -> Attention:
    url = reverse("halt", args=(halt.public_id,))
    who = halt.by.display_name if halt.by else "Whoever runs this console"
    why = f"{who} pressed it."
    if halt.is_holding:
        why = f"{why} Launches are held until an admin lets them be made again."
    is_open: bool = halt.is_open  # type: ignore[attr-defined] # annotated
    text = "is not all confirmed" if is_open else "holds launches"
    return Attention("octagon-x", "warning-text", str(halt), text, why, halt.started_at, url, "Open")


def _of_process(process: Process, now: datetime) -> Attention:
    """A process of the console that is not there, for whoever may see to it."""
    seen = f"Last seen {formats.ago(now - process.seen_at)}. " if process.seen_at else ""
    why, at = seen + process.trouble, process.seen_at or now
    return Attention("shield-alert", "bad-text", process.label, "not running", why, at, "/connections/", "See")


def _provider(workload: Workload) -> str:
    return registry.get(workload.provider).name


def _rate(workload: Workload) -> str:
    if workload.hourly_price is None:
        return "What it costs is not known."
    return f"It may be costing {formats.hourly(workload.hourly_price, workload.currency)}."
