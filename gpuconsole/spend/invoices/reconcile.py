"""The reconciliation of a month: every workload that was metered or invoiced, and what no workload stands behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Q, Sum, Value

from gpuconsole.accounts.models import Team
from gpuconsole.connections.models import Connection
from gpuconsole.core.days import Month
from gpuconsole.spend.invoices import compare, metered
from gpuconsole.spend.invoices.compare import Bill, Charged, Metered, Row
from gpuconsole.spend.invoices.reasons import Reason
from gpuconsole.spend.models import Invoice, InvoiceLine
from gpuconsole.workloads import phases, usage
from gpuconsole.workloads.models import UsageInterval, Workload

_NEEDED = (
    *("public_id", "kind", "name", "connection_id", "provider", "remote_id", "phases", "state", "is_sandbox"),
    *("hourly_price", "currency", "rounding", "reserved", "stop_after_s"),
)
_LINE = (
    *("connection_id", "resource_id", "name", "what", "run", "amount", "currency", "units", "hourly_price"),
    *("is_open", "started_at", "ended_at"),
)


@dataclass(frozen=True, slots=True)
class Total:
    """The figures of one currency together, as far as they are known; None where none is."""

    currency: str
    metered: Decimal | None = None
    invoiced: Decimal | None = None
    variance: Decimal | None = None
    unknown: int = 0
    """Rows whose variance is unknown."""


@dataclass(frozen=True, slots=True)
class Report:
    """A month's rows, the farthest apart first."""

    month: Month
    rows: Sequence[Row]

    def narrowed(self, *, reason: Reason | None = None, connection: Connection | None = None) -> Report:
        """Only the rows of a reason, or of a connection."""
        kept = [
            row
            for row in self.rows
            if reason in (None, row.reason) and (connection is None or row.connection.pk == connection.pk)
        ]
        return Report(self.month, kept)

    def sums(self) -> list[Total]:
        """One for each currency."""
        found: dict[str, Total] = {}
        for row in self.rows:
            for currency, sides in _sides(row).items():
                old = found.get(currency, Total(currency))
                found[currency] = Total(
                    currency,
                    _plus(old.metered, sides[0]),
                    _plus(old.invoiced, sides[1]),
                    _plus(old.variance, sides[2]),
                    old.unknown + (row.variance is None),
                )
        return [found[currency] for currency in sorted(found)]

    def counts(self) -> dict[Reason, int]:
        """How many rows have each reason, in the order of the reasons."""
        count: dict[Reason, int] = defaultdict(int)
        for row in self.rows:
            count[row.reason] += 1
        return {reason: count[reason] for reason in Reason if count[reason]}


def reconcile(team: Team, month: Month, *, now: datetime) -> Report:
    """Compare all connections of a team in a month. Constant queries, whatever their number."""
    connections = {one.pk: one for one in Connection.objects.filter(team=team)}
    covered = set(
        Invoice.objects.filter(team=team, since__lt=month.utc.end, until__gt=month.utc.start).values_list(
            "connection_id", flat=True
        )
    )
    charged, used = _charged(connections, month), _used(team, month, now)
    rows, known = [], set()
    for workload in _workloads(team, used, charged):
        pk = workload.connection_id
        own = _own(workload, charged)
        known |= {(pk, one.resource_id) for one in own}
        had = used.get(workload.pk, Metered(currency=workload.currency))
        asked = _together(workload, own)
        rows.append(compare.row(connections[pk], workload, had, asked, has_invoice=pk in covered))
    strays = (
        compare.stray(connections[pk], one)
        for pk, found in charged.items()
        for one in found.values()
        if (pk, one.resource_id) not in known
    )
    return Report(month, sorted([*rows, *strays], key=_order))


def _plus(known: Decimal | None, amount: Decimal | None) -> Decimal | None:
    """What is unknown adds nothing."""
    return known if amount is None else (known or Decimal(0)) + amount


def _order(row: Row) -> tuple[bool, Decimal, str]:
    return row.reason.is_settled, -row.size, row.resource_id


def _sides(row: Row) -> dict[str, tuple[Decimal | None, Decimal | None, Decimal | None]]:
    """The figures by the currency that they are in."""
    ours, theirs = row.metered_currency or row.currency, row.invoiced_currency or row.metered_currency
    if ours == theirs:
        return {ours: (row.metered, row.invoiced, row.variance)}
    return {ours: (row.metered, None, None), theirs: (None, row.invoiced, None)}


def _charged(connections: Iterable[int], month: Month) -> dict[int, dict[str, Charged]]:
    """By connection and resource: what invoices ask for in the month."""
    lines = InvoiceLine.objects.filter(connection__in=list(connections), started_at__lt=month.utc.end)
    lines = lines.filter(Q(ended_at__gt=month.utc.start) | Q(started_at__gte=month.utc.start))
    found: dict[int, dict[str, Charged]] = defaultdict(dict)
    for line in lines.order_by("started_at", "pk").only(*_LINE).iterator(chunk_size=2000):
        of = found[line.connection_id].setdefault(line.resource_id, Charged(line.resource_id))
        of.add(_bill(line, month))
    return found


def _bill(line: InvoiceLine, month: Month) -> Bill:
    """The line's part in the month, by time."""
    begin, end = max(line.started_at, month.utc.start), min(line.ended_at, month.utc.end)
    whole = usage.seconds(line.ended_at - line.started_at)
    is_cut = (begin, end) != (line.started_at, line.ended_at)
    share = usage.seconds(end - begin) / whole if is_cut and whole else Decimal(1)
    return Bill(
        resource_id=line.resource_id,
        name=line.name,
        what=line.what,
        run=line.run,
        amount=compare.part_of(line.amount, share),
        currency=line.currency,
        units=line.units,
        hourly_price=line.hourly_price,
        is_open=line.is_open,
    )


def _used(team: Team, month: Month, now: datetime) -> dict[int, Metered]:
    """By workload: what was metered in the month. Added up by the database, but for what its ends cut."""
    found: dict[int, Metered] = {}
    intervals = UsageInterval.objects.filter(workload__team=team, started_at__lt=month.utc.end)
    inside = Q(started_at__gte=month.utc.start, ended_at__lte=month.utc.end)
    whole = intervals.filter(inside).values("workload_id").order_by()
    sums = whole.annotate(
        count=Count("pk"),
        cost_sum=Sum("cost"),
        unpriced=Count("pk", filter=Q(cost__isnull=True)),
        charged_in=Max("currency"),
        prices=ArrayAgg("hourly_price", distinct=True, default=Value([])),
    )
    for row in sums:
        found[row["workload_id"]] = Metered(
            amount=None if row["unpriced"] else row["cost_sum"],
            currency=row["charged_in"],
            prices={price for price in row["prices"] if price is not None},
            intervals=row["count"],
        )
    cut = intervals.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=month.utc.start)).exclude(
        inside & Q(ended_at__isnull=False)
    )
    for interval in cut.order_by("pk"):
        _add(found.setdefault(interval.workload_id, Metered()), interval, month, now)
    return found


def _add(to: Metered, interval: UsageInterval, month: Month, now: datetime) -> None:
    cost = metered.within(interval, month.utc.start, month.utc.end, now)
    to.amount = None if to.amount is None or cost is None else to.amount + cost
    to.currency = to.currency or interval.currency
    to.intervals += 1
    to.is_open = to.is_open or (interval.ended_at is None and now < month.utc.end)
    if interval.hourly_price is not None:
        to.prices.add(interval.hourly_price)


def _workloads(team: Team, used: Iterable[int], charged: dict[int, dict[str, Charged]]) -> Sequence[Workload]:
    """Those that were metered or invoiced."""
    ids = {resource_id for found in charged.values() for resource_id in found}
    asked = Q(pk__in=list(used)) | Q(connection__in=list(charged), remote_id__in=ids)
    return list(Workload.objects.filter(team=team).filter(asked).only(*_NEEDED).order_by("pk"))


def _own(workload: Workload, charged: dict[int, dict[str, Charged]]) -> list[Charged]:
    """What was charged for it, former attempts included: each is a resource of its own at the provider."""
    of_connection = charged.get(workload.connection_id, {})
    ids = [*phases.remote_ids(workload.phases), workload.remote_id]
    return [of_connection[one] for one in dict.fromkeys(ids) if one and one in of_connection]


def _together(workload: Workload, own: Sequence[Charged]) -> Charged | None:
    """The attempts as one; None where no line names any."""
    if len(own) <= 1:
        return own[0] if own else None
    found = Charged(workload.remote_id, name=own[-1].name, currency=own[0].currency)
    for number, one in enumerate(own):
        found.compute += one.compute
        found.storage += one.storage
        found.lines += one.lines
        found.unpriced += one.unpriced
        found.is_open = found.is_open or one.is_open
        found.is_mixed = found.is_mixed or one.is_mixed or one.currency != found.currency
        found.prices.update({-1 - number * 1000 - (run or 0): price for run, price in one.prices.items()})
    return found
