"""What owners asked to be told of at the launch: told once, to them alone, and to webhooks that hear of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from gpuconsole.accounts.mails import Mail, want
from gpuconsole.notify import asked, handing_out, occasions, webhooks
from gpuconsole.notify.models import Delivery, News
from gpuconsole.notify.place import Place
from gpuconsole.projects.models import ProjectRole
from gpuconsole.providers.remote import Tariff
from gpuconsole.workloads import transitions
from gpuconsole.workloads.changes import Change
from gpuconsole.workloads.guarding import Guards
from gpuconsole.workloads.models import TellMe, Workload
from gpuconsole.workloads.moves import Move
from gpuconsole.workloads.states import Reason, ReasonCode, State
from tests.factories import add_to_project
from tests.factories_workloads import Lab, make_lab, moved, sent


@pytest.fixture
def lab(db: None) -> Lab:
    return make_lab()


def told() -> list[str]:
    return list(News.objects.filter(occasion="asked").order_by("pk").values_list("subject", flat=True))


@pytest.mark.parametrize(
    ("tell_me", "heard"),
    [
        (TellMe.TROUBLE, []),
        (TellMe.RUNNING, [State.RUNNING]),
        (TellMe.FAILED, [State.FAILED]),
        (TellMe.ENDED, [State.SUCCEEDED, State.FAILED, State.CANCELLED]),
        (TellMe.ALL, [State.RUNNING, State.SUCCEEDED, State.FAILED, State.CANCELLED]),
    ],
)
def test_each_choice_hears_of_its_own_states(tell_me: TellMe, heard: list[State]) -> None:
    rows = [Workload(tell_me=tell_me, state=state) for state in State]
    assert [row.state for row in rows if asked.is_asked(Move(row, State.STARTING))] == heard


@pytest.mark.parametrize("before", [State.LOST, State.STOPPING])
def test_what_was_up_all_the_time_did_not_come_up(before: State) -> None:
    assert not asked.is_asked(Move(Workload(tell_me=TellMe.ALL, state=State.RUNNING), before))


def test_an_owner_hears_that_it_is_up_and_how_it_ended_and_nobody_else_does(lab: Lab, mailoutbox: Any) -> None:
    add_to_project(lab.project, ProjectRole.ADMIN)
    webhooks.save(place=Place(lab.team), by=lab.owner, url="https://example.com/hook", occasions=["asked"], is_on=True)
    job = moved(sent(lab.launch("baseten", guards=Guards(tell_me=TellMe.ALL))), State.STARTING)
    moved(lab.workload("baseten", State.STARTING, name="silent"), State.RUNNING)
    moved(job, State.RUNNING)
    moved(job, State.FAILED, reason=Reason(ReasonCode.GPU_MEMORY, "CUDA out of memory."))
    assert told() == [f"{job.name} is up", f"{job.name} failed"]
    assert handing_out.hand_out(timezone.now()) == 1
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([lab.owner.email], "Project: 2 news")
    assert "It costs $" in mail.body and "CUDA out of memory. It ran for" in mail.body
    assert Delivery.objects.count() == 2


def test_who_asked_for_the_end_is_not_told_of_it_and_who_did_not_is(lab: Lab) -> None:
    other = add_to_project(lab.project, ProjectRole.ADMIN)
    for by, subjects in ((lab.owner, []), (other, ["work was cancelled"])):
        job = lab.workload("baseten", guards=Guards(tell_me=TellMe.ENDED), name="work")
        Workload.objects.filter(pk=job.pk).update(intent_by=by)
        moved(job, State.CANCELLED, reason=Reason(ReasonCode.STOPPED_BY_PERSON))
        assert told() == subjects


def test_several_moves_in_one_round_are_one_piece_of_news_and_a_round_takes_one_insert(
    lab: Lab, django_assert_max_num_queries: Any
) -> None:
    jobs = [lab.workload("baseten", State.QUEUED, guards=Guards(tell_me=TellMe.ALL)) for _ in range(3)]
    changes = [
        Change(workload=job, state=state, why="x", tariff=tariff)
        for job in jobs
        for state, tariff in ((State.RUNNING, Tariff.RUN), (State.SUCCEEDED, Tariff.NOTHING))
    ]
    with django_assert_max_num_queries(12) as asked_for:
        transitions.move_many(changes)
    assert sum('INTO "notify_news"' in query["sql"] for query in asked_for.captured_queries) == 1
    assert told() == [f"{job.name} succeeded" for job in jobs]


def test_who_wants_no_such_mails_gets_none_and_trouble_stays(lab: Lab, mailoutbox: Any) -> None:
    want(lab.owner, [Mail.TROUBLE])
    lab.owner.save()
    job = lab.workload("baseten", State.QUEUED, guards=Guards(tell_me=TellMe.RUNNING))
    moved(job, State.RUNNING)
    assert handing_out.hand_out(timezone.now()) == 0
    assert occasions.ASKED in occasions.CHOICES and not News.objects.filter(told_at=None).exists()
