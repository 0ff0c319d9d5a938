"""What needs a person: late, stuck, idle, over budget; the most costly first, by a fixed number of queries."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from gpuconsole.dashboard import attention, spent_soon, troubles
from gpuconsole.dashboard.attention_items import Attention
from gpuconsole.projects.budgets import month_of
from gpuconsole.projects.models import BudgetAlert
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.factories import set_budget
from tests.factories_workloads import Lab, make_lab, make_user, make_viewer

MINUTE = timedelta(minutes=1)


@pytest.fixture
def lab(db: None) -> Lab:
    return make_lab()


def items(now: datetime | None = None) -> list[Attention]:
    return troubles.found(Workload.objects.all(), [], now or timezone.now())


def job(lab: Lab, **changes: object) -> Workload:
    made = lab.workload("baseten")
    Workload.objects.filter(pk=made.pk).update(**changes)
    made.refresh_from_db()
    return made


def test_an_end_that_is_late_says_for_how_long_and_what_it_costs(lab: Lab) -> None:
    asked = timezone.now() - 12 * MINUTE
    job(lab, state=State.STOPPING, intent="end", intent_at=asked)
    (item,) = items()
    assert (item.text, item.hourly) == ("does not end", Decimal(13))
    assert item.why == "Asked 12 m ago and not confirmed by Baseten. It costs $13.00 per hour."
    assert items(asked + 4 * MINUTE) == []


def test_what_a_guard_asked_for_is_named_after_a_minute(lab: Lab) -> None:
    asked = timezone.now() - 2 * MINUTE
    job(lab, state=State.STOPPING, intent="end", intent_at=asked, state_at=asked, reason_code=ReasonCode.COST)
    assert items()[0].why.startswith("The guard asked 2 m ago")


def test_the_dearest_is_named_first_whatever_is_newer(lab: Lab) -> None:
    cheap = job(lab, state=State.LOST, hourly_price=1)
    dear = job(lab, state=State.LOST, hourly_price=50)
    unknown = job(lab, state=State.LOST, hourly_price=None)
    viewer = make_viewer(lab.owner, lab.team)
    found = attention.found(viewer, None, Workload.objects.all(), [], timezone.now())
    assert [item.url for item in found] == [row.get_absolute_url() for row in (dear, cheap, unknown)]
    assert "What it costs is not known" in found[-1].why


def alike(lab: Lab, queued_s: int) -> None:
    """Five that ended and were queued for so long."""
    for _ in range(5):
        done = lab.workload("baseten", State.SUCCEEDED)
        began = done.created_at.timestamp()
        spans = [["queued", began, began + queued_s], ["running", began + queued_s, None]]
        phases = [{"attempt": 1, "spans": spans, "end": "succeeded", "note": ""}]
        Workload.objects.filter(pk=done.pk).update(phases=phases)


@pytest.mark.parametrize(
    ("queued_s", "waited_min", "is_stuck"), [(60, 14, False), (60, 15, True), (900, 44, False), (900, 45, True)]
)
def test_stuck_is_three_times_the_usual_and_a_quarter_of_an_hour_at_least(
    lab: Lab, queued_s: int, waited_min: int, is_stuck: bool
) -> None:
    alike(lab, queued_s)
    now = timezone.now()
    job(lab, state=State.QUEUED, state_at=now - waited_min * MINUTE, billed_since=None, billed_tariff="")
    found = items(now)
    assert bool(found) == is_stuck
    assert not found or "the usual wait for this hardware is" in found[0].why


def test_one_that_is_told_to_wait_too_long_is_stuck_before(lab: Lab) -> None:
    now = timezone.now()
    job(lab, state=State.QUEUED, state_at=now - 6 * MINUTE, queue_limit_s=300, queue_warned_at=now)
    assert "You wanted to hear of it after 5 minutes." in items(now)[0].why


def test_an_idle_gpu_that_nothing_stops_is_named_after_half_an_hour(lab: Lab) -> None:
    now = timezone.now()
    idle = job(lab, state_at=now - 60 * MINUTE, idle_since=now - 31 * MINUTE, measured_at=now)
    assert items(now)[0].text == "is idle"
    assert items(now - 2 * MINUTE) == []
    assert items(now + 10 * MINUTE) == []  # its samples are too old to tell
    Workload.objects.filter(pk=idle.pk).update(idle_after_s=3600)
    assert items(now) == []


def test_it_takes_as_many_queries_for_many_as_for_one(lab: Lab, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    now = timezone.now()
    for state in (State.QUEUED, State.STARTING, State.LOST, State.QUEUED):
        job(lab, state=state, state_at=now - 60 * MINUTE)
    with django_assert_num_queries(2):
        assert len(items(now)) == 4


def spent(lab: Lab, amount: int, kind: str) -> None:
    now, work = timezone.now(), lab.workload("baseten", State.CANCELLED)
    budget = set_budget(lab.project, 100)
    UsageInterval.objects.create(
        workload=work,
        project=lab.project,
        started_at=now - MINUTE,
        ended_at=now,
        billed_s=60,
        cost=amount,
        hourly_price=1,
        currency="USD",
        rounding="second",
    )
    BudgetAlert.objects.create(budget=budget, month=month_of(now, "UTC").first, kind=kind, at=now, spent=amount)


@pytest.mark.parametrize(("amount", "text"), [(85, None), (92, "will be over budget soon"), (101, "is over budget")])
def test_a_budget_is_named_from_nine_tenths_on(lab: Lab, amount: int, text: str | None) -> None:
    spent(lab, amount, "80")
    found = spent_soon.found(make_viewer(lab.owner, lab.team), None, timezone.now())
    assert [item.text for item in found] == ([text] if text else [])


def test_a_budget_of_a_project_that_one_does_not_see_is_not_named(lab: Lab) -> None:
    spent(lab, 95, "80")
    stranger = make_viewer(make_user(lab.team), lab.team)
    assert spent_soon.found(stranger, None, timezone.now()) == []
