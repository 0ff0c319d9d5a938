"""A team whose use is written down row by row, as the meter would."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gpuconsole.core.days import Span
from gpuconsole.projects.models import Project
from gpuconsole.spend import rollup, stale
from gpuconsole.spend.axes import By
from gpuconsole.spend.cells import Scope
from gpuconsole.spend.reading import Reader
from gpuconsole.workloads import usage
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import State
from tests.factories import set_budget
from tests.factories_workloads import Lab, make_lab


def give_budget(project: Project, amount: Decimal | int, currency: str = "USD") -> None:
    """What the project may spend in a month."""
    set_budget(project, amount, currency)


class Book(Lab):
    """A lab with a pen."""

    def used(
        self,
        start: datetime,
        end: datetime | None,
        *,
        slug: str = "baseten",
        price: Decimal | None = Decimal("2.5"),
        state: State = State.SUCCEEDED,
        workload: Workload | None = None,
        gpus: int = 2,
        **facts: Any,
    ) -> Workload:
        """A workload that was billed from the one moment to the other, or still is; marked as the meter marks it."""
        row = workload or self.launch(slug)
        currency = facts.pop("currency", "USD")
        Workload.objects.filter(pk=row.pk).update(
            **{"state": State.RUNNING if end is None else state, "gpu_count": gpus, "currency": currency, **facts}
        )
        billed_s = None if end is None else usage.seconds(end - start)
        UsageInterval.objects.create(
            workload=row,
            project_id=facts.get("project", self.project).pk,
            started_at=start,
            ended_at=end,
            billed_s=billed_s,
            cost=None if billed_s is None else usage.price_of(billed_s, price, "minute"),
            hourly_price=price,
            currency=currency,
            rounding="minute",
            gpu_count=gpus,
        )
        row.refresh_from_db()
        if end is not None:
            stale.mark(None, [row])
        return row

    def reader(self, now: datetime, *projects: int) -> Reader:
        """As a page at this moment has it."""
        return Reader(Scope(self.team, projects or None), now)

    def costs(self, span: Span, now: datetime, by: By = By.ALL) -> dict[str, Decimal]:
        """Sums by currency."""
        sums: dict[str, Decimal] = {}
        for cell in self.reader(now).cells(span, by):
            sums[cell.currency] = sums.get(cell.currency, Decimal(0)) + cell.cost
        return {currency: amount for currency, amount in sums.items() if amount}

    def roll_up(self, **how: Any) -> int:
        return rollup.roll_up(self.team, **how)


@pytest.fixture
def book(db: None) -> Book:
    lab = make_lab()
    return Book(lab.team, lab.owner, lab.project, lab.connections)


HOUR = timedelta(hours=1)
