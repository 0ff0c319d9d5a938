"""Two hundred launches at once, by HTTP, against several web processes: never one more than the limits allow."""

from collections import Counter
from decimal import Decimal

import pytest
from django.db import connection as database
from django.utils import timezone

from gpuconsole.audit.models import Record
from gpuconsole.projects.budgets import month_of
from gpuconsole.projects.models import Project
from gpuconsole.workloads.limits import money, use
from gpuconsole.workloads.models import Event, Workload
from gpuconsole.workloads.states import State
from tests.factories import make_token, set_budget, set_quota
from tests.factories_workloads import Lab, make_lab, make_spec
from tests.web import Ask, post_together, running_web

EACH = Decimal("1.2")
"""What one launch reserves: a GPU for an hour, in EUR."""


def launch_all(url: str, lab: Lab, projects: list[str]) -> list[tuple[str, int, str]]:
    """One launch a project named, all sent together; each project with the status and code that came back."""
    body = {
        "connection": lab.connections["cortecs"].public_id,
        "spec": make_spec("cortecs", num_workers=1).wire(),
        "guards": {"stop_after_s": 3600},
    }
    asks: list[Ask] = [(f"/api/v1/projects/{project}/workloads", body, {}) for project in projects]
    answers = post_together(url, make_token(lab.team, lab.owner)[1], asks)
    told = [(answer.status_code, answer.json().get("code", "")) for answer in answers]
    return [(project, *one) for project, one in zip(projects, told, strict=True)]


@pytest.mark.django_db(transaction=True)
def test_launches_at_once_take_exactly_what_quota_and_budget_have() -> None:
    """The team may hold 10 GPUs; the first of its projects has money for 5 launches, the other has no budget."""
    lab = make_lab()
    Project.objects.create(team=lab.team, name="Other", slug="other", may_never_end=True)
    quota = set_quota(lab.project, "gpus", 10, wide=True)
    budget = set_budget(lab.project, 5 * EACH + EACH / 2, "EUR")

    with running_web(workers=3) as url:
        answers = launch_all(url, lab, ["project", "other"] * 100)
        held = use.used([quota], timezone.now())[quota.pk].amount
        first = Workload.objects.filter(project=lab.project).count()
        set_quota(lab.project, "gpus", 1000, wide=True)
        later = launch_all(url, lab, ["project"] * 20)

    passed = Counter(project for project, status, _ in answers if status == 201)
    assert {status for _, status, _ in answers + later} == {201, 409}
    assert {code for _, status, code in answers if status == 409} <= {"over_quota", "over_budget"}
    assert sum(passed.values()) == held == 10
    assert passed["project"] == first <= 5
    assert first + sum(status == 201 for _, status, _ in later) == 5
    _all_is_in_order(lab)
    ((left,),) = money.left([budget], [month_of(timezone.now(), "UTC")], timezone.now())
    assert left is not None and left.amount == EACH / 2


def _all_is_in_order(lab: Lab) -> None:
    """Each launch stands there whole and waits for a worker, and no transaction hangs."""
    rows = list(Workload.objects.all())
    assert {(row.state, row.intent, row.reserved) for row in rows} == {(State.SUBMITTING, "launch", EACH)}
    assert all(row.due_at is not None for row in rows)
    assert Event.objects.count() == Record.objects.filter(action="workload.launch").count() == len(rows)
    (standing,) = money.standings([set_budget(lab.project, 5 * EACH + EACH / 2, "EUR")], timezone.now())
    assert standing.balance is not None and standing.balance.reserved.amount == 5 * EACH
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND (state = 'idle in transaction' OR wait_event_type = 'Lock')"
        )
        assert cursor.fetchone() == (0,)
