"""The pages of invoices: the reconciliation of a month, the import, the export."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gpuconsole.accounts.access import require_team_admin, viewer
from gpuconsole.core import csv_files, formats
from gpuconsole.core.asking import ask
from gpuconsole.core.errors import Refused
from gpuconsole.core.forms import add_refusal
from gpuconsole.core.paging import page
from gpuconsole.core.wake import wake_now
from gpuconsole.spend.invoices import access, pages, services, table
from gpuconsole.spend.invoices.columns import COLUMNS
from gpuconsole.spend.invoices.forms import ImportForm
from gpuconsole.spend.invoices.reading import BadFile
from gpuconsole.spend.invoices.reconcile import reconcile
from gpuconsole.spend.models import InvoiceSource


@login_required
@require_GET
def invoices(request: HttpRequest) -> HttpResponse:
    """What was estimated, metered and invoiced in a month, side by side, and the invoices that came in."""
    person, now = viewer(request), timezone.now()
    team, connections = require_team_admin(person), list(access.connections(person))
    wanted = pages.asked(request.GET, connections, now)
    report = reconcile(team, wanted.month, now=now)
    imported = access.invoices(person)
    try:
        found = page(imported, after=request.GET.get("after"), before=request.GET.get("before"), limit=20)
    except Refused:
        found = page(imported, limit=20)
    context = {
        **pages.context(wanted, report, connections, now),
        "invoices": found.items,
        "newer_url": f"?{wanted.query(before=found.newer)}#imported" if found.newer else "",
        "older_url": f"?{wanted.query(after=found.older)}#imported" if found.older else "",
    }
    return render(request, "invoices/reconciliation.html", context)


@login_required
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The same rows as a CSV file, all of them."""
    person, now = viewer(request), timezone.now()
    team, connections = require_team_admin(person), list(access.connections(person))
    wanted = pages.asked(request.GET, connections, now)
    report = reconcile(team, wanted.month, now=now).narrowed(reason=wanted.reason, connection=wanted.connection)
    return csv_files.answer(f"reconciliation-{wanted.month}.csv", table.lines(report))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    """Take an invoice file, whole or not at all; every broken row is shown with its column and what to do."""
    person = viewer(request)
    connections = list(access.connections(person))
    form = ImportForm(request.POST or None, request.FILES or None, connections=connections)
    problems: BadFile | None = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        connection = next(one for one in connections if one.public_id == given["connection"])
        try:
            invoice = services.import_file(
                connection=connection,
                content=given["file"].read(),
                source=InvoiceSource.FILE,
                by=person.user,
                number=given["number"] or given["file"].name,
            )
        except BadFile as bad:
            problems = bad
        except Refused as refused:
            add_refusal(form, refused)
        else:
            count = invoice.line_count
            text = ngettext("{count} line was imported.", "{count} lines were imported.", count)
            messages.success(request, text.format(count=formats.count(count)))
            return redirect(f"{reverse('invoices')}?month={invoice.since:%Y-%m}")
    context = {"form": form, "columns": COLUMNS, "bad": problems}
    return render(request, "invoices/import.html", context, status=422 if form.errors or problems else 200)


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Have a worker read the simulator's invoice of the month for every sandbox connection."""
    person = viewer(request)
    team = require_team_admin(person)
    wanted = pages.asked(request.POST, [], timezone.now())
    wake_now("spend.read_sandbox_invoices", team.pk, str(wanted.month))
    messages.success(request, _("A worker reads the simulator's invoice now. Reload in a moment."))
    return redirect(f"{reverse('invoices')}?month={wanted.month}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask, then take an import back."""
    person = viewer(request)
    invoice = access.find_invoice(person, public_id)
    if request.method == "POST":
        services.remove(invoice=invoice, by=person.user)
        messages.success(request, _("“{invoice}” was removed.").format(invoice=invoice))
        return redirect("invoices")
    question = {
        "question": _("Remove “{invoice}”?").format(invoice=invoice),
        "text": _("Its {lines} of {connection} go with it. The file can be imported again.").format(
            lines=formats.plural(invoice.line_count, "line", "lines"), connection=invoice.connection.name
        ),
        "keep_url": reverse("invoices"),
        "keep_label": _("Keep it"),
        "action_url": request.path,
        "action_label": _("Remove invoice"),
        "kind": "danger",
        "crumbs": [
            {"label": _("Costs"), "url": reverse("costs")},
            {"label": _("Invoices"), "url": reverse("invoices")},
        ],
    }
    return ask(request, question)
