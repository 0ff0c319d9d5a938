"""Tells the floors above that the bill of some workloads changed, in the transaction that changed it."""

from __future__ import annotations

from collections.abc import Iterable

from django.dispatch import Signal

from gpuconsole.workloads.models import Workload

changed = Signal()
"""Sent with ``workloads``: pieces of them ended, were corrected, or their outcome is another one now."""


def tell(workloads: Iterable[Workload]) -> None:
    """To be called, inside the transaction, by whatever changes an ended usage interval or what its workload is."""
    rows = list(workloads)
    if rows:
        changed.send(sender=Workload, workloads=rows)
