"""A reconciliation as CSV at full precision, one line a row."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from gpuconsole.spend.invoices.compare import Row
from gpuconsole.spend.invoices.reconcile import Report

HEAD = (
    *("month", "connection", "provider", "is_sandbox", "workload", "name", "resource_id"),
    *("estimated", "metered", "metered_currency", "invoiced", "invoiced_currency", "variance", "reason"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(report: Report) -> str:
    """All rows with a head; what is unknown is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows(_cells(report, row) for row in report.rows)
    return text.getvalue()


def _cells(report: Report, row: Row) -> list[str]:
    words = (
        row.connection.name,
        row.connection.provider,
        "true" if row.connection.is_sandbox else "false",
        row.workload.public_id if row.workload else "",
        row.name,
        row.resource_id,
    )
    return [
        str(report.month),
        *map(_harmless, words),
        _plain(row.estimated),
        _plain(row.metered),
        row.metered_currency,
        _plain(row.invoiced),
        row.invoiced_currency,
        _plain(row.variance),
        row.reason.value,
    ]


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"


def _harmless(word: str) -> str:
    """A name that a spreadsheet would take for a formula is marked as text."""
    return f"'{word}" if word.startswith(_FORMULA) else word
