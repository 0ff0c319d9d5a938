"""Budgets at work: what is spent and reserved in a month, over its end, and what is left for launches."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gpuconsole.projects.budgets import month_of, months_until
from gpuconsole.projects.models import ExchangeRate, Project
from gpuconsole.workloads import services
from gpuconsole.workloads.limits import money
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import State
from tests.factories import set_budget
from tests.factories_workloads import Lab, moved

NOW = datetime(2026, 11, 30, 20, tzinfo=UTC)
NOVEMBER, DECEMBER = months_until(NOW, None, "UTC")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("ends_by", "rounding", "november", "december"),
    [
        (NOW + 2 * HOUR, "second", 20, 0),
        (NOW + 10 * HOUR, "second", 40, 60),
        (NOW + timedelta(hours=4, minutes=30), "hour", 40, 10),
        (None, "second", 40, 100),
        (NOW - HOUR, "second", 100, 0),
    ],
)
def test_a_reservation_counts_in_each_month_with_what_can_fall_there(ends_by, rounding, november, december):
    shares = [money.share(Decimal(100), Decimal(10), rounding, ends_by, NOW, month) for month in (NOVEMBER, DECEMBER)]
    assert shares == [november, december]


@given(st.integers(0, 80 * 24 * 60), st.integers(1, 500), st.sampled_from(["second", "minute"]))
def test_the_shares_of_the_months_are_the_whole(minutes: int, cents: int, rounding: str) -> None:
    ends_by, hourly = NOW + timedelta(minutes=minutes), Decimal(cents) / 100
    most = hourly * minutes / 60
    shares = [money.share(most, hourly, rounding, ends_by, NOW, month) for month in months_until(NOW, ends_by, "UTC")]
    assert abs(sum(shares) - most) < Decimal("0.0001")


def test_reserved_money_shrinks_as_it_is_spent(lab: Lab) -> None:
    lab.launch("baseten", stop_after_s=3600)
    Workload.objects.update(cost_closed=Decimal(3))
    now = timezone.now()
    found = money.falling(Workload.objects.all(), month_of(now, "UTC"), now)
    assert found == {lab.project.pk: {"USD": Decimal(10)}}


def test_a_standing_tells_spent_and_reserved_of_project_and_team(lab: Lab) -> None:
    other = Project.objects.create(team=lab.team, name="Other", slug="other", may_never_end=True)
    own, wide = set_budget(lab.project, 100), set_budget(lab.project, 500, wide=True)
    lab.launch("baseten", stop_after_s=3600)
    lab.launch("baseten", stop_after_s=3600, project=other)
    one, both = money.standings([own, wide], timezone.now())
    assert one.balance and both.balance
    assert (one.balance.spent.amount, one.balance.reserved.amount, one.balance.left.amount) == (0, 13, 87)
    assert (both.balance.reserved.amount, both.balance.left.amount) == (26, 474)


def test_what_the_database_sums_is_what_the_rows_say(lab: Lab) -> None:
    """Plain work is summed by the database, other work row by row; both as if each row had been looked at."""
    now = timezone.now()
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate="1.5", on=now.date(), source="test")
    endless = lab.workload("baseten")
    UsageInterval.objects.filter(workload=endless).update(started_at=now - HOUR)
    Workload.objects.filter(pk=endless.pk).update(billed_since=now - HOUR)
    budget = set_budget(lab.project, 100_000)
    lab.launch("baseten", stop_after_s=3600)
    lab.workload("baseten", stop_after_s=3600)
    moved(lab.workload("baseten", stop_after_s=3600), State.SUCCEEDED)
    again = lab.workload("cortecs", State.STOPPED, stop_after_s=3600)
    UsageInterval.objects.filter(workload=again).update(cost=Decimal(3))
    Workload.objects.filter(pk=again.pk).update(cost_closed=Decimal(3))
    services.start(workload=again, by=lab.owner)
    over = lab.workload("baseten", stop_after_s=3600)
    Workload.objects.filter(pk=over.pk).update(ends_by=now - HOUR)
    long = lab.launch("baseten", stop_after_s=3600)
    Workload.objects.filter(pk=long.pk).update(ends_by=now + timedelta(days=70), reserved=Decimal(13 * 24 * 70))
    UsageInterval.objects.filter(workload=over).update(started_at=now - 2 * HOUR)
    Workload.objects.filter(pk=over.pk).update(billed_since=now - 2 * HOUR)

    (standing,) = money.standings([budget], now)
    ((left,),) = money.left([budget], [standing.month], now)

    assert standing.balance is not None and left is not None
    taken = standing.balance.spent.amount + standing.balance.reserved.amount
    assert 100_000 - taken == left.amount
    assert taken > 26


def test_a_workload_is_left_out_with_what_it_may_still_cost(lab: Lab) -> None:
    budget, now = set_budget(lab.project, 100), timezone.now()
    job = lab.launch("baseten", stop_after_s=3600)
    months = [month_of(now, "UTC")]
    (((taken,),), ((free,),)) = (money.left([budget], months, now, without=one) for one in (None, job))
    assert (taken, free) == (money.Money(Decimal(87), "USD"), money.Money(Decimal(100), "USD"))
