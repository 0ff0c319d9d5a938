"""The guard of budgets: alerts are recorded once a month, and work is ended at 120 % only where that was chosen."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from gpuconsole.projects.budgets import month_of
from gpuconsole.projects.models import Budget, BudgetAlert, Project
from gpuconsole.sync import overspending
from gpuconsole.workloads import settled
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import ReasonCode, State
from tests.factories import set_budget
from tests.factories_workloads import Lab, make_lab
from tests.sync.bench import Engine

MINUTE = timedelta(minutes=1)


@pytest.fixture
def lab(db: None) -> Lab:
    found = make_lab()
    found.workload("baseten", State.CANCELLED)
    return found


def spend(lab: Lab, amount: float, at: datetime, project: Project | None = None) -> None:
    """One ended hour of work that cost so much."""
    job = Workload.objects.filter(project=project or lab.project, state=State.CANCELLED)[0]
    UsageInterval.objects.create(
        workload=job,
        project=project or lab.project,
        started_at=at - MINUTE,
        ended_at=at,
        billed_s=60,
        cost=Decimal(str(amount)),
        hourly_price=1,
        currency="USD",
        rounding="second",
    )
    settled.changed.send(sender=Workload, workloads=[job])


def kinds() -> list[str]:
    return list(BudgetAlert.objects.order_by("pk").values_list("kind", flat=True))


def test_each_mark_is_recorded_once_however_often_it_is_looked_at(lab: Lab) -> None:
    set_budget(lab.project, 100)
    now = timezone.now()
    spend(lab, 55, now)
    overspending.enforce(now)
    overspending.enforce(now)
    assert kinds() == ["50"]
    spend(lab, 50, now)
    overspending.enforce(now + 10 * timedelta(seconds=1))
    assert kinds() == ["50"]
    for minutes in (1, 2, 3):
        overspending.enforce(now + minutes * MINUTE)
    assert kinds() == ["50", "80", "100"]
    alert = BudgetAlert.objects.get(kind="100")
    assert (alert.spent, alert.sent_at, alert.month) == (105, None, month_of(now, "UTC").first)


def test_another_month_tells_anew(lab: Lab) -> None:
    set_budget(lab.project, 100)
    now = timezone.now()
    spend(lab, 60, now)
    overspending.enforce(now)
    later = month_of(now, "UTC").end + timedelta(hours=1)
    spend(lab, 60, later)
    overspending.enforce(later)
    assert sorted(BudgetAlert.objects.filter(kind="50").values_list("month", flat=True)) == [
        month_of(now, "UTC").first,
        month_of(later, "UTC").first,
    ]


def test_a_teams_budget_counts_all_its_projects(lab: Lab) -> None:
    other = Project.objects.create(team=lab.team, name="Other", slug="other", may_never_end=True)
    lab.workload("baseten", State.CANCELLED, project=other)
    set_budget(lab.project, 100, wide=True)
    now = timezone.now()
    spend(lab, 30, now)
    spend(lab, 30, now, other)
    overspending.enforce(now)
    assert kinds() == ["50"]


def test_a_pace_that_ends_the_money_early_is_foretold_with_its_day(lab: Lab) -> None:
    now = datetime(2027, 1, 16, 12, tzinfo=timezone.get_current_timezone())
    set_budget(lab.project, 1000)
    for back in range(1, 8):
        spend(lab, 60, now - timedelta(days=back))
    overspending.enforce(now)
    alert = BudgetAlert.objects.get(kind="forecast")
    assert alert.forecast_on is not None
    assert alert.forecast_on == now.date() + timedelta(days=10)


def test_running_work_goes_on_unless_that_was_chosen(lab: Lab) -> None:
    job, now = lab.workload("baseten"), timezone.now()
    set_budget(lab.project, 100)
    spend(lab, 500, now)
    assert overspending.enforce(now) == 0
    assert overspending.enforce(now + timedelta(days=1)) == 0
    job.refresh_from_db()
    assert job.state == State.RUNNING


def test_work_is_ended_after_the_grace_and_its_events_say_why(lab: Lab) -> None:
    job, now = lab.workload("baseten"), timezone.now()
    set_budget(lab.project, 100, stops_at_120=True, grace_s=600)
    spend(lab, 121, now)
    assert overspending.enforce(now) == 0
    assert "stop" in kinds()
    assert overspending.enforce(now + 9 * MINUTE) == 0
    assert overspending.enforce(now + 11 * MINUTE) == 1
    job.refresh_from_db()
    assert (job.state, job.reason_code) == (State.STOPPING, ReasonCode.BUDGET)
    assert "of the project's $100.00" in job.reason_text
    assert job.events.filter(kind="guard", text="Guard: the budget was overspent").count() == 1
    assert overspending.enforce(now + 13 * MINUTE) == 0


def test_a_budget_that_was_raised_within_the_grace_ends_nothing(lab: Lab) -> None:
    lab.workload("baseten")
    now = timezone.now()
    set_budget(lab.project, 100, stops_at_120=True, grace_s=60)
    spend(lab, 121, now)
    overspending.enforce(now)
    Budget.objects.update(amount=200)
    assert overspending.enforce(now + 5 * MINUTE) == 0


def test_a_missing_rate_is_no_alert_and_no_end(lab: Lab) -> None:
    lab.workload("baseten")
    set_budget(lab.project, 1, "EUR", stops_at_120=True, grace_s=0)
    now = timezone.now()
    spend(lab, 121, now)
    assert overspending.enforce(now) == 0
    assert kinds() == []


def test_the_end_is_the_providers_word_as_with_every_stop(engine: Engine) -> None:
    job = engine.launch(engine.job("sleep infinity"), stop_after_s=3600)
    engine.sync()
    engine.pass_time(1800)
    engine.sync()
    Budget.objects.create(
        team=engine.team, project=engine.project, amount=Decimal("0.01"), currency="USD", stops_at_120=True, grace_s=0
    )
    UsageInterval.objects.filter(workload=job).update(started_at=timezone.now() - timedelta(minutes=30))
    assert overspending.enforce(timezone.now()) == 1
    assert engine.fresh(job).state == State.STOPPING
    engine.sync()
    engine.pass_time(60)
    engine.sync()
    assert (engine.fresh(job).state, job.reason_code) == (State.CANCELLED, ReasonCode.BUDGET)
