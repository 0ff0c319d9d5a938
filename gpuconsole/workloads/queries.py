"""Questions that lists and pages ask of workloads, each with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from statistics import median
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from gpuconsole.audit.models import Record
from gpuconsole.projects.models import Project
from gpuconsole.workloads import phases, starting
from gpuconsole.workloads.models import Workload, WorkloadQuerySet
from gpuconsole.workloads.running_cost import costs_from
from gpuconsole.workloads.states import FINAL, OPEN, Kind

MOST_COUNTED = 10_000
_USUAL_OF, _USUAL_AT_LEAST = 30, 5
_HEAVY = (
    *("spec", "defaults", "request", "remote", "parts", "connect", "hidden_ways", "ports"),
    *("known_remote_ids", "log_cursor", "evidence"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed to; all that are given must hold."""

    providers: Sequence[str] = ()
    projects: Sequence[str] = ()
    """Slugs."""
    project_pks: Sequence[int] = ()
    kind: Kind | None = None
    states: Sequence[str] = ()
    is_open: bool = False
    """Not ended."""
    causes: Sequence[str] = ()
    """``ReasonCode``s."""
    owners: Sequence[str] = ()
    """E-mail addresses."""
    owner_pks: Sequence[int] = ()
    gpus: Sequence[str] = ()
    labels: Sequence[str] = ()
    """Any of them."""
    name: str = ""
    """A part of the name, in any case."""
    text: str = ""
    """A part of the name or of an id, or a whole label."""
    created_from: datetime | None = None
    created_to: datetime | None = None
    cost_from: Decimal | None = None
    """It has cost so much or more by ``now``, in its own currency."""
    now: datetime | None = None


def listing(workloads: WorkloadQuerySet, filters: Filters) -> WorkloadQuerySet:
    """Rows fit for a table, without what only a detail page shows; not ordered, so that any paging can."""
    rows = workloads.select_related("project", "connection", "owner").defer(*_HEAVY, *heavy_of("connection"))
    return narrowed(rows, filters)


def narrowed(workloads: WorkloadQuerySet, filters: Filters) -> WorkloadQuerySet:
    """Only those that the filters let through."""
    return workloads.filter(_narrowed(filters))


def capped_count(workloads: WorkloadQuerySet, most: int = MOST_COUNTED) -> int:
    """How many there are; ``most`` + 1 stands for "more than that", so that counting stays cheap."""
    return workloads.order_by().values("pk")[: most + 1].count()


OPEN_COUNTS = "open_counts"
"""In a viewer's memo: the same, where the page has counted already."""


def open_counts(projects: Iterable[Project]) -> dict[str, int]:
    """How many of each kind are not ended, for the navigation. One query."""
    rows = Workload.objects.filter(project__in=list(projects)).not_ended().order_by()
    return dict(rows.values_list("kind").annotate(Count("pk")))


def usual_phases(workload: Workload) -> dict[str, float]:
    """Median seconds by phase of the last ended work that is alike; phases that fewer than five had are left out."""
    return usual_phases_of([workload])[workload.pk]


def usual_phases_of(workloads: Sequence[Workload]) -> dict[int, dict[str, float]]:
    """The same of many, by key. One query."""
    kinds = {workload.pk: tuple(getattr(workload, name) for name in _ALIKE) for workload in workloads}
    if not kinds:
        return {}
    wanted = (Q(**dict(zip(_ALIKE, kind, strict=True))) for kind in set(kinds.values()))
    alike = Workload.objects.filter(reduce(or_, wanted), state__in=FINAL, ended_at__isnull=False)
    alike = alike.exclude(pk__in=kinds)
    latest = alike.annotate(rank=Window(RowNumber(), partition_by=list(_ALIKE), order_by=F("id").desc()))
    found: dict[tuple[Any, ...], dict[str, list[float]]] = {}
    for attempts, ended_at, *kind in latest.filter(rank__lte=_USUAL_OF).values_list("phases", "ended_at", *_ALIKE):
        for word, seconds in phases.durations(attempts[-1], ended_at).items() if attempts else ():
            found.setdefault(tuple(kind), {}).setdefault(word, []).append(seconds)
    return {pk: _medians(found.get(kind, {})) for pk, kind in kinds.items()}


def usual_steps(workload: Workload) -> dict[int, starting.Usual]:
    """How the steps of a start went with the last ended work that is alike, and with what of this is up. One query."""
    alike = {name: getattr(workload, name) for name in _ALIKE}
    ended = Workload.objects.filter(**alike, state__in=FINAL).exclude(pk=workload.pk).order_by("-pk")
    return starting.usual([*ended.values_list("parts", flat=True)[:_USUAL_OF], workload.parts])


_ALIKE = ("project_id", "provider", "kind", "hardware_id", "gpu_count")


def _medians(found: dict[str, list[float]]) -> dict[str, float]:
    return {word: median(seconds) for word, seconds in found.items() if len(seconds) >= _USUAL_AT_LEAST}


def activity(workload: Workload, most: int = 100) -> QuerySet[Record]:
    """What people did with it, newest first."""
    records = Record.objects.filter(team=workload.team_id, target_id=workload.public_id)
    return records.order_by("-id")[:most]


def _narrowed(filters: Filters) -> Q:
    words: dict[str, Any] = {
        "provider__in": filters.providers,
        "project__slug__in": filters.projects,
        "project__in": filters.project_pks,
        "kind": filters.kind,
        "state__in": filters.states,
        "reason_code__in": filters.causes,
        "owner__email__in": [address.strip().lower() for address in filters.owners],
        "owner__in": filters.owner_pks,
        "gpu_model__in": filters.gpus,
        "labels__overlap": list(filters.labels),
        "name__holds": filters.name,
        "created_at__gte": filters.created_from,
        "created_at__lt": filters.created_to,
    }
    condition = Q(**{name: value for name, value in words.items() if value})
    if filters.is_open:
        condition &= Q(state__in=OPEN)
    if filters.text:
        condition &= matching(filters.text)
    if filters.cost_from is not None:
        condition &= costs_from(filters.cost_from, filters.now or timezone.now())
    return condition


SHORT = 3
"""Characters from which on a trigram index finds a text anywhere; a shorter one is looked for at the begin alone."""


_SAMPLE, _DENSE = 2_000, 5


def is_rare(scope: WorkloadQuerySet, text: str) -> bool:
    """Whether the newest work hardly ever has the text in its name: then all that has it is best found by the trigrams
    and sorted, else by going through the newest. The database's own guess takes one for the other."""
    newest = scope.order_by("-id").values("pk")[:_SAMPLE]
    return Workload.objects.filter(pk__in=newest, name__icontains=text).count() < _DENSE


def newest_first(rows: WorkloadQuerySet) -> WorkloadQuerySet:
    """With ``newest``, by which they can be ordered as by their key, but without its index."""
    return rows.annotate(newest=F("id") + 0)


def matching(text: str) -> Q:
    """Work that a text is about: a part of its name, an id as a whole, or one of its labels."""
    name = Q(name__holds=text) if len(text) >= SHORT else Q(name__begins=text)
    return name | Q(labels__contains=[text]) | Q(public_id=text) | Q(remote_id=text)


def heavy_of(relation: str) -> Iterable[str]:
    """Sealed and bulky columns of a connection that no list shows."""
    return [f"{relation}__{name}" for name in ("credentials", "new_credentials", "old_credentials", "check_steps")]
