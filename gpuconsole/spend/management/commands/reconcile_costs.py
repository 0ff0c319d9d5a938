"""``manage.py reconcile_costs``: estimated, metered and invoiced in a month; exit code 1 beyond a tolerance."""

from __future__ import annotations

import argparse
import sys
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gpuconsole.accounts.models import Team
from gpuconsole.connections.models import Connection
from gpuconsole.core import formats
from gpuconsole.core.days import Month
from gpuconsole.core.errors import Refused
from gpuconsole.spend.invoices import months, services
from gpuconsole.spend.invoices.compare import Row
from gpuconsole.spend.invoices.reasons import Reason
from gpuconsole.spend.invoices.reconcile import Report, reconcile

_HEAD = ("connection", "resource", "work", "at most", "metered", "invoiced", "variance", "reason")
_WIDTHS = (18, 22, 24, 12, 12, 12, 12, 28)
_NUMBERS = range(3, 7)


class Command(BaseCommand):
    """Prints one line a workload and the sums; reads the simulator's own invoice for sandbox connections first."""

    help = "Compare what was metered with the simulator's invoice and imported invoices."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which teams and month, and how far apart is too far."""
        parser.add_argument("--team", default="", help="slug of the only team; all teams if not given")
        parser.add_argument("--month", default="", help="such as 2026-11, in UTC; the present one if not given")
        parser.add_argument(
            "--tolerance", default="0.01", help="how far one row may be off, in its currency (default %(default)s)"
        )
        parser.add_argument("--stored-only", action="store_true", help="do not ask the simulator")

    def handle(self, *args: Any, **options: Any) -> None:
        """Team by team; ends with 1 if a row is beyond the tolerance."""
        month, tolerance = _month(options["month"]), _tolerance(options["tolerance"])
        beyond = 0
        for team in _teams(options["team"]):
            if not options["stored_only"]:
                self._read_sandboxes(team, month)
            report = reconcile(team, month, now=timezone.now())
            far = [row for row in report.rows if row.is_beyond(tolerance)]
            self._print(team, report, far)
            beyond += len(far)
        if beyond:
            self.stderr.write(f"{formats.plural(beyond, 'row', 'rows')} farther apart than {tolerance}")
            sys.exit(1)

    def _read_sandboxes(self, team: Team, month: Month) -> None:
        for connection in Connection.objects.filter(team=team, is_sandbox=True).select_related("team"):
            try:
                services.read_simulator(connection=connection, month=month, by=None)
            except Refused as refused:
                raise CommandError(f"{connection.name}: {refused.message}") from refused

    def _print(self, team: Team, report: Report, far: list[Row]) -> None:
        self.stdout.write(f"{team.name}, {report.month.label}: {formats.plural(len(report.rows), 'row', 'rows')}")
        self.stdout.write(_line(_HEAD))
        for row in report.rows:
            mark = " !" if row in far else ""
            self.stdout.write(_line(_cells(row)) + mark)
        for one in report.sums():
            unknown = f", {one.unknown} unknown" if one.unknown else ""
            amounts = (("metered", one.metered), ("invoiced", one.invoiced), ("variance", one.variance))
            figures = ", ".join(f"{name} {_amount(amount, 6)}" for name, amount in amounts)
            self.stdout.write(f"{one.currency or 'no currency'}: {figures}{unknown}")


def _teams(slug: str) -> list[Team]:
    found = list(Team.objects.filter(slug=slug) if slug else Team.objects.order_by("pk"))
    if slug and not found:
        raise CommandError(f"There is no team {slug!r}.")
    return found


def _month(text: str) -> Month:
    try:
        return months.read(text) if text else months.of(timezone.now())
    except Refused as refused:
        raise CommandError(refused.message) from refused


def _tolerance(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or found < 0:
        raise CommandError("--tolerance must be an amount such as 0.01")
    return found


def _cells(row: Row) -> tuple[str, ...]:
    amounts = (row.estimated, row.metered, row.invoiced, row.variance)
    shown = (_amount(amount, 4) for amount in amounts)
    both = f" ({row.metered_currency}, {row.invoiced_currency})" if row.reason == Reason.CURRENCY else ""
    return (row.connection.name, row.resource_id, row.name, *shown, row.reason.label + both)


def _amount(amount: Decimal | None, places: int) -> str:
    return formats.MISSING if amount is None else f"{amount:.{places}f}"


def _line(cells: tuple[str, ...]) -> str:
    parts = []
    for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True)):
        cut = cell if len(cell) <= width else f"{cell[: width - 1]}…"
        parts.append(cut.rjust(width) if place in _NUMBERS else cut.ljust(width))
    return "  ".join(parts).rstrip()
