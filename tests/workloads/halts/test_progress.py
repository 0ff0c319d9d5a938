"""How far each entry has come, in steps, words and money."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from gpuconsole.connections.models import Connection, Health
from gpuconsole.workloads.halts.burn import Burn, burn
from gpuconsole.workloads.halts.progress import Step
from gpuconsole.workloads.models import InstanceEnd, Workload
from gpuconsole.workloads.states import Reason, ReasonCode, State
from tests.factories_workloads import moved
from tests.workloads.halts.conftest import Scene, confirmed, progress_of, summary_of, unanswered


def test_burn_adds_by_currency_and_counts_the_unknown() -> None:
    before = burn([("USD", Decimal(2)), ("EUR", Decimal(1)), ("USD", None), ("USD", Decimal(0))])
    assert before.words == "€1.00 per hour and $2.00 per hour; what 1 costs is not known"
    assert before - burn([("EUR", Decimal(1)), ("USD", Decimal("0.5"))]) == Burn({"USD": Decimal("1.5")}, 1)
    assert Burn().words == "nothing per hour"
    assert burn([("USD", None), ("USD", None)]).words == "what 2 cost is not known"


@pytest.mark.parametrize(
    ("told", "step", "text"),
    [
        ({}, Step.ASKED, "is asked next"),
        ({"intent_tries": 1}, Step.ACCEPTED, "has accepted it and not confirmed"),
        ({"intent_tries": 7, "remote_status": "RUNNING"}, Step.ACCEPTED, "still says “RUNNING”. 7 tries; the next at"),
        ({"intent_tries": 3, "intent_error": "503."}, Step.WAITING, "Baseten: 503. 3 tries; the next at"),
        (
            {"intent_tries": 3, "intent_error": "It is locked.", "is_intent_refused": True},
            Step.REFUSED,
            "Baseten refuses: It is locked. 3 tries; the next at",
        ),
        ({"state": State.RUNNING, "intent": ""}, Step.LEFT, "nobody asks for its end"),
    ],
)
def test_the_step_follows_the_workload(scene: Scene, told: dict[str, Any], step: Step, text: str) -> None:
    job = scene.lab.workload("baseten", name="job")
    halt = scene.halt()
    Workload.objects.filter(pk=job.pk).update(due_at=timezone.now() + timedelta(seconds=30), **told)
    one = progress_of(halt)["job"]
    assert (one.step, one.confirmed_at) == (step, None)
    assert text in one.text


def test_a_connection_out_of_reach_is_the_reason_to_wait(scene: Scene) -> None:
    scene.lab.workload("baseten", name="job")
    halt = scene.halt()
    Connection.objects.update(health=Health.REFUSED, health_text="The key was refused.")
    one = progress_of(halt)["job"]
    assert one.step is Step.WAITING and "The key was refused." in one.text


def test_a_launch_without_an_answer_is_looked_for_and_never_taken_for_ended(scene: Scene) -> None:
    job = unanswered(scene.lab.launch("baseten", name="job"))
    halt = scene.halt()
    assert progress_of(halt)["job"].step is Step.LOOKING
    job.refresh_from_db()
    moved(job, State.CANCELLED, reason=Reason(ReasonCode.NOT_FOUND, "Nothing like it."))
    one = progress_of(halt)["job"]
    assert (one.step, one.confirmed_at) == (Step.NOT_FOUND, None)
    assert (summary_of(halt).left, summary_of(halt).stuck) == (1, 1)


def test_a_confirmation_keeps_its_moment_whatever_becomes_of_the_work_later(scene: Scene) -> None:
    machine = scene.lab.workload("cortecs", name="machine")
    halt = scene.halt()
    confirmed(machine, State.STOPPED)
    first = progress_of(halt)["machine"].confirmed_at
    machine.refresh_from_db()
    confirmed(moved(machine, State.RUNNING))
    assert first is not None and progress_of(halt)["machine"].confirmed_at == first
    took = summary_of(halt).took(halt)
    assert took is not None and took == first - halt.started_at


def test_at_rest_is_no_confirmation_where_the_end_was_asked(scene: Scene) -> None:
    machine = scene.lab.workload("cortecs", name="machine")
    halt = scene.halt(instances=InstanceEnd.TERMINATE)
    confirmed(machine, State.STOPPED)
    assert progress_of(halt)["machine"].step is not Step.CONFIRMED


@pytest.mark.parametrize(
    ("state", "text"),
    [(State.CANCELLED, "Baseten confirms the end."), (State.SUCCEEDED, "It had ended by itself: succeeded.")],
)
def test_an_end_is_told_as_it_came(scene: Scene, state: State, text: str) -> None:
    job = scene.lab.workload("baseten", name="job")
    halt = scene.halt()
    confirmed(job, state)
    assert progress_of(halt)["job"].text == text


def test_the_money_tells_before_saved_and_what_goes_on(scene: Scene) -> None:
    disk = scene.lab.workload("novita", name="with disk")
    Workload.objects.filter(pk=disk.pk).update(resting_hourly_price=Decimal("0.02"))
    job = scene.lab.workload("baseten", name="job")
    scene.lab.workload("fireworks", name="unpriced")
    halt = scene.halt()
    before = summary_of(halt)
    assert (before.before, before.now, before.saved) == (
        Burn({"USD": Decimal("13.70")}, 1),
        Burn({"USD": Decimal("13.70")}, 1),
        Burn(),
    )
    confirmed(job)
    confirmed(disk, State.STOPPED)

    summary = summary_of(halt)

    assert summary.confirmed == 2 and summary.left == 1
    assert summary.now == Burn({"USD": Decimal("0.02")}, 1)
    assert summary.open == Burn({}, 1)
    assert summary.saved == Burn({"USD": Decimal("13.68")})
