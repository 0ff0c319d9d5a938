"""What the pages of halts show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db.models import Count, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats, polling
from gpuconsole.core.paging import page
from gpuconsole.providers import registry
from gpuconsole.workloads.halts import access, plans, progress, words
from gpuconsole.workloads.halts.outlook import Outlook, look
from gpuconsole.workloads.halts.progress import Progress, Summary
from gpuconsole.workloads.halts.reach import Reach, reach_of
from gpuconsole.workloads.lists import hardware
from gpuconsole.workloads.models import Halt, HaltEntry, HaltScope, InstanceEnd, Workload
from gpuconsole.workloads.states import State

MOST_SHOWN = 50
_VIEWS = (
    ("left", gettext_noop("Not confirmed")),
    ("confirmed", gettext_noop("Confirmed")),
    ("all", gettext_noop("All")),
)
_GROUPS = (
    (gettext_noop("Yours"), HaltScope.MINE),
    (gettext_noop("Project"), HaltScope.PROJECT),
    (gettext_noop("Connection"), HaltScope.CONNECTION),
    (gettext_noop("Team"), HaltScope.TEAM),
)
_NARROWED: Mapping[str, Callable[[QuerySet[HaltEntry]], QuerySet[HaltEntry]]] = {
    "left": progress.unconfirmed,
    "confirmed": progress.confirmed,
    "all": QuerySet.all,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One workload of a table."""

    workload: Workload
    hardware: str
    provider_name: str
    hourly: str


def question(viewer: Viewer, reach: Reach, now: datetime) -> dict[str, Any]:
    """What is asked before everything in reach is stopped, with what stands in reach now."""
    seen = look(reach, now)
    halt = reach.row
    return {
        "reach": reach,
        "seen": seen,
        "question": f"{halt}?" if reach.kind is not HaltScope.MINE else _("Stop everything of yours?"),
        "text": words.asked(seen),
        "kept": words.becomes(seen),
        "choices": words.choices(seen),
        "type_name": halt.name if seen.must_type else "",
        "keep_url": reverse("overview"),
        "keep_label": _("Keep everything running"),
        "action_url": reverse("stop-everything"),
        "action_label": _("Stop everything"),
        "kind": "danger",
        "hidden": {"scope": reach.value, "key": uuid4().hex},
        "groups": _grouped(access.reaches(viewer), reach),
        "lines": [_line(row) for row in seen.rows[:MOST_SHOWN]],
        "unshown": max(0, len(seen.rows) - MOST_SHOWN),
        "held": list(access.visible(viewer).holding().order_by("-id")[:MOST_SHOWN]),
    }


def report(request: HttpRequest, viewer: Viewer, halt: Halt, query: QueryDict) -> dict[str, Any]:
    """One halt, as far as it has come."""
    entries = access.entries(viewer, halt)
    summary = progress.summary(halt, progress.readable(entries))
    chosen = _chosen(query.get("view", ""), summary)
    found = page(
        progress.readable(_NARROWED[chosen](entries)),
        order=("id",),
        after=query.get("after"),
        before=query.get("before"),
    )
    address = reverse("halt", args=(halt.public_id,))
    is_live = summary.left > 0 or halt.asked_at is None
    return {
        "halt": halt,
        "summary": summary,
        "figures": words.figures(halt, summary),
        "rows": [_row(entry) for entry in found.items],
        "chosen": chosen,
        "tabs": _tabs(chosen, summary),
        "newer_url": f"?view={chosen}&before={found.newer}" if found.newer else "",
        "older_url": f"?view={chosen}&after={found.older}" if found.older else "",
        "may_settle": access.may_settle(viewer, halt),
        "again_url": f"{address}again/",
        "release_url": f"{address}release/",
        "released_text": words.released(halt),
        "note": words.not_in_reach(),
        "since_url": _same_again(viewer, halt) if summary.began_since else "",
        "is_live": is_live,
        "poll_url": request.get_full_path(),
        "stamp": polling.stamp(request, *halt.topics, fresh_s=5 if is_live else None),
    }


def listing(viewer: Viewer, query: QueryDict) -> dict[str, Any]:
    """All halts that the person sees, newest first."""
    found = page(access.visible(viewer), after=query.get("after"), before=query.get("before"), limit=20)
    entries = HaltEntry.objects.filter(halt__in=found.items).order_by()
    totals = dict(entries.values_list("halt").annotate(Count("pk")))
    left = dict(progress.unconfirmed(entries).values_list("halt").annotate(Count("pk")))
    return {
        "rows": [
            {
                "halt": one,
                "total": totals.get(one.pk, 0),
                "left": left.get(one.pk, 0),
                "left_text": _("{left} not confirmed").format(left=left.get(one.pk, 0)),
            }
            for one in found.items
        ],
        "newer_url": f"?before={found.newer}" if found.newer else "",
        "older_url": f"?after={found.older}" if found.older else "",
    }


def _same_again(viewer: Viewer, halt: Halt) -> str:
    """Where the same can be asked for once more; empty where it is not theirs."""
    if halt.scope == HaltScope.MINE:
        return Reach(HaltScope.MINE, halt.team).url if halt.person_id == viewer.user.pk else ""
    return reach_of(halt).url if access.may_settle(viewer, halt) else ""


def _chosen(asked: str, summary: Summary) -> str:
    if asked in dict(_VIEWS):
        return asked
    return "left" if summary.left else "all"


def _tabs(chosen: str, summary: Summary) -> list[dict[str, Any]]:
    counts = {"left": summary.left, "confirmed": summary.confirmed, "all": summary.total}
    return [
        {"label": _(label), "url": f"?view={name}", "current": name == chosen, "count": counts[name]}
        for name, label in _VIEWS
    ]


def _grouped(reaches: Sequence[Reach], chosen: Reach) -> list[dict[str, Any]]:
    return [
        {
            "label": _(label),
            "items": [
                {"value": one.value, "label": _label(one), "current": one.value == chosen.value}
                for one in reaches
                if one.kind is kind
            ],
        }
        for label, kind in _GROUPS
        if any(one.kind is kind for one in reaches)
    ]


def _label(reach: Reach) -> str:
    return _("My own work") if reach.kind is HaltScope.MINE else reach.row.name


def _line(workload: Workload) -> Line:
    cost = _cost(plans.hourly(workload), workload.currency)
    if plans.may_cost(workload):
        cost = _("maybe {price}").format(price=formats.hourly(workload.hourly_price, workload.currency))
    return Line(workload, hardware(workload), registry.get(workload.provider).name, cost)


def _row(entry: HaltEntry) -> dict[str, Any]:
    one: Progress = progress.of(entry)
    subject = entry.workload or entry.request
    assert subject is not None
    is_unsure = entry.was == State.SUBMITTING and entry.hourly_price is None
    return {
        "progress": one,
        "subject": subject,
        "name": str(subject),
        "url": entry.workload.get_absolute_url() if entry.workload else f"/requests/{subject.public_id}/",
        "hardware": hardware(subject) if entry.workload else "",
        "cost": _("not known") if is_unsure else _cost(entry.hourly_price, entry.currency),
    }


def _cost(price: Decimal | None, currency: str) -> str:
    return _("nothing") if price == 0 else formats.hourly(price, currency)


def chosen_instances(seen: Outlook, value: str) -> InstanceEnd | None:
    """What the form chose; None where a choice is missing. Without instances to choose for there is nothing to say."""
    if value in InstanceEnd.values:
        return InstanceEnd(value)
    return None if seen.choosable or seen.resting else InstanceEnd.STOP
