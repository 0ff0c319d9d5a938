"""What quotas have in use, summed from the workloads' own rows."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gpuconsole.accounts.models import TeamRole
from gpuconsole.projects.models import ExchangeRate, Project, Quota
from gpuconsole.workloads.limits import use
from gpuconsole.workloads.models import UsageInterval, Workload
from gpuconsole.workloads.states import State
from tests.factories import set_quota
from tests.factories_workloads import Lab, make_lab, make_user, moved


def amounts(rows: list[Quota], **asked: Any) -> list[Decimal | None]:
    found = use.used(rows, timezone.now(), **asked)
    return [found[row.pk].amount for row in rows]


def test_each_quota_counts_its_own_scope(lab: Lab) -> None:
    other = Project.objects.create(team=lab.team, name="Other", slug="other", may_never_end=True)
    ada = make_user(lab.team, TeamRole.MEMBER, project="member")
    lab.launch("baseten")
    lab.launch("cortecs", by=ada)
    lab.launch("cortecs", project=other)
    lab.workload("baseten", State.SUCCEEDED)
    make_lab().launch("baseten")
    rows = [
        set_quota(lab.project, "gpus", 9),
        set_quota(lab.project, "gpus", 9, wide=True),
        set_quota(lab.project, "gpus", 9, gpu_model="NVIDIA H100 80GB"),
        set_quota(lab.project, "workloads", 9, kind="instance"),
        set_quota(lab.project, "workloads", 9, wide=True, kind="instance"),
        set_quota(lab.project, "gpus", 9, member=ada),
        set_quota(lab.project, "workloads", 9, each_member=True),
    ]
    assert amounts(rows, owner=lab.owner) == [4, 6, 2, 1, 2, 2, 1]
    assert rows[2].gpu_model == "H100"


def test_for_each_person_the_one_who_uses_most_is_named(lab: Lab) -> None:
    ada = make_user(lab.team, TeamRole.MEMBER, project="member")
    row = set_quota(lab.project, "gpus", 9, each_member=True)
    lab.launch("baseten", by=ada)
    lab.launch("baseten", by=ada)
    lab.launch("baseten")
    lab.launch("baseten", by=None)
    (found,) = use.used([row], timezone.now()).values()
    assert (found.amount, found.who) == (4, ada.display_name)


def test_prices_are_summed_in_the_teams_currency_or_unknown(lab: Lab) -> None:
    lab.launch("baseten")
    lab.launch("cortecs")
    row = set_quota(lab.project, "hourly_price", 100)
    assert amounts([row]) == [None]
    ExchangeRate.objects.create(currency="EUR", to_currency="USD", rate="1.5", on=timezone.now().date(), source="test")
    assert amounts([row]) == [Decimal("16.6")]


def test_gpu_hours_are_those_of_the_month_and_those_still_held(lab: Lab) -> None:
    row, now = set_quota(lab.project, "gpu_hours", 900), timezone.now()
    ended = moved(lab.workload("baseten"), State.SUCCEEDED)
    UsageInterval.objects.filter(workload=ended).update(started_at=now - timedelta(hours=3), ended_at=now)
    job = lab.workload("baseten", stop_after_s=7200)
    UsageInterval.objects.filter(workload=job).update(started_at=now - timedelta(hours=1))
    times = {"billed_since": now - timedelta(hours=1), "ends_by": now + timedelta(hours=1)}
    Workload.objects.filter(pk=job.pk).update(**times)
    (used,) = use.used([row], now).values()
    assert used.amount is not None
    assert abs(used.amount - 10) < Decimal("0.01") or now.day == 1


def test_many_quotas_of_many_teams_cost_as_many_queries_as_one(lab: Lab) -> None:
    def rows(count: int) -> list[Quota]:
        found = []
        for _ in range(count):
            one = make_lab()
            one.launch("baseten")
            found += [set_quota(one.project, measure, 60) for measure in ("gpus", "workloads", "gpu_hours", "run_s")]
            found += [set_quota(one.project, "gpus", 5, wide=True, each_member=True)]
        return list(Quota.objects.filter(pk__in=[row.pk for row in found]).select_related("team"))

    counted = []
    for listed in (rows(1), rows(4)):
        with CaptureQueriesContext(database) as seen:
            assert use.used(listed, timezone.now())
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 5
