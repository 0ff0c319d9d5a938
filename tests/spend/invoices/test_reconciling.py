"""Estimated, metered and invoiced side by side, each difference with its reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from gpuconsole.core.days import Month
from gpuconsole.core.errors import Refused
from gpuconsole.spend.invoices import months, services
from gpuconsole.spend.invoices.compare import Row
from gpuconsole.spend.invoices.reasons import Reason
from gpuconsole.spend.invoices.reconcile import Report, reconcile
from gpuconsole.spend.models import InvoiceSource
from gpuconsole.workloads import phases, usage
from gpuconsole.workloads.models import UsageInterval, Workload
from tests.factories_workloads import Lab, make_lab, sent
from tests.spend.invoices.words import as_csv

pytestmark = pytest.mark.django_db

NOVEMBER = Month(2026, 11)
NOW = datetime(2026, 12, 5, tzinfo=UTC)
TEN = datetime(2026, 11, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def lab() -> Lab:
    return make_lab()


def used(workload: Workload, begin: datetime = TEN, length: timedelta | None = 2 * HOUR) -> Workload:
    """With a usage interval of the workload's own price; None: it is open."""
    billed_s = None if length is None else usage.seconds(length)
    UsageInterval.objects.create(
        workload=workload,
        project=workload.project,
        started_at=begin,
        ended_at=None if length is None else begin + length,
        billed_s=billed_s,
        cost=None if billed_s is None else usage.price_of(billed_s, workload.hourly_price, workload.rounding),
        hourly_price=workload.hourly_price,
        currency=workload.currency,
        rounding=workload.rounding,
        gpu_count=1,
    )
    return workload


def billed(lab: Lab, slug: str, *lines: dict[str, Any]) -> None:
    whole = [
        {
            "from": TEN.isoformat(),
            "to": (TEN + 2 * HOUR).isoformat(),
            "currency": "USD",
            "line_id": f"{slug}{n}",
            **line,
        }
        for n, line in enumerate(lines)
    ]
    content = as_csv(*whole)
    services.import_file(connection=lab.connections[slug], content=content, source=InvoiceSource.FILE, by=None)


def report(lab: Lab, month: Month = NOVEMBER, now: datetime = NOW) -> Report:
    return reconcile(lab.team, month, now=now)


def only(lab: Lab) -> Row:
    [row] = report(lab).rows
    return row


def test_three_figures_that_agree(lab: Lab) -> None:
    job = used(sent(lab.launch("baseten", stop_after_s=7200)))
    billed(lab, "baseten", {"resource_id": job.remote_id, "amount": "26", "units": 1, "hourly_price": "13"})
    row = only(lab)
    assert (row.estimated, row.metered, row.invoiced, row.variance) == (26, 26, 26, 0)
    assert (row.reason, row.workload, row.is_beyond(Decimal(0))) == (Reason.AGREES, job, False)


@pytest.mark.parametrize(
    ("lines", "reason", "variance"),
    [
        ([{"amount": "26.21"}], Reason.ROUNDING, "0.21"),
        ([{"amount": "28.60", "hourly_price": "14.3"}], Reason.PRICE, "2.6"),
        ([{"amount": "39", "hourly_price": "13"}], Reason.LENGTH, "13"),
        ([{"amount": "26"}, {"amount": "0.5", "what": "storage"}], Reason.STORAGE, "0.5"),
        ([{"amount": "26", "currency": "EUR"}], Reason.CURRENCY, None),
        ([{"amount": "30", "hourly_price": "13", "is_open": "true"}], Reason.OPEN, "4"),
        ([{"amount": "13", "hourly_price": "13", "run": 1}, {"amount": "13", "run": 2}], Reason.AGREES, "0"),
    ],
)
def test_a_difference_has_its_reason(lab: Lab, lines: list[dict[str, Any]], reason: Reason, variance: str) -> None:
    job = used(sent(lab.launch("baseten")))
    every = {"what": "", "hourly_price": "", "is_open": "", "run": ""}
    billed(lab, "baseten", *({**every, "resource_id": job.remote_id, **one} for one in lines))
    row = only(lab)
    assert row.reason == reason
    assert row.variance == (None if variance is None else Decimal(variance))


def test_what_nobody_saw_begin_is_told_to_be_an_estimate(lab: Lab) -> None:
    job = used(sent(lab.launch("baseten")))
    job.usage.update(unsure_s=1800)  # at 13 USD an hour
    billed(lab, "baseten", {"resource_id": job.remote_id, "amount": "20", "hourly_price": "13"})
    assert (only(lab).reason, only(lab).variance) == (Reason.UNSEEN, -6)


@pytest.mark.parametrize(
    ("length_s", "amount", "reason"),
    [(None, "0.0023", Reason.UNSEEN), (None, "0", Reason.AGREES), (60, "0.2190", Reason.AGREES)],
)
def test_what_only_the_invoice_has_does_not_agree_however_little_it_is(
    lab: Lab, length_s: int | None, amount: str, reason: Reason
) -> None:
    job = sent(lab.launch("baseten"))
    if length_s:
        used(job, length=timedelta(seconds=length_s))
    billed(lab, "baseten", {"resource_id": job.remote_id, "amount": amount, "what": "compute"})
    assert only(lab).reason == reason
    assert not only(lab).is_beyond(Decimal("0.01"))


def test_the_launch_keeps_what_it_was_told_whatever_becomes_of_it(lab: Lab) -> None:
    job = used(sent(lab.launch("baseten", stop_after_s=7200)))
    assert (job.estimated_hourly, job.estimated_most, job.estimated_typical) == (13, 26, None)
    Workload.objects.update(hourly_price=99, reserved=None, stop_after_s=60)
    billed(lab, "baseten", {"resource_id": job.remote_id, "amount": "26"})
    assert only(lab).estimated == 26


def test_what_is_on_one_side_only(lab: Lab) -> None:
    used(sent(lab.launch("baseten")))
    used(sent(lab.launch("cortecs")))
    billed(
        lab,
        "baseten",
        {"resource_id": "stranger", "amount": "3", "what": "compute"},
        {"resource_id": "disk", "amount": "1", "what": "storage"},
    )
    found = {(row.connection.provider, row.resource_id.partition("-")[0]): row.reason for row in report(lab).rows}
    assert found == {
        ("baseten", "remote"): Reason.NOT_ON_INVOICE,
        ("cortecs", "remote"): Reason.NO_INVOICE,
        ("baseten", "stranger"): Reason.UNKNOWN,
        ("baseten", "disk"): Reason.STORAGE,
    }
    beyond = {row.reason for row in report(lab).rows if row.is_beyond(Decimal("0.01"))}
    assert beyond == {Reason.NOT_ON_INVOICE, Reason.UNKNOWN}


def test_an_unknown_price_is_unknown_on_both_sides(lab: Lab) -> None:
    job = used(sent(lab.launch("fireworks")))
    billed(lab, "fireworks", {"resource_id": job.remote_id, "amount": ""})
    row = only(lab)
    assert (row.metered, row.invoiced, row.variance, row.reason) == (None, None, None, Reason.NO_PRICE)


def test_months_are_cut_alike_on_both_sides_and_add_up(lab: Lab) -> None:
    begin = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    job = used(sent(lab.launch("baseten")), begin, 2 * HOUR)
    times = {"from": begin.isoformat(), "to": (begin + 2 * HOUR).isoformat()}
    billed(lab, "baseten", {"resource_id": job.remote_id, "amount": "26", **times})
    [november], [december] = report(lab).rows, report(lab, Month(2026, 12)).rows
    assert (november.metered, november.invoiced, november.reason) == (Decimal("6.5"), Decimal("6.5"), Reason.AGREES)
    assert (december.metered, december.invoiced, december.reason) == (Decimal("19.5"), Decimal("19.5"), Reason.AGREES)


def test_whole_and_cut_stretches_of_one_workload_are_one_sum(lab: Lab) -> None:
    job = used(sent(lab.launch("baseten")), datetime(2026, 10, 31, 23, tzinfo=UTC), 2 * HOUR)
    used(used(job, TEN, HOUR), TEN + 5 * HOUR, HOUR)
    used(job, datetime(2026, 11, 30, 23, tzinfo=UTC), None)
    [november], [december] = report(lab).rows, report(lab, Month(2026, 12)).rows
    assert november.metered == 13 * (1 + 1 + 1 + 1)
    assert december.metered == 13 * 24 * 4


def test_open_work_is_counted_up_to_now(lab: Lab) -> None:
    now = TEN + 3 * HOUR
    job = used(sent(lab.launch("baseten")), TEN, None)
    billed(lab, "baseten", {"resource_id": job.remote_id, "amount": "26", "is_open": "true"})
    [row] = report(lab, now=now).rows
    assert (row.metered, row.variance, row.reason) == (39, -13, Reason.OPEN)
    assert not row.is_beyond(Decimal(0))


def test_a_former_attempt_is_a_resource_of_its_own_at_the_provider(lab: Lab) -> None:
    job = used(used(sent(lab.launch("baseten"))), TEN + 3 * HOUR, HOUR)
    job.phases = [*phases.known_as(job.phases, "first-try"), {"attempt": 2, "spans": [], "end": None, "note": ""}]
    job.save(update_fields=["phases"])
    billed(lab, "baseten", {"resource_id": "first-try", "amount": "26"}, {"resource_id": job.remote_id, "amount": "13"})
    row = only(lab)
    assert (row.metered, row.invoiced, row.reason) == (39, 39, Reason.AGREES)


def test_the_farthest_apart_come_first_and_sums_are_by_currency(lab: Lab) -> None:
    jobs = [used(sent(lab.launch("baseten"))) for _ in range(2)]
    instance = used(sent(lab.launch("cortecs")))
    billed(lab, "baseten", *({"resource_id": job.remote_id, "amount": 26 + n} for n, job in enumerate(jobs)))
    billed(lab, "cortecs", {"resource_id": instance.remote_id, "amount": "4.8", "currency": "EUR"})
    found = report(lab)
    assert found.rows[0].workload == jobs[1]
    assert [(one.currency, one.metered, one.invoiced, one.variance) for one in found.sums()] == [
        ("EUR", Decimal("4.8"), Decimal("4.8"), 0),
        ("USD", 52, 53, 1),
    ]
    assert len(found.narrowed(connection=lab.connections["cortecs"]).rows) == 1
    assert found.counts()[Reason.AGREES] >= 1


def test_another_teams_figures_are_not_there(lab: Lab) -> None:
    other = make_lab()
    job = used(sent(other.launch("baseten")))
    billed(other, "baseten", {"resource_id": job.remote_id, "amount": "26"})
    assert report(lab).rows == []


def test_queries_do_not_grow_with_rows(lab: Lab) -> None:
    def asked() -> int:
        with CaptureQueriesContext(database) as queries:
            report(lab)
        return len(queries)

    used(sent(lab.launch("baseten")))
    before = asked()
    for n in range(4):
        job = used(sent(lab.launch("baseten")))
        billed(lab, "baseten", {"resource_id": job.remote_id, "amount": "1", "line_id": f"q{n}"})
    assert asked() == before == 6


@pytest.mark.parametrize("text", ["2026-13", "november", "1026-11", "2026-1", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"is no month\. Write it as 2026-11"):
        months.read(text)


def test_months_follow_each_other_over_years_and_leap_days() -> None:
    assert str(months.of(Month(2026, 12).utc.end)) == "2027-01"
    assert str(Month(2027, 1).before) == "2026-12"
    assert (Month(2028, 2).utc.end - Month(2028, 2).utc.start).days == 29
