"""A reconciliation as lines of a CSV file at full precision, one a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gpuconsole.spend.invoices.compare import Row
from gpuconsole.spend.invoices.reconcile import Report

HEAD = (
    *("month", "connection", "provider", "is_sandbox", "workload", "name", "resource_id"),
    *("estimated", "metered", "metered_currency", "invoiced", "invoiced_currency", "variance", "reason"),
)


def lines(report: Report) -> Iterator[Sequence[Any]]:
    """All rows with a head; what is unknown is empty."""
    yield HEAD
    for row in report.rows:
        yield _values(report, row)


def _values(report: Report, row: Row) -> Sequence[Any]:
    return (
        str(report.month),
        row.connection.name,
        row.connection.provider,
        "true" if row.connection.is_sandbox else "false",
        row.workload.public_id if row.workload else None,
        row.name,
        row.resource_id,
        row.estimated,
        row.metered,
        row.metered_currency,
        row.invoiced,
        row.invoiced_currency,
        row.variance,
        row.reason.value,
    )
