"""Invoices in the JSON API: list, import, remove, and the reconciliation of a month."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Status

from gpuconsole.accounts.access import Viewer, require_team_admin
from gpuconsole.connections.models import Connection
from gpuconsole.core.api import (
    COMMON_PROBLEMS,
    WRITE_PROBLEMS,
    Amount,
    ApiInput,
    ApiQuery,
    ApiSchema,
    FieldProblem,
    PageInfo,
    PageQuery,
    QueryText,
    Text,
    asked_page,
    problem,
)
from gpuconsole.core.errors import Refused
from gpuconsole.spend.invoices import access, months, services
from gpuconsole.spend.invoices.compare import Row
from gpuconsole.spend.invoices.reading import BadFile
from gpuconsole.spend.invoices.reasons import Reason
from gpuconsole.spend.invoices.reconcile import reconcile
from gpuconsole.spend.models import Invoice, InvoiceSource

MOST_CONTENT = 2_000_000

router = Router(tags=["Costs"])


class InvoiceOut(ApiSchema):
    """One imported invoice."""

    id: str
    connection: str
    number: str
    source: InvoiceSource
    since: datetime
    until: datetime
    lines: int
    imported_at: datetime


class Invoices(PageInfo):
    items: list[InvoiceOut]


class InvoiceIn(ApiInput):
    """A file as text: CSV with a head, or the simulator's JSON. Columns are listed on the import page."""

    connection: Text
    """Its id."""
    content: Annotated[str, Field(min_length=1, max_length=MOST_CONTENT)]
    number: Annotated[Text, Field(max_length=80)] = ""


class ReconciliationQuery(ApiQuery):
    """Which month, and which of its rows."""

    month: QueryText | None = None
    """``2026-11``, in UTC as providers bill; the present one if left out."""
    connection: QueryText | None = None
    reason: Reason | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class ReconciledOut(ApiSchema):
    """One workload, or something on an invoice that no workload stands behind. null is unknown."""

    workload: str | None
    name: str
    connection: str
    resource_id: str
    estimated: Amount | None
    """The most that it could cost, as told at launch, in ``metered_currency``."""
    metered: Amount | None
    metered_currency: str
    invoiced: Amount | None
    invoiced_currency: str
    variance: Amount | None
    """Invoiced less metered."""
    reason: Reason


class SumOut(ApiSchema):
    """The known figures of one currency together; null where none is known."""

    currency: str
    metered: Amount | None
    invoiced: Amount | None
    variance: Amount | None
    unknown: int
    """Rows whose variance is unknown."""


class Reconciliation(ApiSchema):
    """The rows of a month, the farthest apart first."""

    month: str
    total: int
    """Rows that fit, shown or not."""
    items: list[ReconciledOut]
    sums: list[SumOut]


@router.get("/invoices", response={200: Invoices, **COMMON_PROBLEMS}, operation_id="list_invoices")
def list_invoices(request: HttpRequest, asked: Query[PageQuery]) -> Invoices:
    """Imported invoices of the team, newest first; for its admins."""
    page = asked_page(access.invoices(_viewer(request)), asked)
    return Invoices(items=[_invoice(one) for one in page.items], newer=page.newer, older=page.older)


@router.post("/invoices", response={201: InvoiceOut, **WRITE_PROBLEMS}, operation_id="import_invoice")
def import_invoice(request: HttpRequest, payload: InvoiceIn) -> Status[InvoiceOut] | HttpResponse:
    """Keep an invoice, whole or not at all. Mistakes are told by row and column: ``content.7.amount``."""
    viewer = _viewer(request)
    connection = _connection(viewer, payload.connection)
    try:
        invoice = services.import_file(
            connection=connection,
            content=payload.content.encode("utf-8", "surrogatepass"),
            source=InvoiceSource.API,
            by=viewer.user,
            number=payload.number,
        )
    except BadFile as bad:
        return _told(request, bad)
    except Refused as refused:  # beside the form's file; here it is the whole call that is refused
        raise Refused(refused.message, code=refused.code) from refused
    return Status(201, _invoice(invoice))


@router.delete("/invoices/{id}", response={204: None, **WRITE_PROBLEMS}, operation_id="remove_invoice")
def remove_invoice(request: HttpRequest, id: str) -> Status[None]:
    """Take an import back, with all its lines."""
    viewer = _viewer(request)
    services.remove(invoice=access.find_invoice(viewer, id), by=viewer.user)
    return Status(204, None)


@router.get("/reconciliation", response={200: Reconciliation, **COMMON_PROBLEMS}, operation_id="get_reconciliation")
def get_reconciliation(request: HttpRequest, asked: Query[ReconciliationQuery]) -> Reconciliation:
    """What was estimated, metered and invoiced in a month, with the difference and its reason; for team admins."""
    viewer, now = _viewer(request), timezone.now()
    team = require_team_admin(viewer)
    month = months.read(asked.month) if asked.month else months.of(now)
    connection = _connection(viewer, asked.connection) if asked.connection else None
    report = reconcile(team, month, now=now).narrowed(reason=asked.reason, connection=connection)
    return Reconciliation(
        month=str(month),
        total=len(report.rows),
        items=[_row(row) for row in report.rows[: asked.limit]],
        sums=[SumOut(**{name: getattr(one, name) for name in SumOut.model_fields}) for one in report.sums()],
    )


def _viewer(request: HttpRequest) -> Viewer:
    found: Viewer = request.auth  # type: ignore[attr-defined]
    return found


def _connection(viewer: Viewer, public_id: str) -> Connection:
    found = access.connections(viewer).filter(public_id=public_id).first()
    if found is None:
        raise Refused(_("There is no such connection."), code="unknown_connection", field="connection")
    return found


def _told(request: HttpRequest, bad: BadFile) -> HttpResponse:
    errors = [
        FieldProblem(path=".".join(filter(None, ("content", str(one.row or ""), one.column))), message=one.message)
        for one in bad.problems
    ]
    text = _("Nothing was imported.")
    if bad.has_more:
        text += " " + _("There are more; these are the first.")
    return problem(request, 422, text, code="invalid", errors=errors)


def _invoice(invoice: Invoice) -> InvoiceOut:
    return InvoiceOut(
        id=invoice.public_id,
        connection=invoice.connection.public_id,
        number=invoice.number,
        source=InvoiceSource(invoice.source),
        since=invoice.since,
        until=invoice.until,
        lines=invoice.line_count,
        imported_at=invoice.imported_at,
    )


def _row(row: Row) -> ReconciledOut:
    return ReconciledOut(
        workload=row.workload.public_id if row.workload else None,
        name=row.name,
        connection=row.connection.public_id,
        resource_id=row.resource_id,
        estimated=row.estimated,
        metered=row.metered,
        metered_currency=row.metered_currency,
        invoiced=row.invoiced,
        invoiced_currency=row.invoiced_currency,
        variance=row.variance,
        reason=row.reason,
    )
