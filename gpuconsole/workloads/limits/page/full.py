"""Which limits are full, and which work holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gpuconsole.core import formats, gpus
from gpuconsole.projects import quota_words, quotas
from gpuconsole.projects.models import Measure, Quota
from gpuconsole.workloads.limits.page.place import Place
from gpuconsole.workloads.models import Workload

_MOST = 500
_COUNTED = {Measure.GPUS, Measure.WORKLOADS}


@dataclass(frozen=True, slots=True)
class Full:
    """A limit that nothing more fits under; without a name where nobody here holds it."""

    label: str
    name: str = ""
    url: str = ""
    text: str = ""
    since: datetime | None = None
    others: str = ""


def of(place: Place, rows: Sequence[Quota], uses: Mapping[int, quotas.Use], now: datetime) -> list[Full]:
    """Those that are full now, with whoever holds most of each. One query, none where nothing is full."""
    found = [row for row in rows if row.measure in _COUNTED and _is_full(row, uses.get(row.pk))]
    if not found:
        return []
    held = Workload.objects.holding().filter(team=place.team).order_by("-gpu_count", "created_at")
    if place.project is not None:
        held = held.filter(project=place.project)
    names = ("public_id", "name", "kind", "gpu_count", "gpu_model", "owner", "created_at", "project")
    holders = list(held.only(*names)[:_MOST])
    return [_full(row, [one for one in holders if _counts(row, one)]) for row in found]


def _is_full(row: Quota, use: quotas.Use | None) -> bool:
    return use is not None and use.amount is not None and bool(row.number) and use.amount >= row.number


def _counts(row: Quota, one: Workload) -> bool:
    if row.kind not in ("", one.kind) or row.member_id not in (None, one.owner_id):
        return False
    if row.measure == Measure.GPUS and not one.gpu_count:
        return False
    return not row.gpu_model or row.gpu_model == gpus.normal(one.gpu_model)


def _full(row: Quota, holders: Sequence[Workload]) -> Full:
    label = _("{what} quota is full").format(what=row.gpu_model or quota_words.label(row))
    if row.each_member or not holders:
        return Full(label)
    first, whole = holders[0], int(row.number)
    count = first.gpu_count if row.measure == Measure.GPUS else 1
    text = (_("holds all {whole}") if count >= whole else _("holds {count} of {whole}")).format(
        count=count, whole=whole
    )
    rest, others = len(holders) - 1, ""
    if rest and count < whole:
        words = ngettext("and {count} other workload holds the rest", "and {count} other workloads hold the rest", rest)
        others = words.format(count=formats.count(rest))
    return Full(label, first.name, first.get_absolute_url(), text, first.created_at, others)
