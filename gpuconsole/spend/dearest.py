"""The dearest workloads of a month: found by the database, then added up exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gpuconsole.core.days import Span
from gpuconsole.spend.cells import WorkloadCell
from gpuconsole.spend.currencies import Rates, Total
from gpuconsole.spend.reading import Reader
from gpuconsole.workloads.lists import hardware
from gpuconsole.workloads.models import Workload

MOST = 50


@dataclass(frozen=True, slots=True)
class Dear:
    """One workload with what it cost in the month."""

    workload: Workload
    url: str
    """Empty where its record was deleted."""
    hardware: str
    spent: Total
    gpu_s: Decimal
    unpriced_s: Decimal

    @property
    def gpu_hours(self) -> Decimal:
        return self.gpu_s / 3600

    @property
    def is_unpriced(self) -> bool:
        """Whether nothing of it has a price."""
        return self.unpriced_s > 0 and not self.spent.amount and self.spent.is_whole


def dearest(reader: Reader, span: Span, rates: Rates, currencies: Iterable[str], most: int = MOST) -> list[Dear]:
    """Dearest first. Currencies are compared at the newest rate; one without a rate at face value, so that it shows."""
    still_open = reader.open_days(span)
    worth = {own: rate.value for own in currencies if (rate := rates.at(own, span.last))}
    closed = reader.dearest(span, worth, most)
    candidates = {*closed, *(cell.workload for cell in still_open)}
    cells = [*reader.days_of(span, sorted(candidates)), *still_open]
    found: dict[int, list[WorkloadCell]] = defaultdict(list)
    for cell in cells:
        found[cell.workload].append(cell)
    sums = {pk: _total(days, rates) for pk, days in found.items()}
    chosen = sorted(sums, key=lambda pk: (-sums[pk].face_value, pk))[:most]
    rows = Workload.objects.select_related("project", "owner").only(
        *("public_id", "name", "kind", "state", "provider", "gpu_model", "gpu_count", "hardware_id", "is_sandbox"),
        "deleted_at",
        *("project__name", "owner__name", "owner__email"),
    )
    by_pk = rows.in_bulk(chosen)
    return [_dear(by_pk[pk], sums[pk], found[pk]) for pk in chosen if pk in by_pk]


def _total(cells: Sequence[WorkloadCell], rates: Rates) -> Total:
    found = Total()
    for cell in cells:
        found.add(cell.cost, cell.currency, cell.day, rates)
    return found


def _dear(workload: Workload, spent: Total, cells: Sequence[WorkloadCell]) -> Dear:
    return Dear(
        workload=workload,
        url=f"{workload.get_absolute_url()}cost/" if workload.deleted_at is None else "",
        hardware=hardware(workload),
        spent=spent,
        gpu_s=sum((cell.gpu_s for cell in cells), Decimal(0)),
        unpriced_s=sum((cell.unpriced_s for cell in cells), Decimal(0)),
    )
