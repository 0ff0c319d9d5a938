"""Corrects the pieces of stretches that lasted less, by their provider's own word, than was counted meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads import usage
from gpuconsole.workloads.models import UsageInterval


@dataclass(frozen=True, slots=True)
class Overrun:
    """A stretch on ``tariff`` that we closed at ``closed_at``; its provider says when it ended, and how long it was."""

    workload_id: int
    tariff: Tariff
    closed_at: datetime
    ended_at: datetime
    whole_s: Decimal


def write(overruns: Sequence[Overrun]) -> None:
    """Shorten the newest pieces of each, so that pieces and whole agree again. Two queries."""
    of_workload: dict[int, list[UsageInterval]] = defaultdict(list)
    closed = UsageInterval.objects.filter(
        workload__in={overrun.workload_id for overrun in overruns}, ended_at__isnull=False
    )
    for piece in closed.order_by("-started_at", "-pk"):
        of_workload[piece.workload_id].append(piece)
    changed = [piece for overrun in overruns for piece in shortened(overrun, of_workload[overrun.workload_id])]
    UsageInterval.objects.bulk_update(changed, ["started_at", "ended_at", "before_s", "billed_s", "cost"])


def shortened(overrun: Overrun, newest_first: Iterable[UsageInterval]) -> list[UsageInterval]:
    found = list(_too_long(overrun, newest_first))
    end = max(overrun.ended_at, found[-1].started_at) if found else overrun.ended_at
    for piece in found:
        counted_s = piece.before_s + (piece.billed_s or Decimal(0))
        piece.before_s = min(piece.before_s, overrun.whole_s)
        piece.billed_s = min(counted_s, overrun.whole_s) - piece.before_s
        piece.cost = usage.piece_cost(piece.before_s, piece.billed_s, piece.hourly_price, piece.rounding)
        piece.started_at, piece.ended_at = min(piece.started_at, end), end
    return found


def _too_long(overrun: Overrun, newest_first: Iterable[UsageInterval]) -> Iterable[UsageInterval]:
    """The pieces of the stretch that reach beyond its length, newest first."""
    for piece in newest_first:
        if piece.tariff != overrun.tariff or piece.ended_at is None or piece.ended_at > overrun.closed_at:
            continue
        if piece.before_s + (piece.billed_s or Decimal(0)) <= overrun.whole_s:
            return
        yield piece
        if not piece.before_s:
            return
