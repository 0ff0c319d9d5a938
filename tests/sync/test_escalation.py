"""Acts that a provider does not confirm: said at 5, 15 and 60 minutes, told by message from 15 on, each once."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from gpuconsole.notify.models import News
from gpuconsole.sync import escalation
from gpuconsole.workloads import services
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import State
from tests.factories_workloads import Lab, make_lab, moved

MINUTE = timedelta(minutes=1)


@pytest.fixture
def lab(db: None) -> Lab:
    return make_lab()


def ending(lab: Lab) -> tuple[Workload, datetime]:
    """A job that was asked to end, and when."""
    job = services.stop(workload=lab.workload("baseten"), by=lab.owner)
    assert job.intent_at is not None
    return job, job.intent_at


def said(job: Workload) -> list[str]:
    return [
        text.split(" minutes")[0].split()[-1]
        for text in job.events.filter(text__startswith="Still").values_list("text", flat=True)
    ]


def test_each_step_is_said_once_and_told_from_the_second_on(lab: Lab) -> None:
    job, asked = ending(lab)
    for minutes in (1, 4.9, 5, 6, 14, 15, 15.1, 59, 60, 200):
        escalation.enforce(asked + minutes * MINUTE)
    assert said(job) == ["5", "15", "60"]
    subjects = list(News.objects.order_by("pk").values_list("subject", flat=True))
    assert subjects == [f"work: end is not confirmed after {minutes} minutes" for minutes in (15, 60)]


def test_nobody_is_told_the_steps_that_passed_while_nobody_looked(lab: Lab) -> None:
    job, asked = ending(lab)
    assert escalation.enforce(asked + 90 * MINUTE) == 1
    assert said(job) == ["60"]


def test_another_act_begins_its_own_count(lab: Lab) -> None:
    machine = services.stop(workload=lab.workload("cortecs"), by=lab.owner)
    assert machine.intent_at is not None
    escalation.enforce(machine.intent_at + 6 * MINUTE)
    Workload.objects.update(intent_at=machine.intent_at + 7 * MINUTE)
    assert escalation.enforce(machine.intent_at + 8 * MINUTE) == 0
    assert escalation.enforce(machine.intent_at + 12 * MINUTE) == 1
    assert said(machine) == ["5", "5"]


def test_what_is_confirmed_is_said_no_more(lab: Lab) -> None:
    job, asked = ending(lab)
    Workload.objects.update(intent="", intent_at=None)
    moved(job, State.CANCELLED)
    assert escalation.enforce(asked + 90 * MINUTE) == 0


def test_the_meter_is_said_to_run_only_where_it_does(lab: Lab) -> None:
    job, asked = ending(lab)
    escalation.enforce(asked + 5 * MINUTE)
    assert job.events.latest("id").text.endswith("end; it is still running, costing $13.00 per hour")
    unbilled = moved(lab.workload("baseten", State.QUEUED), State.STARTING)
    services.stop(workload=unbilled, by=lab.owner)
    escalation.enforce(timezone.now() + 6 * MINUTE)
    assert unbilled.events.latest("id").text.endswith("nothing is billed meanwhile")


def test_a_list_is_shown_the_step_from_its_rows_alone(lab: Lab) -> None:
    job, asked = ending(lab)
    assert [job.late_min(asked + minutes * MINUTE) for minutes in (0, 4, 5, 15, 59, 61)] == [0, 0, 5, 15, 15, 60]
    job.intent = ""
    assert job.late_min(timezone.now() + 60 * MINUTE) == 0
