"""What failed runs of a month cost, by the cause that they failed of; the sums are those of "spent on failed runs"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlencode

from gpuconsole.core import formats
from gpuconsole.core.days import Span
from gpuconsole.spend.cells import Cell, FailedCell
from gpuconsole.spend.currencies import Rates, Total
from gpuconsole.spend.reading import Reader
from gpuconsole.workloads import causes
from gpuconsole.workloads.states import Fault, ReasonCode, State


@dataclass(slots=True)
class Failed:
    """All failed runs of one cause."""

    code: ReasonCode
    jobs: int = 0
    instances: int = 0
    gpu_s: Decimal = Decimal(0)
    unpriced_s: Decimal = Decimal(0)
    spent: Total = field(default_factory=Total)
    has_sandbox: bool = False

    @property
    def title(self) -> str:
        return str(self.code.label)

    @property
    def fault(self) -> Fault:
        """Whose fault it mostly is."""
        return causes.fault(self.code)

    @property
    def fault_words(self) -> str:
        return str(self.fault.label)

    @property
    def gpu_hours(self) -> Decimal:
        return self.gpu_s / 3600

    @property
    def is_unpriced(self) -> bool:
        """Whether there was use and none of it has a price: its cost is not zero, nobody knows it."""
        return self.unpriced_s > 0 and not self.spent.face_value

    @property
    def runs(self) -> Sequence[tuple[str, str]]:
        """How many there are of each kind, in words, with the list that shows them."""
        query = urlencode({"state": State.FAILED.value, "cause": self.code.value})
        counted = (
            (self.jobs, formats.plural(self.jobs, "job", "jobs"), "/jobs/"),
            (self.instances, formats.plural(self.instances, "instance", "instances"), "/instances/"),
        )
        return [(words, f"{url}?{query}") for count, words, url in counted if count]


def by_cause(reader: Reader, span: Span, rates: Rates) -> list[Failed]:
    """The dearest first; an amount without a rate counts at face value, so that it shows."""
    return added_up(reader.failed(span), rates)


def added_up(cells: Iterable[FailedCell], rates: Rates) -> list[Failed]:
    """The same of what was read already."""
    found: dict[ReasonCode, Failed] = {}
    for cell in cells:
        one = found.setdefault(code_of(cell), Failed(code_of(cell)))
        if cell.day is None:
            one.jobs, one.instances = one.jobs + cell.jobs, one.instances + cell.instances
            one.has_sandbox |= cell.has_sandbox
        else:
            one.gpu_s += cell.gpu_s
            one.unpriced_s += cell.unpriced_s
            one.spent.add(cell.cost, cell.currency, cell.day, rates)
    return sorted(found.values(), key=lambda one: (-one.spent.face_value, one.title))


def code_of(cell: FailedCell) -> ReasonCode:
    """What it failed of."""
    return ReasonCode(cell.cause or ReasonCode.UNKNOWN)


def by_day(cells: Iterable[FailedCell]) -> list[Cell]:
    """As amounts of other keys are told."""
    return [
        Cell(
            day=cell.day,
            key=code_of(cell).value,
            currency=cell.currency,
            cost=cell.cost,
            failed_cost=cell.cost,
            gpu_s=cell.gpu_s,
            unpriced_s=cell.unpriced_s,
            has_sandbox=cell.has_sandbox,
        )
        for cell in cells
        if cell.day is not None
    ]
