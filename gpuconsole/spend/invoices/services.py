"""Imports invoices, whole or not at all, and takes them out again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gpuconsole.accounts.models import User
from gpuconsole.audit import services as audit
from gpuconsole.connections.models import Connection
from gpuconsole.core.days import Month
from gpuconsole.core.errors import Refused
from gpuconsole.core.ids import new_id
from gpuconsole.spend.invoices import reading, simulator
from gpuconsole.spend.invoices.reading import BadFile, Line, Problem
from gpuconsole.spend.models import Invoice, InvoiceLine, InvoiceSource

MOST_BYTES = 10_000_000
_CHUNK = 1000


def import_file(
    *, connection: Connection, content: bytes, source: InvoiceSource, by: User | None, number: str = ""
) -> Invoice:
    """Keep the invoice that a file holds.

    Raises BadFile with every broken row, Refused for a file that was imported before; then nothing was kept.
    """
    if len(content) > MOST_BYTES:
        raise Refused(
            _("It is larger than {size} MB. Split it by month.").format(size=MOST_BYTES // 1_000_000),
            field="file",
        )
    found = reading.read(content, connection.provider)
    return _keep(connection, found, source, by, number)


def read_simulator(*, connection: Connection, month: Month, by: User | None) -> Invoice | None:
    """Ask the sandbox for its invoice of a month, which takes the place of what it said before; None: no line.

    For workers and commands: it calls the simulator. Raises Refused where that cannot be asked.
    """
    found = simulator.lines(connection, month)
    with transaction.atomic():
        _lock(connection)
        old = Invoice.objects.filter(connection=connection, source=InvoiceSource.SIMULATOR, since=month.utc.start)
        digest = reading.digest(found)
        if (same := old.filter(digest=digest).first()) is not None:
            return same
        old.delete()
        if not found:
            return None
        return _keep(connection, found, InvoiceSource.SIMULATOR, by, f"Simulator {month}", period=month)


def remove(*, invoice: Invoice, by: User | None) -> None:
    """Take an import back, with all its lines."""
    with transaction.atomic():
        audit.record(
            "invoice.remove",
            by=by,
            team=invoice.team,
            target=invoice,
            before={"connection": invoice.connection.name, "lines": invoice.line_count},
        )
        invoice.delete()


def _keep(
    connection: Connection,
    found: Sequence[Line],
    source: InvoiceSource,
    by: User | None,
    number: str,
    period: Month | None = None,
) -> Invoice:
    try:
        with transaction.atomic():
            _lock(connection)
            _refuse_repeats(connection, found)
            invoice = Invoice.objects.create(
                public_id=new_id("inv"),
                team_id=connection.team_id,
                connection=connection,
                number=number.strip()[:80],
                source=source,
                since=period.utc.start if period else min(line.started_at for line in found),
                until=period.utc.end if period else max(line.ended_at for line in found),
                digest=reading.digest(found),
                line_count=len(found),
                by=by,
                imported_at=timezone.now(),
            )
            InvoiceLine.objects.bulk_create(_rows(invoice, found), batch_size=_CHUNK)
            audit.record(
                "invoice.import",
                by=by,
                team=connection.team,
                target=invoice,
                after={"connection": connection.name, "lines": len(found), "source": source.value},
            )
    except IntegrityError as error:  # what another import has kept meanwhile: the lock makes it all but impossible
        raise Refused(_("It was imported just now by somebody else."), code="duplicate", field="file") from error
    return invoice


def _lock(connection: Connection) -> None:
    """One import of a connection at a time."""
    Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)


def _refuse_repeats(connection: Connection, found: Sequence[Line]) -> None:
    same = Invoice.objects.filter(connection=connection, digest=reading.digest(found)).first()
    if same is not None:
        text = _("This invoice was imported on {day} as “{invoice}”. Remove that one to import it anew.").format(
            day=f"{same.imported_at:%d %b %Y}", invoice=same
        )
        raise Refused(text, code="duplicate", field="file")
    problems = list(_known(connection, found))
    if problems:
        raise BadFile(problems[: reading.MOST_PROBLEMS], more=len(problems) > reading.MOST_PROBLEMS)


def _known(connection: Connection, found: Sequence[Line]) -> Iterator[Problem]:
    """Lines that stand on another invoice of the connection, by chunks."""
    for start in range(0, len(found), _CHUNK):
        part = {(line.line_id, line.started_at): line for line in found[start : start + _CHUNK]}
        ids = {line_id for line_id, _ in part}
        kept = InvoiceLine.objects.filter(connection=connection, line_id__in=ids).select_related("invoice")
        for old in kept:
            if (line := part.get((old.line_id, old.started_at))) is not None:
                text = _("It was imported before, with “{invoice}”. Take it out, or remove that invoice.").format(
                    invoice=old.invoice
                )
                yield Problem(line.row, "line_id", text)


def _rows(invoice: Invoice, found: Sequence[Line]) -> Iterator[InvoiceLine]:
    for line in found:
        values = {name: getattr(line, name) for name in Line.__slots__}
        yield InvoiceLine(invoice=invoice, connection_id=invoice.connection_id, **values)
