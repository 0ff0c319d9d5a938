"""The costs file: one row a workload and day at full precision, as charged and in the team's currency."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gpuconsole.spend.currencies import Rates
from gpuconsole.spend.rows import Row

COLUMNS = (
    *("day", "project", "workload", "name", "kind", "state", "provider", "connection", "sandbox", "owner", "labels"),
    *("hardware_id", "gpu_model", "region", "billed_seconds", "gpu_seconds", "seconds_without_price"),
    *("cost", "currency", "team_cost", "team_currency", "rate", "rate_day", "rate_source"),
)


def lines(rows: Iterable[Row], rates: Rates) -> Iterator[Sequence[Any]]:
    """The head and one line a row. An amount that nobody knows is empty, never zero."""
    yield COLUMNS
    for row in rows:
        yield _values(row, rates)


def _values(row: Row, rates: Rates) -> Sequence[Any]:
    cell, workload = row.cell, row.workload
    is_unknown = not row.is_priced and not cell.cost
    rate = None if is_unknown else rates.at(cell.currency, cell.day)
    return (
        *(cell.day, row.project.slug, workload.public_id, workload.name, workload.kind, workload.state),
        *(workload.provider, workload.connection.public_id, "yes" if workload.is_sandbox else "no"),
        *(workload.owner.email if workload.owner else "", " ".join(workload.labels)),
        *(workload.hardware_id, workload.gpu_model, workload.region),
        *(cell.billed_s, cell.gpu_s, cell.unpriced_s),
        *("" if is_unknown else cell.cost, cell.currency),
        *("" if rate is None else cell.cost * rate.value, rates.to_currency),
        *("" if rate is None else rate.value, "" if rate is None else rate.on, "" if rate is None else rate.source),
    )
