"""Workloads read and held in a transaction, so that nobody else writes them meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from django.db import transaction

from gpuconsole.workloads.models import Workload


@contextmanager
def locked(pk: int) -> Iterator[Workload]:
    """One workload, read and held in a transaction of its own or of the caller; with its project and connection."""
    with locked_many([pk]) as rows:
        if pk not in rows:
            raise Workload.DoesNotExist(pk)
        yield rows[pk]


@contextmanager
def locked_many(pks: Collection[int]) -> Iterator[Mapping[int, Workload]]:
    """Many workloads at once, locked in order of their keys so that two callers never wait for each other."""
    with transaction.atomic():
        rows = Workload.objects.select_related("project", "connection").filter(pk__in=pks).order_by("pk")
        # no_key: events and logs of the workload can be written meanwhile
        yield {workload.pk: workload for workload in rows.select_for_update(of=("self",), no_key=True)}
