"""Launch requests: made instead of a refusal, holding their money, decided once, and launched with all checks anew."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from gpuconsole.audit.models import Record
from gpuconsole.core.errors import Refused
from gpuconsole.projects.models import ProjectMember, Quota
from gpuconsole.workloads import services as work
from gpuconsole.workloads.limits.left import lines
from gpuconsole.workloads.models import Decision, LaunchRequest, Via, Workload
from gpuconsole.workloads.requests import access, asking, services
from gpuconsole.workloads.requests.trims import Trim
from gpuconsole.workloads.states import State
from tests.factories import set_budget, set_quota
from tests.factories_workloads import make_spec, make_viewer
from tests.workloads.requests.conftest import Desk, make_desk
from tests.workloads.test_launch import at_once


def test_a_launch_over_a_limit_that_asks_waits_with_its_price_and_nothing_is_launched(desk: Desk) -> None:
    request = desk.ask(why="A paper deadline.")
    assert (request.state, request.hourly_price, request.held, request.currency) == ("waiting", 13, 13, "USD")
    assert request.expires_at - request.created_at == timedelta(hours=72)
    assert request.limits == [Quota.objects.get().public_id]
    assert "2 GPUs asked; 0 of 1 are in use" in request.violations[0]["text"]
    assert request.spec == make_spec("baseten").wire()
    assert not Workload.objects.exists()
    record = Record.objects.get(target_id=request.public_id)
    assert (record.action, record.user, record.why) == ("request.ask", desk.member, "A paper deadline.")


def test_a_launch_that_fits_is_launched_and_one_that_is_blocked_is_refused(desk: Desk) -> None:
    set_quota(desk.lab.project, "gpus", 2, consequence="ask")
    assert isinstance(desk.submit("baseten"), Workload)
    set_quota(desk.lab.project, "workloads", 1, consequence="block")
    with pytest.raises(Refused) as no:
        desk.submit("baseten")
    assert no.value.code == "over_quota"
    assert not LaunchRequest.objects.exists()


def test_a_key_gives_the_first_request_again_and_is_refused_with_another_launch(desk: Desk) -> None:
    first = desk.ask(idempotency_key="k1")
    assert desk.submit(idempotency_key="k1") == first
    with pytest.raises(Refused) as no:
        desk.submit(idempotency_key="k1", name="other")
    assert no.value.code == "idempotency_conflict"
    done = desk.approve(first)
    again = desk.submit(idempotency_key="k1")
    assert isinstance(again, LaunchRequest) and again.workload == done.workload
    assert Workload.objects.count() == 1


def test_approval_launches_it_as_the_persons_own_and_says_so(desk: Desk) -> None:
    done = desk.approve(desk.ask(labels=["paper"]), reason="Go ahead.")
    job = done.workload
    assert job is not None
    assert (job.owner, job.state, job.labels, job.stop_after_s) == (desk.member, State.SUBMITTING, ["paper"], 3600)
    assert (done.state, done.decided_by, done.decided_via, done.reason) == ("approved", desk.admin, "page", "Go ahead.")
    assert f"Approved by {desk.admin.display_name}" in [event.text for event in job.events.all()]
    record = Record.objects.get(action="request.approve")
    assert (record.user, record.after["via"], record.after["workload"]) == (desk.admin, "page", job.public_id)


def test_only_the_limits_that_were_allowed_are_waived(desk: Desk) -> None:
    request = desk.ask()
    hours = set_quota(desk.lab.project, "run_s", 60, consequence="ask")
    with pytest.raises(Refused, match=r"not among those allowed: .* runs at most 1 m") as no:
        desk.approve(request)
    assert no.value.code == "other_limits"
    request.refresh_from_db()
    assert request.state == Decision.WAITING
    assert desk.approve(request, allowed=[*request.limits, hours.public_id]).workload is not None


def test_a_limit_that_blocks_is_waived_by_nobody(desk: Desk) -> None:
    request = desk.ask()
    quota = set_quota(desk.lab.project, "gpus", 1, consequence="block")
    with pytest.raises(Refused) as no:
        desk.approve(request, allowed=[*request.limits, quota.public_id])
    assert no.value.code == "over_quota"
    assert not Workload.objects.exists()


def test_what_a_request_waits_for_is_held_in_the_budget_and_free_again_after(desk: Desk) -> None:
    project = desk.lab.project
    set_budget(project, 20, "USD")
    set_budget(project, 30, "USD", wide=True)
    request = desk.ask()
    assert [one.words for one in lines(project, desk.member)] == ["$7.00 of $20.00 left", "$17.00 of $30.00 left"]
    with pytest.raises(Refused) as no:
        desk.submit()
    assert no.value.code == "over_budget"
    services.withdraw(request=request, by=desk.member, via=Via.PAGE)
    assert lines(project, desk.member)[0].words == "$20.00 of $20.00 left"


def test_its_own_hold_does_not_stand_against_its_approval(desk: Desk) -> None:
    set_budget(desk.lab.project, 14, "USD")
    done = desk.approve(desk.ask())
    assert done.workload is not None and done.workload.reserved == 13
    assert lines(desk.lab.project, desk.member)[0].words == "$1.00 of $14.00 left"


def test_what_is_more_than_a_budget_has_is_not_held_there_but_may_be_allowed(desk: Desk) -> None:
    set_budget(desk.lab.project, 10, "USD", when_spent="ask")
    request = desk.ask()
    assert "budget" in request.limits
    assert lines(desk.lab.project, desk.member)[0].words == "$10.00 of $10.00 left"
    assert desk.approve(request).workload is not None


def test_its_time_over_it_holds_nothing_and_is_not_decided(desk: Desk) -> None:
    set_budget(desk.lab.project, 20, "USD")
    request = desk.ask()
    past = timezone.now() - timedelta(seconds=1)
    LaunchRequest.objects.update(created_at=past - timedelta(hours=72), expires_at=past)
    assert lines(desk.lab.project, desk.member)[0].words == "$20.00 of $20.00 left"
    with pytest.raises(Refused, match="expired already") as no:
        desk.approve(request)
    assert no.value.code == "expired"
    assert (services.expire_due(timezone.now()), services.expire_due(timezone.now())) == (1, 0)
    request.refresh_from_db()
    assert (request.state, request.decided_at, request.decided_by) == (Decision.EXPIRED, past, None)
    assert Record.objects.filter(action="request.expire", user=None).count() == 1


def test_pressed_again_it_does_nothing_and_another_decision_is_refused(desk: Desk) -> None:
    request = desk.ask()
    first = desk.approve(request)
    assert desk.approve(request).workload == first.workload
    with pytest.raises(Refused, match=r"approved by .* already") as no:
        services.decline(request=request, by=desk.admin, via=Via.PAGE, reason="Too late.")
    assert no.value.code == "decided"
    assert Workload.objects.count() == 1


def test_a_no_needs_its_reason(desk: Desk) -> None:
    request = desk.ask()
    with pytest.raises(Refused) as no:
        services.decline(request=request, by=desk.admin, via=Via.PAGE, reason=" ")
    assert no.value.field == "reason"
    done = services.decline(request=request, by=desk.admin, via=Via.PAGE, reason="Use the queue.")
    assert (done.state, done.reason) == (Decision.DECLINED, "Use the queue.")
    assert not Workload.objects.exists()


def test_a_trim_launches_less_and_leaves_what_was_asked_for(desk: Desk) -> None:
    request = desk.ask()
    done = desk.approve(request, trim=Trim(stop_after_s=1800))
    assert done.workload is not None and (done.workload.stop_after_s, done.workload.reserved) == (1800, Decimal("6.5"))
    assert (done.is_trimmed, done.stop_after_s) == (True, 3600)
    assert Record.objects.get(action="request.trim").after["changed"] == ["guards.stop_after_s"]


def test_a_trim_is_never_more(desk: Desk) -> None:
    request = desk.ask()
    spec = make_spec("baseten").wire()
    spec["training_job"]["compute"]["node_count"] = 2
    for trim in (Trim(stop_after_s=7200), Trim(make_spec("cortecs")), Trim(type(make_spec("baseten")).read(spec))):
        with pytest.raises(Refused) as no:
            desk.approve(request, trim=trim)
        assert no.value.code in ("no_trim", "other_provider")
    assert not Workload.objects.exists()


def test_nothing_is_launched_for_somebody_who_has_left_the_project(desk: Desk) -> None:
    request = desk.ask()
    ProjectMember.objects.filter(user=desk.member).delete()
    with pytest.raises(Refused) as no:
        desk.approve(request)
    assert no.value.code == "requester_gone"


def test_a_limit_of_the_team_is_its_admins_to_waive(desk: Desk) -> None:
    Quota.objects.all().delete()
    quota = set_quota(desk.lab.project, "gpus", 1, wide=True, consequence="ask")
    request = desk.ask()
    ours, theirs = (make_viewer(user, desk.lab.team) for user in (desk.admin, desk.lab.owner))
    assert request.is_of_team
    assert (access.may_approve(ours, request), access.may_decline(ours, request)) == (False, True)
    assert access.may_approve(theirs, request)
    assert access.allowable(ours, desk.lab.project, [quota.public_id, "budget", "team-budget"]) == {"budget"}
    assert [user.pk for user in access.deciders(request)] == [desk.lab.owner.pk]
    now = timezone.now()
    assert not access.waiting_for(ours, now) and access.waiting_for(theirs, now).get() == request


def test_what_is_no_launch_does_not_ask_and_says_what_to_do(desk: Desk) -> None:
    Quota.objects.all().delete()
    job = desk.lab.workload("baseten", State.FAILED)
    set_quota(desk.lab.project, "gpus", 1, consequence="ask")
    with pytest.raises(Refused) as no:
        work.retry(workload=job, by=desk.lab.owner)
    assert no.value.code == "needs_approval"
    assert no.value.details[-1].startswith("Only a launch can wait for an admin: clone it")


def test_a_person_cannot_flood_a_project(desk: Desk) -> None:
    first = desk.ask()
    rows = [LaunchRequest.objects.get(pk=first.pk) for _ in range(asking.MOST_WAITING - 1)]
    for number, row in enumerate(rows):
        row.pk, row.public_id = None, f"req_{number}"
    LaunchRequest.objects.bulk_create(rows)
    with pytest.raises(Refused) as no:
        desk.submit()
    assert no.value.code == "too_many_waiting"


@pytest.mark.django_db(transaction=True)
def test_two_admins_at_once_have_one_effect() -> None:
    desk = make_desk()
    request = desk.ask()
    answers = iter(["approve", "decline"] * 3)

    def decide() -> str:
        try:
            if next(answers) == "approve":
                return desk.approve(request).state
            return services.decline(request=request, by=desk.lab.owner, via=Via.PAGE, reason="No.").state
        except Refused as no:
            return no.code

    found = set(at_once(6, decide))
    request.refresh_from_db()
    assert found == {request.state, "decided"}
    assert Workload.objects.count() == (request.state == Decision.APPROVED)
    assert Record.objects.filter(action__in=["request.approve", "request.decline"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_never_hold_more_than_the_budget() -> None:
    desk = make_desk()
    set_budget(desk.lab.project, 30, "USD")

    def ask() -> str:
        try:
            return "asked" if isinstance(desk.submit(), LaunchRequest) else "launched"
        except Refused as no:
            return no.code

    assert sorted(at_once(5, ask)) == ["asked", "asked", "over_budget", "over_budget", "over_budget"]
