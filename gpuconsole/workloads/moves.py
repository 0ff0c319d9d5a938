"""Tells the floors above that workloads came to another state, in the transaction that moved them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.dispatch import Signal

from gpuconsole.workloads.models import Workload

moved = Signal()
"""Sent with ``moves``."""


@dataclass(frozen=True, slots=True)
class Move:
    """A workload as it is now, and the state that it was in."""

    workload: Workload
    before: str


def tell(moves: Iterable[Move]) -> None:
    """To be called, inside the transaction, by what moves workloads; what stayed in its state is no move."""
    rows = [move for move in moves if move.before != move.workload.state]
    if rows:
        moved.send(sender=Workload, moves=rows)
