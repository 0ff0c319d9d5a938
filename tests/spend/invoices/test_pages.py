"""The page of invoices: three figures side by side, filters, CSV, import with its mistakes, removal."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gpuconsole.spend.models import Invoice
from gpuconsole.workloads.models import Workload
from tests.factories_workloads import Lab, make_lab, sent
from tests.spend.invoices.test_reconciling import billed, used
from tests.spend.invoices.words import as_csv, line

pytestmark = pytest.mark.django_db

PAGE, IMPORT = "/costs/invoices/", "/costs/invoices/import/"
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def lab() -> Lab:
    return make_lab()


@pytest.fixture
def signed_in(lab: Lab) -> Client:
    client = Client()
    client.force_login(lab.owner, backend=_BACKEND)
    return client


def compared(lab: Lab) -> Workload:
    """A job of $26 that was billed $28, and a stranger."""
    job = used(sent(lab.launch("baseten", name="train-7")))
    billed(
        lab,
        "baseten",
        {"resource_id": job.remote_id, "amount": "28.5", "name": "", "hourly_price": "14.25"},
        {"resource_id": "stranger", "amount": "3", "name": "=cmd()", "hourly_price": ""},
    )
    return job


def words(answer: Any) -> str:
    """What is read on the page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def send(signed_in: Client, lab: Lab, content: bytes, **more: str) -> Any:
    file = SimpleUploadedFile("november.csv", content, content_type="text/csv")
    return signed_in.post(IMPORT, {"connection": lab.connections["baseten"].public_id, "file": file, **more})


def test_three_figures_and_the_reason_stand_side_by_side(lab: Lab, signed_in: Client) -> None:
    job = compared(lab)
    answer = signed_in.get(PAGE, {"month": "2026-11"})
    shown = words(answer)
    assert f'href="/jobs/{job.public_id}/"' in answer.content.decode()
    assert "train-7" in shown
    assert "$26.00 $28.50 $2.50 Price changed" in shown
    assert "– – $3.00 $3.00 Unknown to us" in shown
    assert "Together, USD $26.00 $31.50 $5.50" in shown


def test_filters_narrow_the_rows_and_are_links(lab: Lab, signed_in: Client) -> None:
    compared(lab)
    month = {"month": "2026-11"}
    by_reason = signed_in.get(PAGE, {**month, "reason": "unknown"})
    assert "train-7" not in words(by_reason)
    assert "=cmd()" in words(by_reason)
    other = lab.connections["cortecs"].public_id
    assert "No row fits" in words(signed_in.get(PAGE, {**month, "connection": other}))
    nonsense = signed_in.get(PAGE, {**month, "reason": "lunch", "connection": "con_x", "after": "x"})
    assert "train-7" in words(nonsense)
    assert signed_in.get(PAGE, {"month": "nonsense"}).status_code == 200
    assert "Nothing to compare" in words(signed_in.get(PAGE, {"month": "2027-05"}))


def test_the_csv_has_every_digit_and_no_formula(lab: Lab, signed_in: Client) -> None:
    job = compared(lab)
    answer = signed_in.get(f"{PAGE}reconciliation.csv", {"month": "2026-11"})
    assert answer["Content-Disposition"] == 'attachment; filename="reconciliation-2026-11.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert {row["workload"]: row["variance"] for row in rows} == {job.public_id: "2.500000", "": "3.000000"}
    assert next(row for row in rows if not row["workload"])["name"] == "'=cmd()"


def test_an_import_leads_to_its_month(lab: Lab, signed_in: Client) -> None:
    answer = send(signed_in, lab, as_csv(line(), line(resource_id="r2")), number="INV-7")
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?month=2026-11")
    assert "INV-7" in words(signed_in.get(answer["Location"]))


def test_mistakes_are_a_table_and_nothing_was_kept(lab: Lab, signed_in: Client) -> None:
    answer = send(signed_in, lab, as_csv(line(), line(resource_id="r2", amount="1,5")), number="INV-7")
    assert answer.status_code == 422
    assert "Nothing was imported. Mend these rows" in words(answer)
    assert "3 amount “1,5” is no number. Write it as 1234.56" in words(answer)
    assert 'value="INV-7"' in answer.content.decode()
    assert not Invoice.objects.exists()


def test_a_form_that_is_not_whole_is_refused_beside_the_field(lab: Lab, signed_in: Client) -> None:
    answer = signed_in.post(IMPORT, {"connection": "con_x"})
    assert answer.status_code == 422
    assert "Select a valid choice" in words(answer)
    send(signed_in, lab, as_csv())
    assert "was imported on" in words(send(signed_in, lab, as_csv()))


def test_an_import_is_asked_about_and_taken_back(lab: Lab, signed_in: Client) -> None:
    send(signed_in, lab, as_csv())
    address = f"{PAGE}{Invoice.objects.get().public_id}/remove/"
    assert "Remove “november.csv”?" in words(signed_in.get(address))
    assert signed_in.post(address).status_code == 302
    assert not Invoice.objects.exists()


def test_a_sandbox_is_read_by_a_worker(lab: Lab, signed_in: Client) -> None:
    assert "Read sandbox invoice" not in words(signed_in.get(PAGE))
    lab.connections["baseten"].is_sandbox = True
    lab.connections["baseten"].save(update_fields=["is_sandbox"])
    assert "Read sandbox invoice" in words(signed_in.get(PAGE))
    answer = signed_in.post(f"{PAGE}read/", {"month": "2026-10"})
    assert answer["Location"] == f"{PAGE}?month=2026-10"
    assert "A worker reads the simulator" in words(signed_in.get(answer["Location"]))


def test_the_page_asks_no_more_for_more_rows(lab: Lab, signed_in: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(database) as queries:
            assert signed_in.get(PAGE, {"month": "2026-11"}).status_code == 200
        return len(queries)

    compared(lab)
    asked()
    before = asked()
    for n in range(4):
        job = used(sent(lab.launch("baseten")))
        billed(lab, "baseten", {"resource_id": job.remote_id, "amount": "1", "line_id": f"more{n}"})
    assert asked() == before
