"""Lists: filters, constant queries, capped counts, usual durations, sums and spend."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gpuconsole.core.paging import page
from gpuconsole.projects.models import ExchangeRate, Project
from gpuconsole.workloads import queries, spending, timeline
from gpuconsole.workloads.estimates import estimate
from gpuconsole.workloads.listing import standing
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.queries import Filters
from gpuconsole.workloads.states import Kind, State
from gpuconsole.workloads.usage import cost_so_far
from tests.factories import set_budget, set_quota, viewer_of
from tests.factories_workloads import Lab, make_spec, make_user


def found(**filters: Any) -> set[str]:
    return {workload.name for workload in queries.listing(Workload.objects.all(), Filters(**filters))}


def test_each_filter_narrows(lab: Lab) -> None:
    other = Project.objects.create(team=lab.team, name="Other", slug="other", may_never_end=True)
    ada = make_user(lab.team)
    lab.workload("baseten", name="sft", labels=["nightly"])
    lab.launch("cortecs", name="serve_1", project=other, by=ada)
    assert found() == {"sft", "serve_1"}
    assert found(providers=["cortecs"]) == found(kind=Kind.INSTANCE) == found(projects=["other"]) == {"serve_1"}
    assert (
        found(states=["running"])
        == found(is_open=True) - {"serve_1"}
        == found(labels=["nightly", "x"])
        == found(name="SF")
        == {"sft"}
    )
    assert found(owners=[ada.email.upper()]) == found(owner_pks=[ada.pk]) == found(text="SERVE_") == {"serve_1"}
    assert found(text="nightly") == {"sft"}
    assert found(text=Workload.objects.get(name="sft").public_id) == {"sft"}
    assert found(name="e%1") == found(states=["odd"]) == found(labels=["night"]) == set()


def test_created_ranges_include_their_start_only(lab: Lab) -> None:
    at = lab.launch(name="a").created_at
    assert found(created_from=at, created_to=at + timedelta(seconds=1)) == {"a"}
    assert found(created_to=at) == set()


def test_a_page_of_a_list_takes_one_query_whatever_it_shows(lab: Lab) -> None:
    for _ in range(30):
        lab.workload("baseten")
    with CaptureQueriesContext(database) as seen:
        shown = page(queries.listing(Workload.objects.all(), Filters()), limit=25)
        now = timezone.now()
        for row in shown.items:
            assert row.project.name
            assert row.connection.name
            assert row.owner == lab.owner
            assert cost_so_far(row, now) is not None
            assert timeline.mini(row, now).rows
    assert len(seen.captured_queries) == 1
    assert "credentials" not in seen.captured_queries[0]["sql"].replace("credentials_version", "")
    assert shown.older is not None


def test_counts_are_capped(lab: Lab) -> None:
    for _ in range(3):
        lab.launch()
    assert queries.capped_count(Workload.objects.all()) == 3
    assert queries.capped_count(Workload.objects.all(), most=2) == 3
    assert queries.capped_count(Workload.objects.all(), most=1) == 2


def test_open_counts(lab: Lab) -> None:
    lab.workload("baseten")
    lab.workload("baseten", State.SUCCEEDED)
    lab.workload("cortecs", State.STOPPED)
    assert queries.open_counts([lab.project]) == {"job": 1, "instance": 1}
    stands = standing.of_scope(Workload.objects.all(), Kind.JOB, viewer_of(lab.owner, lab.team))
    assert (stands.open_counts, stands.mine, stands.sums.gpus) == ({"job": 1, "instance": 1}, 1, 2)


def test_sums_count_gpus_that_are_held_and_prices_that_are_paid_now(lab: Lab) -> None:
    lab.workload("baseten", State.SUCCEEDED)
    lab.workload("baseten", State.QUEUED)
    lanes = [{"price": "3", "is_open": True}, {"price": "9", "is_open": False}, {"price": "1.5", "is_open": True}]
    Workload.objects.filter(pk=lab.workload("cortecs").pk).update(billed_lanes=lanes)
    for _ in range(2):
        lab.workload("cortecs")
    lab.workload("baseten")
    summed = standing.sums(Workload.objects.all())
    assert (summed.live, summed.gpus) == (5, 10)
    assert summed.hourly == {"USD": Decimal(13), "EUR": Decimal("9.3")}


def _ended(lab: Lab, queued_s: float, number: int = 5) -> None:
    for _ in range(number):
        job = lab.workload("baseten", State.SUCCEEDED)
        start = job.created_at.timestamp()
        spans = [["queued", start, start + queued_s], ["running", start + queued_s, start + 600]]
        phases = [{"attempt": 1, "spans": spans, "end": "succeeded", "note": ""}]
        Workload.objects.filter(pk=job.pk).update(
            phases=phases, billed_closed_s=600, cost_closed=2, ended_at=job.created_at + timedelta(seconds=600)
        )


def test_usual_phases_are_medians_of_alike_work_and_need_five(lab: Lab) -> None:
    _ended(lab, 60, 4)
    job = lab.launch("baseten")
    assert queries.usual_phases(job) == {}
    _ended(lab, 90, 1)
    assert queries.usual_phases(job) == {"queued": pytest.approx(60), "running": pytest.approx(540)}
    assert queries.usual_phases(lab.launch("cortecs")) == {}


def test_a_typical_run_is_the_median_of_alike_work(lab: Lab) -> None:
    _ended(lab, 60, 4)
    asked: dict[str, Any] = {
        "project": lab.project,
        "connection": lab.connections["baseten"],
        "spec": make_spec("baseten"),
        "owner": lab.owner,
    }
    assert estimate(**asked).typical is None
    _ended(lab, 60, 1)
    typical = estimate(**asked).typical
    assert typical is not None
    assert (typical.cost.amount if typical.cost else None, typical.run_s, typical.count) == (Decimal(2), 600.0, 5)


def test_an_estimate_of_an_unknown_price_is_unknown_and_says_so(lab: Lab) -> None:
    set_budget(lab.project, 5)
    set_quota(lab.project, "hourly_price", 3)
    lab.project.refresh_from_db()
    spec = make_spec("cortecs", hardware_type_id="UNHEARD_OF")
    figures = estimate(
        project=lab.project, connection=lab.connections["cortecs"], spec=spec, owner=lab.owner, stop_after_s=60
    )
    assert (figures.hourly, figures.upper, figures.hourly_in_team, figures.budget_after) == (None, None, None, None)
    texts = {check.name: check.text for check in figures.checks}
    assert "price is not known" in texts["Budget"]
    assert [check.name for check in figures.blocking] == ["Quota"]


def test_an_estimate_takes_few_queries_however_much_there_is(lab: Lab) -> None:
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate="1.1", on=timezone.now().date(), source="test")
    set_budget(lab.project, 1000)
    set_quota(lab.project, "gpus", 1000)
    lab.project.refresh_from_db()
    asked: dict[str, Any] = {
        "project": lab.project,
        "connection": lab.connections["cortecs"],
        "spec": make_spec("cortecs"),
        "owner": lab.owner,
    }
    counted = []
    for _ in range(2):
        for _ in range(5):
            lab.workload("cortecs", stop_after_s=600)
        with CaptureQueriesContext(database) as seen:
            estimate(**asked, stop_after_s=3600)
        counted.append(len(seen.captured_queries))
    assert counted[0] == counted[1] <= 16


def test_activity_is_what_people_did(lab: Lab) -> None:
    assert [record.action for record in queries.activity(lab.launch())] == ["workload.launch"]


def test_spend_of_a_month_takes_its_share_of_what_crosses_its_edge(lab: Lab) -> None:
    job, now = lab.launch("baseten"), timezone.now()
    start = now - timedelta(hours=10)
    for since, until, cost in (
        (start - timedelta(hours=1), start + timedelta(hours=1), Decimal(20)),
        (start + timedelta(hours=2), start + timedelta(hours=3), Decimal(5)),
        (start - timedelta(hours=3), start - timedelta(hours=2), Decimal(99)),
    ):
        UsageInterval.objects.create(
            workload=job, project=lab.project, started_at=since, ended_at=until, cost=cost, billed_s=1, currency="USD"
        )
    UsageInterval.objects.create(
        workload=job,
        project=lab.project,
        started_at=now - timedelta(hours=1),
        hourly_price=13,
        currency="USD",
        rounding="minute",
    )
    found = spending.spent_by_project(UsageInterval.objects.all(), start, now + timedelta(hours=1), now)
    assert found == {lab.project.pk: {"USD": Decimal(28)}}
