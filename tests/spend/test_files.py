"""The files: every workload and day once, at full precision, and honest where something is not known."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from gpuconsole.core import csv_files
from gpuconsole.core.days import Span
from gpuconsole.projects.models import ExchangeRate
from gpuconsole.spend import exports, focus, rows
from gpuconsole.spend.cells import Scope
from gpuconsole.spend.currencies import rates_to
from gpuconsole.workloads.models import Workload
from tests.spend.conftest import HOUR, Book

DAY = datetime(2026, 11, 20, tzinfo=UTC)
NOW = DAY + 40 * HOUR
SPAN = Span(date(2026, 11, 1), date(2026, 11, 21), "UTC")
MANDATORY = {
    *("BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd"),
    *("BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd"),
    *("ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity"),
    *("PricingUnit", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName"),
}


def read(lines: Any) -> list[dict[str, str]]:
    text = StringIO()
    csv.writer(text).writerows([csv_files.cell(value) for value in line] for line in lines)
    text.seek(0)
    return list(csv.DictReader(text))


def costs(book: Book) -> list[dict[str, str]]:
    return read(exports.lines(rows.rows(Scope(book.team), SPAN, NOW), rates_to("USD")))


def in_focus(book: Book) -> list[dict[str, str]]:
    return read(focus.lines(rows.rows(Scope(book.team), SPAN, NOW), book.team, rates_to("USD")))


def test_one_row_a_workload_and_day_with_both_currencies(book: Book) -> None:
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate="1.1", on=DAY.date(), source="a bank")
    row = book.used(DAY + 23 * HOUR, DAY + 26 * HOUR, price=Decimal("0.100001"), currency="EUR")
    book.used(DAY + 30 * HOUR, None, price=Decimal(3), currency="EUR", workload=row)

    for _ in ("live", "rolled"):
        first, second = costs(book)
        assert (first["day"], second["day"]) == ("2026-11-20", "2026-11-21")
        assert first["workload"] == second["workload"] == row.public_id
        assert (first["cost"], first["currency"], first["team_cost"]) == ("0.100001", "EUR", "0.11000110000000")
        assert (first["rate"], first["rate_day"], first["rate_source"]) == ("1.10000000", "2026-11-20", "a bank")
        assert Decimal(second["cost"]) == Decimal("0.200002") + 30
        assert second["billed_seconds"] == "43200.000000"
        book.roll_up()


def test_what_nobody_knows_is_empty_and_never_zero(book: Book) -> None:
    book.used(DAY, DAY + HOUR, price=None)
    book.used(DAY, DAY + HOUR, price=Decimal(2), currency="EUR")
    unpriced, no_rate = costs(book)
    assert (unpriced["cost"], unpriced["team_cost"], unpriced["seconds_without_price"]) == ("", "", "3600.000000")
    assert (no_rate["cost"], no_rate["team_cost"], no_rate["rate"]) == ("2.000000", "", "")


def test_a_name_that_looks_like_a_formula_stays_a_text(book: Book) -> None:
    book.used(DAY, DAY + HOUR, name="=1+1")
    assert costs(book)[0]["name"] == "'=1+1"


def test_portions_join_without_loss(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "AT_ONCE", 2)
    used = [book.used(DAY + HOUR, DAY + 2 * HOUR).public_id for _ in range(5)]
    used.insert(2, book.used(DAY + HOUR, None).public_id)
    by_day = [(row["day"], row["workload"]) for row in costs(book)]
    assert sorted(set(by_day)) == sorted(by_day) and {name for _, name in by_day} == set(used)


def test_focus_has_the_names_of_the_specification_and_sums_that_hold(book: Book) -> None:
    book.used(DAY + HOUR, DAY + 2 * HOUR + timedelta(seconds=1), price=Decimal("3.6"), labels=["prod"])
    book.used(DAY, DAY + HOUR, price=None)
    [row] = in_focus(book)
    assert set(row) >= MANDATORY
    assert all(row[name] for name in MANDATORY - {"ChargeClass"})
    assert row["BilledCost"] == row["EffectiveCost"] == "3.660000"  # 61 begun minutes
    cost = Decimal(row["ListUnitPrice"]) * Decimal(row["PricingQuantity"])
    assert abs(cost - Decimal("3.66")) < Decimal("0.000000001")
    assert (row["ListUnitPrice"], row["ChargePeriodStart"]) == ("3.600000000000", "2026-11-20T00:00:00Z")
    assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
    assert json.loads(row["Tags"])["label/prod"] == "true"
    assert (row["ServiceCategory"], row["ChargeCategory"], row["x_GpuHours"][:6]) == ("Compute", "Usage", "2.0005")


def test_a_charged_day_in_focus_has_the_length_that_its_zone_says(book: Book) -> None:
    book.team.time_zone = "Europe/Berlin"
    book.team.save()
    start = datetime(2026, 10, 25, 10, tzinfo=UTC)
    book.used(start, start + HOUR)
    span = Span(date(2026, 10, 25), date(2026, 10, 25), "Europe/Berlin")
    [row] = read(focus.lines(rows.rows(Scope(book.team), span, NOW), book.team, rates_to("USD")))
    assert (row["ChargePeriodStart"], row["ChargePeriodEnd"]) == ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")


def test_files_of_the_page_are_streamed_and_keep_to_the_scope(book: Book, client: Any) -> None:
    client.force_login(book.owner)
    row = book.used(datetime.now(UTC) - HOUR, datetime.now(UTC))
    for name in ("export", "focus"):
        answer = client.get(f"/costs/{name}.csv")
        assert answer.streaming and answer["Content-Type"].startswith("text/csv")
        assert row.public_id in answer.getvalue().decode()
        assert client.get(f"/costs/{name}.csv?month=x").status_code == 422
        assert client.get(f"/costs/{name}.csv?project=other").status_code == 404
    assert Workload.objects.count() == 1
