"""The store of checkpoints: what a provider lists of one job, each kept once and written only where it changed."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, QuerySet

from gpuconsole.core import versions
from gpuconsole.providers import remote
from gpuconsole.workloads.models import Checkpoint, Workload

_FACTS = ("created_at", "size_bytes", "is_complete", "kind")
_ID_LENGTH = 200


def keep(workload: Workload, found: Sequence[remote.Checkpoint]) -> int:
    """Keep what the provider lists for the attempt that runs or ran last; gives how many were new or changed.

    One that is listed no more stays: it was there, and who needs it should see that.
    """
    held = {one.remote_id: one for one in workload.checkpoints.filter(attempt=workload.attempt)}
    listed = {one.id[:_ID_LENGTH]: one for one in found if one.id}
    changed = {key: one for key, one in listed.items() if key not in held or _facts(one) != _facts(held[key])}
    if not changed:
        return 0
    rows = [_row(workload, key, one) for key, one in changed.items()]
    with transaction.atomic():
        Checkpoint.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["workload", "attempt", "remote_id"], update_fields=_FACTS
        )
        versions.bump(f"workload:{workload.pk}")
    return len(rows)


def newest_first(workload: Workload) -> QuerySet[Checkpoint]:
    """All that are kept, those without a time last."""
    return workload.checkpoints.order_by(F("created_at").desc(nulls_last=True), "-pk")


def is_copying(workload: Workload) -> bool:
    """Whether the provider was still copying one of the last attempt when it was asked last."""
    return workload.checkpoints.filter(attempt=workload.attempt, is_complete=False).exists()


def _facts(one: remote.Checkpoint | Checkpoint) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in _FACTS)


def _row(workload: Workload, key: str, one: remote.Checkpoint) -> Checkpoint:
    facts = dict(zip(_FACTS, _facts(one), strict=True))
    return Checkpoint(workload=workload, attempt=workload.attempt, remote_id=key, **facts)
