"""An import is kept whole or not at all, once, and can be taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from gpuconsole.audit.models import Record
from gpuconsole.core.errors import Refused
from gpuconsole.spend.invoices import services
from gpuconsole.spend.invoices.reading import BadFile
from gpuconsole.spend.models import Invoice, InvoiceLine, InvoiceSource
from tests.factories_workloads import Lab, make_lab
from tests.spend.invoices.words import as_csv, line

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab() -> Lab:
    return make_lab()


def take(lab: Lab, content: bytes, *, slug: str = "baseten", number: str = "") -> Invoice:
    return services.import_file(
        connection=lab.connections[slug], content=content, source=InvoiceSource.FILE, by=lab.owner, number=number
    )


def test_an_invoice_covers_its_lines_and_is_written_down(lab: Lab) -> None:
    invoice = take(lab, as_csv(line(), line(resource_id="r2", to="2026-11-09")), number="INV-7")
    assert (invoice.line_count, str(invoice), invoice.team) == (2, "INV-7", lab.team)
    assert (invoice.since.day, invoice.until.day) == (3, 9)
    record = Record.objects.get(action="invoice.import")
    assert (record.after["lines"], record.words, record.user) == (2, "Imported invoice", lab.owner)


def test_one_broken_row_keeps_all_out(lab: Lab) -> None:
    with pytest.raises(BadFile):
        take(lab, as_csv(line(), line(resource_id="r2", amount="many")))
    assert not Invoice.objects.exists()
    assert not InvoiceLine.objects.exists()


def test_the_same_invoice_in_another_spelling_is_known_again(lab: Lab) -> None:
    take(lab, as_csv(line(), line(resource_id="r2")), number="INV-7")
    turned = as_csv(line(resource_id="r2", amount="26.00"), line(**{"from": "2026-11-03T11:00:00+01:00"}))
    with pytest.raises(Refused, match=r"was imported on .* as “INV-7”\. Remove that one"):
        take(lab, turned)
    take(lab, as_csv(line(), line(resource_id="r2")), slug="cortecs")


def test_a_line_that_came_before_is_named_with_its_row_and_nothing_is_kept(lab: Lab) -> None:
    take(lab, as_csv(line(line_id="a")), number="October")
    with pytest.raises(BadFile) as caught:
        take(lab, as_csv(line(line_id="b"), line(line_id="a", amount="1")))
    [problem] = caught.value.problems
    assert (problem.row, problem.column) == (3, "line_id")
    assert "with “October”" in problem.message
    assert Invoice.objects.count() == 1


def test_what_was_removed_can_be_imported_again(lab: Lab) -> None:
    services.remove(invoice=take(lab, as_csv()), by=lab.owner)
    assert not InvoiceLine.objects.exists()
    take(lab, as_csv())
    assert Record.objects.filter(action="invoice.remove").count() == 1


def test_too_large_a_file_is_not_read(lab: Lab) -> None:
    with pytest.raises(Refused, match="larger than 10 MB"):
        take(lab, b" " * (services.MOST_BYTES + 1))


def test_the_command_takes_csv_and_json_and_tells_every_mistake(
    lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, pk = tmp_path / "november.json", lab.connections["baseten"].public_id
    file.write_text(json.dumps({"lines": [line(), line(resource_id="r2")]}))
    call_command("import_invoice", str(file), connection=pk)
    assert "2 lines of" in capsys.readouterr().out
    file.write_bytes(as_csv(line(resource_id="r3", amount="x", currency="")))
    with pytest.raises(CommandError) as caught:
        call_command("import_invoice", str(file), connection=pk)
    assert str(caught.value).splitlines() == [
        "Nothing was imported.",
        "row 2, column amount: “x” is no number. Write it as 1234.56, without signs, commas or spaces.",
        "row 2, column currency: It is empty. Every line needs it.",
    ]
    with pytest.raises(CommandError, match="There is no connection"):
        call_command("import_invoice", str(file), connection="con_nobody")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_invoice", str(tmp_path / "gone.csv"), connection=pk)
