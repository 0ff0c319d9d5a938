"""What the page of invoices shows: the reconciliation with its filters, and what was imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from gpuconsole.connections.models import Connection
from gpuconsole.core.chips import Chip, Choice
from gpuconsole.core.days import Month
from gpuconsole.core.errors import Refused
from gpuconsole.spend.invoices import months
from gpuconsole.spend.invoices.compare import Row
from gpuconsole.spend.invoices.reasons import Reason
from gpuconsole.spend.invoices.reconcile import Report

MOST_ROWS = 200
"""On the page; the CSV has all."""
MONTHS_BACK = 13


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is narrowed to; a word that is none is left out."""

    month: Month
    connection: Connection | None
    reason: Reason | None

    def query(self, **changes: str) -> str:
        """The address of the same page with something changed; an empty text clears."""
        own = {
            "month": str(self.month),
            "connection": self.connection.public_id if self.connection else "",
            "reason": self.reason.value if self.reason else "",
        }
        return urlencode({name: value for name, value in (own | changes).items() if value})


def asked(query: QueryDict, connections: Sequence[Connection], now: datetime) -> Asked:
    """What the address asks for; the present month without one."""
    try:
        month = months.read(query.get("month", ""))
    except Refused:
        month = months.of(now)
    reason = query.get("reason", "")
    return Asked(
        month,
        next((one for one in connections if one.public_id == query.get("connection")), None),
        Reason(reason) if reason in Reason.values else None,
    )


def context(wanted: Asked, report: Report, connections: Sequence[Connection], now: datetime) -> dict[str, Any]:
    """The table with its chips; ``report`` is of the whole month."""
    of_connection = report.narrowed(connection=wanted.connection)
    shown = of_connection.narrowed(reason=wanted.reason)
    return {
        "month": wanted.month,
        "query": wanted.query(),
        "chips": _chips(wanted, of_connection, connections, now),
        "is_filtered": bool(wanted.connection or wanted.reason),
        "clear_url": f"?{wanted.query(connection='', reason='')}",
        "rows": [(row, work_url(row)) for row in shown.rows[:MOST_ROWS]],
        "total": len(shown.rows),
        "is_cut": len(shown.rows) > MOST_ROWS,
        "sums": shown.sums(),
        "has_sandbox": any(one.is_sandbox and one.removed_at is None for one in connections),
    }


def work_url(row: Row) -> str:
    """The page of the row's work; empty where it has none."""
    if row.workload is None:
        return ""
    return row.workload.get_absolute_url()


def _chips(wanted: Asked, report: Report, connections: Sequence[Connection], now: datetime) -> list[Chip]:
    listed = [months.of(now)]
    while len(listed) < MONTHS_BACK:
        listed.append(listed[-1].before)
    of_month = [Choice(month.label, f"?{wanted.query(month=str(month))}") for month in listed]
    of_connection = [Choice(one.name, f"?{wanted.query(connection=one.public_id)}") for one in connections]
    of_reason = [
        Choice(f"{reason.label} ({count})", f"?{wanted.query(reason=reason.value)}")
        for reason, count in report.counts().items()
    ]
    name = wanted.connection.name if wanted.connection else ""
    reason = str(wanted.reason.label) if wanted.reason else ""
    return [
        Chip(wanted.month.label, "", "", of_month),
        Chip(_("Connection"), name, f"?{wanted.query(connection='')}", of_connection),
        Chip(_("Reason"), reason, f"?{wanted.query(reason='')}", of_reason),
    ]
