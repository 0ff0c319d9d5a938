"""Acting on many at once: which work was picked, what can be done with each, and the question that is asked before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gpuconsole.accounts.access import Viewer
from gpuconsole.core import formats
from gpuconsole.workloads import access, queries
from gpuconsole.workloads.models import Workload, WorkloadQuerySet
from gpuconsole.workloads.services.many import is_asked, why_not
from gpuconsole.workloads.states import Kind, Verb

MOST = 1_000
"""Workloads in one act; of more, the newest."""
LABEL = "label"
_HEAVY = ("spec", "defaults", "request", "remote", "parts", "connect", "hidden_ways", "log_cursor", "phases")


@dataclass(frozen=True, slots=True)
class BulkAct:
    """One button of the band."""

    name: str
    word: str
    """To translate."""
    icon: str
    css: str = ""

    @property
    def label(self) -> str:
        return _(self.word)


_LABEL = BulkAct(LABEL, gettext_noop("Label"), "tag")
_CLONE = BulkAct(Verb.CLONE.value, gettext_noop("Clone"), "copy")
_STOP = BulkAct(Verb.STOP.value, gettext_noop("Stop"), "square", "button-danger")
_ACTS = {
    Kind.JOB: (_LABEL, _CLONE, _STOP),
    Kind.INSTANCE: (
        _LABEL,
        _CLONE,
        BulkAct(Verb.START.value, gettext_noop("Start"), "play"),
        BulkAct(Verb.STOP.value, gettext_noop("Stop"), "square"),
        BulkAct(Verb.TERMINATE.value, gettext_noop("Terminate"), "trash-2", "button-danger"),
    ),
}


def acts(kind: Kind) -> Sequence[BulkAct]:
    """What can be done with many of a kind."""
    return _ACTS[kind]


@dataclass(frozen=True, slots=True)
class Picked:
    """What was picked: rows, newest first, and whether there were more than one act takes."""

    rows: Sequence[Workload]
    is_all: bool
    is_cut: bool


def picked(scope: WorkloadQuerySet, filters: queries.Filters, data: QueryDict) -> Picked:
    """The ticked rows that the viewer sees, or with ``all`` every one that the list's filters let through."""
    is_all = "all" in data
    rows = queries.narrowed(scope, filters) if is_all else scope.filter(public_id__in=data.getlist("pick")[:MOST])
    heavy = [*_HEAVY, *queries.heavy_of("connection")]
    found = list(rows.select_related("project", "connection").defer(*heavy).order_by("-id")[: MOST + 1])
    return Picked(found[:MOST], is_all, len(found) > MOST)


@dataclass(frozen=True, slots=True)
class Skip:
    """One that is left out, and why."""

    workload: Workload
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an act would do with each."""

    verb: Verb | None
    """None: labels."""
    rows: Sequence[Workload]
    skips: Sequence[Skip]

    @property
    def hourly(self) -> dict[str, Decimal]:
        """What the rows cost per hour now, by currency."""
        found: dict[str, Decimal] = {}
        for row in self.rows:
            if row.hourly_now is not None:
                found[row.currency] = found.get(row.currency, Decimal(0)) + row.hourly_now
        return found


def plan(viewer: Viewer, chosen: Picked, verb: Verb | None) -> Plan:
    """Part the rows into those that it can be done with and those that are left out."""
    rows, skips = [], []
    for row in chosen.rows:
        reason = _reason(viewer, row, verb)
        if reason:
            skips.append(Skip(row, reason))
        else:
            rows.append(row)
    return Plan(verb, rows, skips)


def _reason(viewer: Viewer, row: Workload, verb: Verb | None) -> str:
    if not access.may_act(viewer, row):
        return access.may_not_act()
    if verb is None or verb is Verb.CLONE:
        return ""
    return _("It is asked for already.") if is_asked(row, verb) else why_not(row, verb)


def counted(number: int, kind: Kind) -> str:
    """``2 jobs``."""
    return (
        formats.plural(number, "job", "jobs") if kind is Kind.JOB else formats.plural(number, "instance", "instances")
    )
